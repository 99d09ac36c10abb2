import { useRef } from "react"
import type { Conversation } from "../api/model"

/**
 * The rows in an order that does not move while somebody's pointer or focus is on them. What comes in on top meanwhile is
 * counted; rows that leave do leave, and content is always the newest.
 */
export function useHeldOrder(
  items: readonly Conversation[],
  isHeld: boolean,
  listKey: string,
): { shown: readonly Conversation[]; waiting: number } {
  const last = useRef<Held | null>(null)
  const before = last.current
  if (before !== null && before.items === items && before.isHeld === isHeld && before.key === listKey)
    return before
  const isNew = before === null || !isHeld || before.key !== listKey
  const { shown, waiting } = isNew ? { shown: items, waiting: 0 } : holdOrder(items, before.shown)
  last.current = { key: listKey, items, isHeld, shown, waiting }
  return last.current
}

type Held = {
  key: string
  items: readonly Conversation[]
  isHeld: boolean
  shown: readonly Conversation[]
  waiting: number
}

/** `items` in the order of `before`; those that are not in it follow if they belong below, else they wait. */
export function holdOrder(
  items: readonly Conversation[],
  before: readonly Conversation[],
): { shown: readonly Conversation[]; waiting: number } {
  const byId = new Map(items.map((item) => [item.id, item]))
  const kept = before.flatMap(({ id }) => byId.get(id) ?? [])
  const first = kept[0]
  const last = kept.at(-1)
  if (first === undefined || last === undefined) return { shown: items, waiting: 0 }
  const known = new Set(before.map((item) => item.id))
  const lastIndex = items.findLastIndex((item) => known.has(item.id))
  const below = items.slice(lastIndex + 1)
  const shown = [...kept, ...below]
  const waiting = items.findIndex((item) => item.id === first.id)
  const isSame = shown.length === items.length && shown.every((item, index) => item === items[index])
  return { shown: isSame ? items : shown, waiting }
}
