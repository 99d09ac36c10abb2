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
  const order = useRef<{ key: string; ids: string[] }>({ key: "", ids: [] })
  if (!isHeld || order.current.key !== listKey) {
    order.current = { key: listKey, ids: items.map((item) => item.id) }
    return { shown: items, waiting: 0 }
  }
  const held = holdOrder(items, order.current.ids)
  order.current = { key: listKey, ids: held.shown.map((item) => item.id) }
  return held
}

/** `items` in the order of `ids`; those that are not in it follow if they belong below, else they wait. */
export function holdOrder(
  items: readonly Conversation[],
  ids: readonly string[],
): { shown: readonly Conversation[]; waiting: number } {
  const byId = new Map(items.map((item) => [item.id, item]))
  const kept = ids.flatMap((id) => byId.get(id) ?? [])
  const first = kept[0]
  const last = kept.at(-1)
  if (first === undefined || last === undefined) return { shown: items, waiting: 0 }
  const known = new Set(ids)
  const lastIndex = items.findLastIndex((item) => known.has(item.id))
  const below = items.slice(lastIndex + 1)
  const shown = [...kept, ...below]
  const waiting = items.findIndex((item) => item.id === first.id)
  const isSame = shown.length === items.length && shown.every((item, index) => item === items[index])
  return { shown: isSame ? items : shown, waiting }
}
