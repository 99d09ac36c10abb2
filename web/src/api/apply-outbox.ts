/** What a change makes of the lists of what has not gone out. Pure; called by `apply-change.ts` alone. */
import { isFirstPart, isForLater } from "../lib/scheduled"
import type { Change, Message, Outbox, Scheduled, Troubled } from "./model"

/** `isStale`: something belongs to it that a change alone does not tell; whoever shows it fetches it again, once. */
export type Tracked<T> = { items: T[]; next: string | null; seq: number; isStale?: boolean }

type Kind = "scheduled" | "held" | "troubled"

/** Where a message of ours belongs now. */
function kindOf(message: Message): Kind | null {
  if (message.status === "scheduled" || message.status === "held")
    return isFirstPart(message) ? message.status : null
  const isTroubled = message.status === "failed" || message.status === "in_doubt"
  return isTroubled && message.error?.code !== "part_failed" ? "troubled" : null
}

/** Which messages need a look. */
export function applyToOutbox(outbox: Outbox, change: Change): Outbox {
  if (change.type === "message_removed") return moved(outbox, change.message_id, null)
  if (change.type !== "message_added" && change.type !== "message_updated") return outbox
  return change.message.direction === "outbound"
    ? moved(outbox, change.message.id, kindOf(change.message))
    : outbox
}

function moved(outbox: Outbox, id: string, to: Kind | null): Outbox {
  const from = (["scheduled", "held", "troubled"] as const).find((kind) => outbox[kind].includes(id)) ?? null
  if (from === to) return outbox
  return {
    ...outbox,
    ...(from !== null && { [from]: outbox[from].filter((one) => one !== id) }),
    ...(to !== null && { [to]: [id, ...outbox[to]] }),
  }
}

export function applyToScheduled(list: Tracked<Scheduled>, change: Change): Tracked<Scheduled> {
  switch (change.type) {
    case "conversation_updated":
      return withConversation(list, change)
    case "message_removed":
      return without(list, change.message_id)
    case "message_added":
    case "message_updated":
      return change.message.direction === "outbound" ? withScheduled(list, change.message) : list
    default:
      return list
  }
}

function withScheduled(list: Tracked<Scheduled>, message: Message): Tracked<Scheduled> {
  const known = list.items.find((item) => item.message.id === message.id)
  if (!isForLater(message)) return known === undefined ? list : without(list, message.id)
  if (known === undefined) {
    const isPart = !isFirstPart(message)
    return isPart && list.items.every((item) => item.parts === 1) ? list : { ...list, isStale: true }
  }
  if (known.message.version >= message.version) return list
  const text = known.parts === 1 ? message.text : known.text
  const item = { ...known, message, text, release_at: message.sent_at }
  const items = list.items.map((one) => (one === known ? item : one)).sort(byTime)
  return { ...list, items, isStale: true } // its other parts, and what becomes of it if they write, stand elsewhere
}

function byTime(a: Scheduled, b: Scheduled): number {
  return Date.parse(a.release_at) - Date.parse(b.release_at)
}

export function applyToTroubled(list: Tracked<Troubled>, change: Change): Tracked<Troubled> {
  switch (change.type) {
    case "conversation_updated":
      return withConversation(list, change)
    case "message_removed":
      return without(list, change.message_id)
    case "message_added":
    case "message_updated":
      return change.message.direction === "outbound" ? withTroubled(list, change.message) : list
    default:
      return list
  }
}

function withTroubled(list: Tracked<Troubled>, message: Message): Tracked<Troubled> {
  const known = list.items.find((item) => item.message.id === message.id)
  if (kindOf(message) !== "troubled") return known === undefined ? list : without(list, message.id)
  if (known === undefined) return { ...list, isStale: true }
  if (known.message.version >= message.version) return list
  return { ...list, items: list.items.map((one) => (one === known ? { ...known, message } : one)) }
}

type OfConversation = Extract<Change, { type: "conversation_updated" }>

function withConversation<T extends Scheduled | Troubled>(
  list: Tracked<T>,
  { conversation }: OfConversation,
): Tracked<T> {
  const isOlder = (item: T): boolean =>
    item.conversation.id === conversation.id && item.conversation.version < conversation.version
  if (!list.items.some(isOlder)) return list
  return { ...list, items: list.items.map((item) => (isOlder(item) ? { ...item, conversation } : item)) }
}

function without<T extends Scheduled | Troubled>(list: Tracked<T>, id: string): Tracked<T> {
  const items = list.items.filter((item) => item.message.id !== id)
  return items.length === list.items.length ? list : { ...list, items }
}
