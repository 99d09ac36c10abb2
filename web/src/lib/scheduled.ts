/** Answers for later: which messages they are, the times to choose from, and what stands against a time. Pure. */
import type { Account, Conversation, Message } from "../api/model"
import { formatMoment } from "./time"
import { decideWindow } from "./window-policy"

const HOUR = 3_600_000
const DAY = 24 * HOUR
export const LONGEST_AHEAD_MS = 180 * DAY

/** The parts of one answer have its key, `key#2`, `key#3`, … */
const PART = /#\d+(?:\.\w+)?$/u

/** Not said yet: it stands below all that was, whatever its time. */
export function isForLater({ status }: Pick<Message, "status">): boolean {
  return status === "scheduled" || status === "held"
}

/** What was written together is looked at, changed and deleted as one: at its first part. */
export function isFirstPart({ client_key }: Pick<Message, "client_key">): boolean {
  return client_key === null || !PART.test(client_key)
}

export type Preset = { label: string; at: Date }

export function schedulePresets(now: number): Preset[] {
  const at = (days: number): Date => {
    const date = new Date(now)
    date.setDate(date.getDate() + days)
    date.setHours(9, 0, 0, 0)
    return date
  }
  const untilMonday = (8 - new Date(now).getDay()) % 7 || 7
  return [
    { label: "In 1 hour", at: new Date(now + HOUR) },
    { label: "Tomorrow morning", at: at(1) },
    { label: "Monday morning", at: at(untilMonday) },
  ]
}

/** "Europe/Berlin": whose clock the times are. */
export function zoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone.replaceAll("_", " ")
}

/** "Today 14:03", "Tomorrow 09:00", "Tue 18:20", "2 May, 18:20". */
export function formatRelease(iso: string, now: number): string {
  const at = Date.parse(iso)
  const days = Math.round((startOfDay(at) - startOfDay(now)) / DAY)
  const words = formatMoment(at, now)
  if (days === 0) return `Today ${words}`
  return days === 1 ? `Tomorrow ${words.split(" ").slice(1).join(" ")}` : words
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

/** What a field of the kind datetime-local holds for a moment. */
export function toLocalField(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0")
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** Why a time cannot be taken; null when it can. */
export function whyNotThen(at: number, now: number): string | null {
  if (Number.isNaN(at)) return "Choose a day and a time."
  if (at <= now) return "This time has passed."
  return at > now + LONGEST_AHEAD_MS ? "At most 180 days ahead." : null
}

/** What the reply window will say then, if they write nothing until then; null when it will be open. */
export function describeOutlook(
  conversation: Conversation,
  account: Account | undefined,
  at: number,
): string | null {
  const verdict = decideWindow({
    opened_at: conversation.window_opened_at,
    opened_by: conversation.window_opened_by,
    refused_at: conversation.window_refused_at,
    human_agent: account?.human_agent ?? false,
    is_self: conversation.is_self,
    actor: "schedule",
    now: at,
  })
  if (verdict.allowed) return null
  if (verdict.state === "human_agent")
    return "By then only a person may answer: unless they write before, it will fail, and you can send it by hand."
  return "The reply window will be closed by then: unless they write before, it will fail."
}

export const ON_REPLY = {
  hold: "Hold it for review",
  send: "Send it all the same",
  cancel: "Cancel it",
} as const
