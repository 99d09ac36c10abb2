/** A conversation as a sequence of things to draw: messages, notes, activities, days and the first unread mark. */
import type { Activity, Message, Note, PendingSend } from "../api/model"
import { partsOf } from "./parts"
import { isForLater } from "./scheduled"
import { dayKey, timeKey } from "./time"

export type TimelineItem =
  | { kind: "day"; key: string; at: string }
  | { kind: "unread"; key: string }
  | { kind: "message"; key: string; message: Message; isFirst: boolean; isLast: boolean }
  | { kind: "note"; key: string; note: Note }
  /** `isElsewhere` is given for the activity that decided who has the conversation now. */
  | { kind: "activity"; key: string; activity: Activity; isElsewhere: boolean | null }
  | { kind: "pending"; key: string; pending: PendingSend; isFirst: boolean; isLast: boolean }
  | { kind: "later"; key: string }
  /** An answer that is scheduled, or held for review. */
  | { kind: "ghost"; key: string; message: Message }

const GROUP_MS = 3 * 60_000

type Aside = { at: string; note: Note } | { at: string; activity: Activity }
type Entry = { at: string; message: Message } | Aside

type Given = {
  messages: readonly Message[]
  notes: readonly Note[]
  activities: readonly Activity[]
  /** Another app has the conversation. */
  isElsewhere: boolean
  pending: readonly PendingSend[]
  /** The message that the "New" line stands above. */
  firstUnreadId: string | null
  /** Whose answers the pending ones are: they join this agent's last group. */
  viewerName: string
  /** There are older messages: what is no message and from before the oldest one shown waits until it is loaded. */
  hasOlder: boolean
}

export function buildTimeline(given: Given): TimelineItem[] {
  const messages = inOrder(given.messages.filter((message) => !isForLater(message)))
  return [...buildSaid({ ...given, messages }), ...ghosts(given.messages)]
}

/** What is on its way stands below what was said, in the order of writing: Meta's own times come one by one. */
function inOrder(messages: Message[]): Message[] {
  const isUnderWay = ({ status }: Message): boolean => status === "queued" || status === "sending"
  if (!messages.some(isUnderWay)) return messages
  const underWay = messages.filter(isUnderWay).sort((a, b) => (a.id < b.id ? -1 : 1))
  return [...messages.filter((message) => !isUnderWay(message)), ...underWay]
}

/** What is scheduled stands below everything, whatever comes in before its time. */
function ghosts(messages: readonly Message[]): TimelineItem[] {
  const later = messages.filter(isForLater)
  const items = later.map((message): TimelineItem => ({ kind: "ghost", key: keyOf(message), message }))
  return items.length === 0 ? [] : [{ kind: "later", key: "later" }, ...items]
}

function buildSaid(given: Given): TimelineItem[] {
  const items: TimelineItem[] = []
  let day = ""
  let previous: Message | null = null
  const shown = given.messages.filter((message) => message.status !== "discarded")
  const decisive = given.activities.findLast(isDecisive)
  for (const entry of merge(shown, given)) {
    if (dayKey(entry.at) !== day) {
      day = dayKey(entry.at)
      items.push({ kind: "day", key: `day-${day}`, at: entry.at })
      previous = null
    }
    if (!("message" in entry)) {
      items.push(asideItem(entry, decisive, given.isElsewhere))
      previous = null
      continue
    }
    if (entry.message.id === given.firstUnreadId) {
      items.push({ kind: "unread", key: "unread" })
      previous = null
    }
    const isFirst = previous === null || !belongTogether(previous, entry.message)
    if (!isFirst) endsNotYet(items)
    items.push({ kind: "message", key: keyOf(entry.message), message: entry.message, isFirst, isLast: true })
    previous = entry.message
  }
  const waiting = pendingItems(given.messages, given.pending)
  const first = waiting[0]
  const follows =
    first !== undefined && previous !== null && isFollowedBy(previous, first.pending, given.viewerName)
  if (follows) endsNotYet(items)
  return [...items, ...waiting.map((item, index) => ({ ...item, isFirst: index === 0 && !follows }))]
}

/** One key for a bubble from the press of Enter until it is seen, so that nothing is drawn twice or anew. */
function keyOf(message: Message): string {
  return message.client_key ?? message.id
}

type PendingItem = Extract<TimelineItem, { kind: "pending" }>

function pendingItems(messages: readonly Message[], pending: readonly PendingSend[]): PendingItem[] {
  const known = new Set(messages.map((message) => message.client_key))
  return pending.flatMap((one) => {
    const parts = partsOf(one)
    return parts
      .filter((part) => !known.has(part.key))
      .map(({ key, text, files }): PendingItem => {
        const { files: _, answers, ...rest } = one
        const isBegin = key === one.client_key
        const said = {
          ...rest,
          text,
          ...(files.length > 0 && { files }),
          ...(isBegin && answers && { answers }),
        }
        return { kind: "pending", key, pending: said, isFirst: true, isLast: key === parts.at(-1)?.key }
      })
  })
}

function asideItem(aside: Aside, decisive: Activity | undefined, isElsewhere: boolean): TimelineItem {
  if ("note" in aside) return { kind: "note", key: aside.note.id, note: aside.note }
  const { activity } = aside
  const now = activity === decisive ? isElsewhere : null
  return { kind: "activity", key: activity.id, activity, isElsewhere: now }
}

function isDecisive({ kind }: Activity): boolean {
  return kind === "control_passed" || kind === "control_taken"
}

type Others = { notes: readonly Note[]; activities: readonly Activity[]; hasOlder: boolean }

function merge(messages: readonly Message[], { notes, activities, hasOlder }: Others): Entry[] {
  const oldest = messages[0]
  const from = hasOlder && oldest !== undefined ? timeKey(oldest.sent_at) : ""
  const others: Aside[] = [
    ...notes.map((note) => ({ at: note.created_at, note })),
    ...activities.map((activity) => ({ at: activity.happened_at, activity })),
  ]
  const entries: Entry[] = [
    ...messages.map((message) => ({ at: message.sent_at, message })),
    ...others.filter((entry) => timeKey(entry.at) >= from),
  ]
  if (others.length === 0) return entries
  const keys = new Map(entries.map((entry) => [entry, timeKey(entry.at)]))
  return entries.sort((a, b) =>
    (keys.get(a) ?? "") < (keys.get(b) ?? "") ? -1 : keys.get(a) === keys.get(b) ? 0 : 1,
  )
}

function belongTogether(before: Message, after: Message): boolean {
  return (
    before.direction === after.direction &&
    before.author.kind === after.author.kind &&
    before.author.name === after.author.name &&
    Date.parse(after.sent_at) - Date.parse(before.sent_at) < GROUP_MS
  )
}

function isFollowedBy(before: Message, after: PendingSend, viewerName: string): boolean {
  const isOurs =
    before.direction === "outbound" && before.author.kind === "agent" && before.author.name === viewerName
  return isOurs && Date.parse(after.created_at) - Date.parse(before.sent_at) < GROUP_MS
}

function endsNotYet(items: TimelineItem[]): void {
  const last = items.at(-1)
  if (last?.kind === "message") items[items.length - 1] = { ...last, isLast: false }
}
