/**
 * The loaded messages of one conversation, oldest first, and what a change makes of them. Pure, like `list-entry.ts`.
 */
import { timeKey } from "../lib/time"
import type { Change, Conversation, Message } from "./model"

export type ThreadEntry = {
  items: Message[]
  /** The `before` of the page above the loaded part; null when the first message is loaded. */
  next: string | null
  seq: number
}

/** The entry with the page above it. */
export function prependPage(entry: ThreadEntry, page: ThreadEntry): ThreadEntry {
  const known = new Set(entry.items.map((message) => message.id))
  const items = [...page.items.filter((message) => !known.has(message.id)), ...entry.items]
  return { items, next: page.next, seq: Math.min(entry.seq, page.seq) }
}

/** Only the newest `count` messages: what is worth keeping in the browser. */
export function trimThread(entry: ThreadEntry, count: number): ThreadEntry {
  if (entry.items.length <= count) return entry
  const items = entry.items.slice(-count)
  return { ...entry, items, next: items[0]?.id ?? null }
}

export function applyToThread(entry: ThreadEntry, change: Change, conversationId: string): ThreadEntry {
  switch (change.type) {
    case "message_added":
    case "message_updated":
      return change.conversation_id === conversationId ? withMessage(entry, change.message) : entry
    case "message_removed":
      return change.conversation_id === conversationId ? withoutMessage(entry, change.message_id) : entry
    case "conversation_updated":
      return change.conversation.id === conversationId ? withMarks(entry, change.conversation) : entry
    default:
      return entry
  }
}

export function withMessage(entry: ThreadEntry, message: Message): ThreadEntry {
  const index = entry.items.findIndex((item) => item.id === message.id)
  const known = entry.items[index]
  if (known !== undefined && known.version >= message.version) return entry
  if (known !== undefined && sortKey(known) === sortKey(message)) {
    return { ...entry, items: entry.items.with(index, message) }
  }
  const items = known === undefined ? entry.items.slice() : entry.items.toSpliced(index, 1)
  // All that was loaded is gone, and there is more above: what was read afterwards may stand anywhere in that.
  if (entry.items.length === 0 && entry.next !== null && message.is_history) return entry
  const position = positionOf(items, message)
  // Older than all that is loaded, and there is more above: it comes with its own page.
  if (position === 0 && entry.next !== null && items.length > 0)
    return known === undefined ? entry : holding(entry, items)
  items.splice(position, 0, message)
  return holding(entry, items)
}

export function withoutMessage(entry: ThreadEntry, messageId: string): ThreadEntry {
  const items = entry.items.filter((item) => item.id !== messageId)
  return items.length === entry.items.length ? entry : holding(entry, items)
}

/** The page above is named by the oldest message that is loaded, which may have become another one. */
function holding(entry: ThreadEntry, items: Message[]): ThreadEntry {
  return { ...entry, items, next: entry.next && (items[0]?.id ?? entry.next) }
}

/** What the conversation's two marks say of its messages: they were read here, or seen there. Marks never go back. */
export function withMarks(entry: ThreadEntry, { read_up_to, seen_up_to }: Conversation): ThreadEntry {
  const [read, seen] = [timeKey(read_up_to), timeKey(seen_up_to)]
  const items = entry.items.map((message): Message => {
    if (message.is_unread && timeKey(message.sent_at) <= read) return { ...message, is_unread: false }
    const isSeen = message.status === "sent" && timeKey(message.sent_at) <= seen
    return isSeen ? { ...message, status: "seen" } : message
  })
  return items.some((message, index) => message !== entry.items[index]) ? { ...entry, items } : entry
}

function sortKey(message: Message): string {
  return `${timeKey(message.sent_at)} ${message.id}`
}

/** From the end, where new messages go. */
function positionOf(items: readonly Message[], message: Message): number {
  const key = sortKey(message)
  return items.findLastIndex((item) => sortKey(item) < key) + 1
}
