/**
 * May this be sent, now, by this actor? The server decides; this gives the same verdict for what is on the screen, so
 * that nobody types an answer that will be refused. `tests/vectors/window.json` holds both to the same words.
 */
import type { Conversation } from "../api/model"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Meta's clock and ours may differ, and a call takes time: a window ends a minute before Meta ends it. */
const SAFETY = MINUTE

export type Actor = "agent" | "rule" | "schedule" | "service"

export type WindowQuestion = {
  opened_at: string | null
  opened_by: Conversation["window_opened_by"]
  /** When Instagram itself last said that it is closed. */
  refused_at: string | null
  human_agent: boolean
  is_self: boolean
  actor: Actor
  now: number
}

export type Verdict = {
  state: "open" | "human_agent" | "closed" | "never_opened"
  allowed: boolean
  /** Of docs/spec/graph.md. */
  rule: "W1" | "W2" | "W10" | "S22"
  /** When this answer ends; null when nothing may be sent, or when it never ends. */
  until: number | null
  /** When answers stopped being allowed; null unless they did. */
  closed_since: number | null
  opened_by: Conversation["window_opened_by"]
  tag: "HUMAN_AGENT" | null
}

export function decideWindow({ opened_at, opened_by, refused_at, ...given }: WindowQuestion): Verdict {
  const { human_agent, is_self, actor, now } = given
  const rest = { until: null, closed_since: null, opened_by, tag: null }
  if (is_self) return { ...rest, state: "open", allowed: true, rule: "S22" }
  if (opened_at === null) return { ...rest, state: "never_opened", allowed: false, rule: "W10" }
  const replyUntil = endOfReplies(Date.parse(opened_at), refused_at === null ? null : Date.parse(refused_at))
  const humanUntil = Date.parse(opened_at) + 7 * DAY - SAFETY
  if (now < replyUntil) return { ...rest, state: "open", allowed: true, rule: "W1", until: replyUntil }
  const closed = { ...rest, state: "closed", allowed: false } as const
  if (!human_agent) return { ...closed, rule: "W1", closed_since: replyUntil }
  if (now >= humanUntil) return { ...closed, rule: "W2", closed_since: humanUntil }
  const human = { ...rest, state: "human_agent", rule: "W2" } as const
  if (actor !== "agent") return { ...human, allowed: false }
  return { ...human, allowed: true, until: humanUntil, tag: "HUMAN_AGENT" }
}

/** A day less a minute, or when Instagram said that it is over: it has the last word. */
function endOfReplies(opened: number, refused: number | null): number {
  const end = opened + DAY - SAFETY
  return refused !== null && refused >= opened ? Math.min(end, refused) : end
}
