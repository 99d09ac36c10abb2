import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useRef } from "react"
import { conversationOf } from "../api/conversations"
import type { ListEntry } from "../api/list-entry"
import type { Conversation } from "../api/model"
import type { Filters } from "../lib/filters"

/**
 * Reading a conversation takes it out of "Unread". Its row stays in place until another one is opened: what somebody
 * works on does not vanish from under them.
 */
export function useHeldRow(entry: ListEntry | undefined, filters: Filters, openId: string | null) {
  const cache = useQueryClient()
  const { data: open } = useQuery({ ...conversationOf(openId ?? "", cache), enabled: false })
  const last = useRef<{ id: string; index: number } | null>(null)
  if (entry === undefined || filters.view !== "unread" || openId === null) return entry
  const index = entry.items.findIndex((item) => item.id === openId)
  if (index >= 0) {
    last.current = { id: openId, index }
    return entry
  }
  return last.current?.id === openId && open !== undefined ? insertAt(entry, open, last.current.index) : entry
}

function insertAt(entry: ListEntry, row: Conversation, index: number): ListEntry {
  return { ...entry, items: entry.items.toSpliced(Math.min(index, entry.items.length), 0, row) }
}
