import { useQueryClient } from "@tanstack/react-query"
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual"
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react"
import { explain } from "../api/client"
import { answersOf, type CommentEntry } from "../api/comment-entry"
import { fetchMoreComments, lookAt } from "../api/comments"
import type { Comment } from "../api/model"
import type { CommentFilters } from "../lib/comment-filters"
import { Button } from "../ui/button"
import { focusSoon } from "../ui/focus-soon"
import { useNow } from "../ui/use-now"
import { heirOf, type Row, rowsOf } from "./comment-groups"
import { CommentItem } from "./comment-item"
import { PostHead } from "./post-head"
import type { CommentDoors } from "./use-doors"

export type RowsHandle = {
  move: (by: number) => void
  active: () => Comment | undefined
  /** Gives the active one the focus. */
  focus: () => void
  /** Presses the active one's button of this name. */
  press: (name: string) => void
}

type RowsProps = {
  entry: CommentEntry
  filters: CommentFilters
  activeId: string | null
  /** About which somebody writes. */
  writtenId: string | null
  doors: CommentDoors
  onOnly: ((post: string) => void) | null
  handle: React.Ref<RowsHandle>
}

const ESTIMATE = 132
const HEAD = 66
const LOOK_MS = 1_500

/**
 * The comments under the heads of their posts; the head of those in view stays on top. Only what is in view is drawn, and what
 * comes in above it moves nothing.
 */
export function CommentRows({ entry, filters, activeId, writtenId, doors, onOnly, handle }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const now = useNow()
  const rows = useMemo(() => rowsOf(entry), [entry])
  const keyOf = useCallback((index: number) => rows[index]?.key ?? index, [rows])
  const head = useRef(-1)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.comment === null ? HEAD : ESTIMATE),
    getItemKey: keyOf,
    overscan: 6,
    paddingEnd: 24,
    scrollPaddingStart: HEAD,
    anchorTo: (scroller.current?.scrollTop ?? 0) > 0 ? "end" : "start",
    rangeExtractor(range) {
      head.current = headAbove(rows, range.startIndex)
      return withHead(range, head.current)
    },
  })
  const visible = virtual.getVirtualItems()
  const more = useMore(filters, entry, virtual.range?.endIndex ?? 0, rows.length)
  useLooking(visible.map(({ index }) => rows[index]?.comment).filter((one) => one != null))
  const activeIndex = rows.findIndex(({ comment }) => comment?.id === activeId)
  const firstIndex = rows.findIndex(({ comment }) => comment !== null)

  function find(comment: Comment | null | undefined): HTMLElement | null {
    return scroller.current?.querySelector(`[data-comment-id="${CSS.escape(comment?.id ?? "")}"]`) ?? null
  }

  function focus(index: number): void {
    const comment = rows[index]?.comment
    if (!comment) return
    doors.activate(comment)
    virtual.scrollToIndex(index)
    focusSoon(() => find(comment))
  }

  useHeir(rows, activeId, (heir) => {
    doors.activate(heir)
    if (document.activeElement === document.body) focusSoon(() => find(heir))
  })

  useImperativeHandle(handle, () => ({
    move(by) {
      const comments = rows.flatMap((row, index) => (row.comment ? [index] : []))
      const at = comments.indexOf(activeIndex)
      const next = at < 0 ? comments[0] : comments[Math.min(Math.max(at + by, 0), comments.length - 1)]
      if (next !== undefined) focus(next)
    },
    active: () => rows[activeIndex]?.comment ?? undefined,
    focus: () => focus(activeIndex < 0 ? firstIndex : activeIndex),
    press: (name) =>
      find(rows[activeIndex]?.comment)?.querySelector<HTMLElement>(`button[aria-label="${name}"]`)?.click(),
  }))

  return (
    <section
      ref={scroller}
      aria-label="Comments"
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain"
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {visible.map(({ key, index, start }) => {
          const row = rows[index]
          return (
            row && (
              <div
                key={key}
                data-index={index}
                ref={virtual.measureElement}
                style={
                  index === head.current
                    ? { position: "sticky", insetInline: 0, top: 0, zIndex: 1 }
                    : { position: "absolute", insetInline: 0, top: 0, transform: `translateY(${start}px)` }
                }
              >
                {row.comment === null ? (
                  <PostHead
                    post={row.post}
                    onOnly={row.post && onOnly ? () => onOnly(row.post?.id ?? "") : null}
                  />
                ) : (
                  <CommentItem
                    comment={row.comment}
                    answers={answersOf(entry, row.comment)}
                    post={row.post}
                    now={now}
                    isActive={index === (activeIndex < 0 ? firstIndex : activeIndex)}
                    isWritten={row.comment.id === writtenId}
                    doors={doors}
                  />
                )}
              </div>
            )
          )
        })}
      </div>
      {more.error !== null && (
        <p
          role="status"
          className="sticky bottom-0 flex items-center justify-center gap-2 bg-surface py-2 text-amber text-xs"
        >
          {explain(more.error)}
          <Button small onClick={more.retry}>
            Try again
          </Button>
        </p>
      )}
    </section>
  )
}

function headAbove(rows: readonly Row[], index: number): number {
  while (index > 0 && rows[index]?.comment !== null) index--
  return index
}

function withHead(range: Range, head: number): number[] {
  const indexes = defaultRangeExtractor(range)
  return indexes.includes(head) ? indexes : [head, ...indexes]
}

/** The active comment may leave, as by being done: then it is the next one's turn. */
function useHeir(rows: readonly Row[], activeId: string | null, onHeir: (heir: Comment) => void): void {
  const before = useRef(rows)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is about the moment when the rows change
  useLayoutEffect(() => {
    const isThere = rows.some(({ comment }) => comment !== null && comment.id === activeId)
    const heir = isThere || activeId === null ? undefined : heirOf(before.current, activeId, rows)
    before.current = rows
    if (heir !== undefined) onHeir(heir)
  }, [rows])
}

/** The page below is fetched before somebody gets there. */
function useMore(filters: CommentFilters, entry: CommentEntry, lastVisible: number, count: number) {
  const cache = useQueryClient()
  const [error, setError] = useState<unknown>(null)
  const isNear = entry.next !== null && lastVisible >= count - 15
  const load = useCallback(() => {
    setError(null)
    fetchMoreComments(cache, filters).catch((failure: unknown) => setError(failure))
  }, [cache, filters])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page that came is the reason to look again
  useEffect(() => {
    if (isNear && error === null) load()
  }, [isNear, entry.next, load])
  return { error, retry: load }
}

/** What somebody rests on is looked up at Instagram by the server, rarely: nothing else tells edits and deletions. */
function useLooking(shown: Comment[]): void {
  const ids = shown
    .filter(({ ig_id, deleted_at }) => ig_id !== null && deleted_at === null)
    .map(({ id }) => id)
    .join(" ")
  useEffect(() => {
    if (ids === "") return
    const timer = setTimeout(() => void lookAt(ids.split(" ").slice(0, 100)).catch(() => {}), LOOK_MS)
    return () => clearTimeout(timer)
  }, [ids])
}
