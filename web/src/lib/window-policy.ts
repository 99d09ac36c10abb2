/**
 * May this be sent, now, by this actor? The server decides; this gives the same verdict for what is on the screen, so
 * that nobody types an answer that will be refused. `tests/vectors/window.json` holds both to the same words.
 */
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Meta's clock and ours may differ, and a call takes time: a window ends a minute before Meta ends it. */
const SAFETY = MINUTE

export type Actor = "agent" | "rule" | "schedule" | "service"

export type WindowQuestion = {
  opened_at: string | null
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
  tag: "HUMAN_AGENT" | null
}

export function decideWindow(question: WindowQuestion): Verdict {
  const { opened_at, human_agent, is_self, actor, now } = question
  if (is_self) return { state: "open", allowed: true, rule: "S22", until: null, tag: null }
  if (opened_at === null) return refused("never_opened", "W10")
  const openedAt = Date.parse(opened_at)
  const replyUntil = openedAt + DAY - SAFETY
  const humanUntil = openedAt + 7 * DAY - SAFETY
  if (now < replyUntil) return { state: "open", allowed: true, rule: "W1", until: replyUntil, tag: null }
  if (!human_agent) return refused("closed", "W1")
  if (now >= humanUntil) return refused("closed", "W2")
  if (actor !== "agent") return refused("human_agent", "W2")
  return { state: "human_agent", allowed: true, rule: "W2", until: humanUntil, tag: "HUMAN_AGENT" }
}

function refused(state: Verdict["state"], rule: Verdict["rule"]): Verdict {
  return { state, allowed: false, rule, until: null, tag: null }
}
