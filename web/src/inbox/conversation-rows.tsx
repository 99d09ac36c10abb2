import { useQueryClient } from "@tanstack/react-query"
import { useVirtualizer } from "@tanstack/react-virtual"
import { type KeyboardEvent, useCallback, useEffect, useImperativeHandle, useRef, useState } from "react"
import type { ListEntry } from "../api/list-entry"
import { messagesOf } from "../api/messages"
import type { Account, Conversation } from "../api/model"
import type { Filters } from "../lib/filters"
import { focusSoon } from "../ui/focus-soon"
import { Icon } from "../ui/icon"
import { useNow } from "../ui/use-now"
import { ConversationRow, ROW_HEIGHT } from "./conversation-row"
import { LoadFailure } from "./load-failure"
import { useHeldOrder } from "./use-held-order"
import { useHold } from "./use-hold"
import { useMorePages } from "./use-more-pages"
import { useKeptFocus, usePlace } from "./use-place"

export type RowsHandle = {
  /** Moves the focus by some rows, into the list if it is elsewhere. */
  move: (by: number) => void
  /** The row that a key acts on. */
  active: () => Conversation | undefined
  /** The row that comes after one, or before it where it is the last. */
  neighbour: (id: string) => Conversation | undefined
}

type RowsProps = {
  entry: ListEntry
  filters: Filters
  accountById: ReadonlyMap<string, Account>
  viewerId: string
  openId: string | null
  onOpen: (conversation: Conversation) => void
  handle: React.Ref<RowsHandle>
}

/** How far each list was scrolled and which row was active, for when it is drawn again on a small screen. */
const places = new Map<string, { offset: number; activeId: string | null }>()

const OVERSCAN = 8
const PREFETCH_MS = 120

export function ConversationRows({
  entry,
  filters,
  accountById,
  viewerId,
  openId,
  onOpen,
  handle,
}: RowsProps) {
  const cache = useQueryClient()
  const now = useNow()
  const scroller = useRef<HTMLDivElement>(null)
  const hold = useHold(scroller)
  const listKey = JSON.stringify(filters)
  const place = places.get(listKey)
  const { shown, waiting } = useHeldOrder(entry.items, hold.isHeld, listKey)
  const [activeId, setActiveId] = useState(openId ?? place?.activeId ?? null)
  const active = usePlace(shown, activeId ?? openId)
  const activeIndex = active.index

  // The same function for the same rows: the virtualizer measures all of them anew when it gets another.
  const keyOfRow = useCallback((index: number) => shown[index]?.id ?? index, [shown])
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    initialOffset: place?.offset ?? 0,
    getItemKey: keyOfRow,
    rangeExtractor: (range) => withActive(range, activeIndex, shown.length),
    paddingStart: 4,
    paddingEnd: 8,
  })

  const visible = rows.getVirtualItems()
  const lastVisible = rows.range?.endIndex ?? 0
  const more = useMorePages({ filters, next: entry.next, lastVisible, count: shown.length })

  useEffect(() => {
    const element = scroller.current
    return () => void places.set(listKey, { offset: element?.scrollTop ?? 0, activeId })
  }, [listKey, activeId])

  // Opening what the focus rests on is then instant.
  useEffect(() => {
    if (activeId === null) return
    const timer = setTimeout(() => void cache.prefetchQuery(messagesOf(activeId)), PREFETCH_MS)
    return () => clearTimeout(timer)
  }, [activeId, cache])

  function focusRow(index: number): void {
    const target = shown[Math.min(Math.max(index, 0), shown.length - 1)]
    if (target === undefined) return
    setActiveId(target.id)
    rows.scrollToIndex(shown.indexOf(target))
    focusSoon(() => findRow(scroller.current, target.id))
  }

  useKeptFocus(scroller, active, () => focusRow(activeIndex))
  const focusOn = useCallback((focused: Conversation) => setActiveId(focused.id), [])
  useImperativeHandle(handle, () => ({
    move: (by) =>
      focusRow(scroller.current?.contains(document.activeElement) ? activeIndex + by : activeIndex),
    active: () => (scroller.current?.contains(document.activeElement) ? shown[activeIndex] : undefined),
    neighbour(id) {
      const index = shown.findIndex((item) => item.id === id)
      return shown[index + 1] ?? shown[index - 1]
    },
  }))

  function press(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1)
    const target = targetOf(event.key, activeIndex, page, shown.length)
    const conversation = shown[activeIndex]
    if (target !== null) focusRow(target)
    else if (event.key === "Enter" && conversation) onOpen(conversation)
    else return
    event.preventDefault()
  }

  return (
    <div className="relative min-h-0 flex-1">
      {waiting > 0 && (
        <button
          type="button"
          onClick={() => {
            hold.release()
            rows.scrollToOffset(0)
          }}
          className="tap absolute top-2 left-1/2 z-10 flex -translate-x-1/2 animate-appear items-center gap-1 rounded-full bg-accent px-3 py-1 text-xs font-medium text-on-accent shadow-pop hover:bg-accent-strong"
        >
          <Icon name="up" size={14} />
          {waiting} new
        </button>
      )}
      <div
        ref={scroller}
        role="listbox"
        tabIndex={-1}
        aria-label="Conversations"
        onKeyDown={press}
        {...hold.listeners}
        className="h-full overflow-y-auto overscroll-contain outline-none"
      >
        <div role="presentation" style={{ height: rows.getTotalSize(), position: "relative" }}>
          {visible.map((row) => {
            const conversation = shown[row.index]
            return (
              conversation && (
                <div
                  key={row.key}
                  role="presentation"
                  style={{
                    position: "absolute",
                    insetInline: 0,
                    top: 0,
                    transform: `translateY(${row.start}px)`,
                  }}
                >
                  <ConversationRow
                    conversation={conversation}
                    account={accountById.get(conversation.account.id)}
                    hasAccounts={accountById.size > 1}
                    viewerId={viewerId}
                    now={now}
                    isOpen={conversation.id === openId}
                    isActive={row.index === activeIndex}
                    position={row.index + 1}
                    total={entry.next === null ? shown.length : -1}
                    onOpen={onOpen}
                    onFocus={focusOn}
                  />
                </div>
              )
            )
          })}
        </div>
      </div>
      {more.hasFailed && (
        <LoadFailure
          text="More conversations could not be loaded."
          onRetry={more.retry}
          className="absolute inset-x-0 bottom-0 border-line border-t bg-surface px-3 py-2"
        />
      )}
    </div>
  )
}

/** The rows to draw: what is in view, and the one that has the focus, wherever it is. */
function withActive(
  range: { startIndex: number; endIndex: number; overscan: number },
  active: number,
  count: number,
) {
  const start = Math.max(0, range.startIndex - range.overscan)
  const end = Math.min(count - 1, range.endIndex + range.overscan)
  const indexes = Array.from({ length: Math.max(0, end - start + 1) }, (_, offset) => start + offset)
  return active < count && (active < start || active > end)
    ? [...indexes, active].sort((a, b) => a - b)
    : indexes
}

function targetOf(key: string, at: number, page: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return at + 1
    case "ArrowUp":
      return at - 1
    case "PageDown":
      return at + page
    case "PageUp":
      return at - page
    case "Home":
      return 0
    case "End":
      return count - 1
    default:
      return null
  }
}

function findRow(scroller: HTMLElement | null, id: string): HTMLElement | null {
  return scroller?.querySelector<HTMLElement>(`[data-conversation-id="${CSS.escape(id)}"]`) ?? null
}
