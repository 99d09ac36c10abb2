import { useQuery } from "@tanstack/react-query"
import { type ReactNode, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react"
import { flushSync } from "react-dom"
import { explain } from "../api/client"
import type { CommentEntry } from "../api/comment-entry"
import { commentsOf, commentThread } from "../api/comments"
import type { CommentMode } from "../api/drafts"
import { useMe } from "../api/me"
import type { Comment } from "../api/model"
import { type Audience, authorOf, refusalOf } from "../lib/audience"
import type { CommentFilters } from "../lib/comment-filters"
import { Button } from "../ui/button"
import { Dialog } from "../ui/dialog"
import { showToast } from "../ui/toast"
import { useShortcuts } from "../ui/use-shortcuts"
import { CommentRows, type RowsHandle } from "./comment-rows"
import { Empty, Notice, Skeleton } from "./states"
import { useCommentActions } from "./use-comment-actions"
import type { CommentDoors } from "./use-doors"
import { Writer, type Writing } from "./writer"

type OnFilter = (change: Partial<CommentFilters>) => void
type ListProps = { filters: CommentFilters; onFilter: OnFilter }

/** What a filter selects. */
export function CommentList({ filters, onFilter }: ListProps) {
  const { data, error, refetch } = useQuery(commentsOf(filters))
  if (data === undefined) return <NotThere error={error} onRetry={() => void refetch()} />
  const isEmpty = data.items.length === 0 && data.next === null
  return (
    <Work
      entry={data}
      filters={filters}
      onOnly={filters.post === null ? (post) => onFilter({ post }) : null}
      empty={isEmpty ? <Empty filters={filters} onFilter={onFilter} /> : null}
    />
  )
}

const EVERYTHING: CommentFilters = { view: "all", account: null, post: null }

/** One comment with what stands with it, whatever became of it: where a search and a conversation lead. */
export function OneComment({ id, onFilter }: { id: string; onFilter: OnFilter }) {
  const { data, error, refetch } = useQuery(commentThread(id))
  if (data === undefined) return <NotThere error={error} onRetry={() => void refetch()} />
  const showAll = () => onFilter({ ...EVERYTHING, post: data.posts[0]?.id ?? null })
  return (
    <>
      <p className="flex shrink-0 items-center gap-2 border-line border-b px-5 pb-2.5 text-ink-3 text-sm">
        One comment, with what stands under it
        <Button small look="quiet" onClick={showAll}>
          All under this post
        </Button>
      </p>
      <Work
        entry={data}
        filters={EVERYTHING}
        first={id}
        onOnly={(post) => onFilter({ ...EVERYTHING, post })}
        empty={
          data.items.length === 0 ? (
            <Notice icon="comment" title="It is gone" text="This comment is not here any more." />
          ) : null
        }
      />
    </>
  )
}

function NotThere({ error, onRetry }: { error: Error | null; onRetry: () => void }) {
  if (error === null) return <Skeleton />
  return (
    <Notice icon="alert" title="The comments could not be loaded" text={explain(error)}>
      <Button onClick={onRetry}>Try again</Button>
    </Notice>
  )
}

type WorkProps = {
  entry: CommentEntry
  filters: CommentFilters
  /** The one that the keys are for, until another is chosen. */
  first?: string
  onOnly: ((post: string) => void) | null
  empty: ReactNode
}

/** Comments with all that is done about them. */
function Work({ entry, filters, first, onOnly, empty }: WorkProps) {
  const rows = useRef<RowsHandle>(null)
  const instead = useFocusInstead(empty !== null)
  const [activeId, setActiveId] = useState<string | null>(first ?? null)
  const [writing, setWriting] = useState<Writing | null>(null)
  const [removing, setRemoving] = useState<Comment | null>(null)
  const write = useCallback(
    (comment: Comment, audience: CommentMode) => flushSync(() => setWriting({ comment, audience })),
    [],
  )
  const doors: CommentDoors = useMemo(
    () => ({ activate: (comment) => setActiveId(comment.id), write, remove: setRemoving }),
    [write],
  )
  function stop(): void {
    flushSync(() => setWriting(null))
    // Who was not in the box is busy elsewhere by then.
    if (document.activeElement === document.body) (rows.current ?? instead.current)?.focus()
  }

  const postOf = (comment: Comment) => entry.posts.find(({ id }) => id === comment.post_id)
  useKeys(rows, write, postOf)
  const current = writing && {
    ...writing,
    comment: entry.items.find(({ id }) => id === writing.comment.id) ?? writing.comment,
  }
  return (
    <>
      {empty !== null ? (
        <section
          ref={instead}
          tabIndex={-1}
          aria-label="Comments"
          className="flex min-h-0 flex-1 outline-none"
        >
          {empty}
        </section>
      ) : (
        <CommentRows
          entry={entry}
          filters={filters}
          activeId={activeId}
          writtenId={writing?.comment.id ?? null}
          doors={doors}
          onOnly={onOnly}
          handle={rows}
        />
      )}
      {current && (
        <Writer
          key={`${current.comment.id} ${current.audience}`}
          writing={current}
          asked={writing}
          post={postOf(current.comment)}
          now={Date.now()}
          onLeave={() => rows.current?.focus()}
          onClose={stop}
        />
      )}
      {removing && <Removing comment={removing} onClose={() => setRemoving(null)} />}
    </>
  )
}

/** When the last one leaves, who was with it is told what stands there instead, and Tab goes on from there. */
function useFocusInstead(isEmpty: boolean): React.RefObject<HTMLElement | null> {
  const instead = useRef<HTMLElement>(null)
  const wasEmpty = useRef(isEmpty)
  useLayoutEffect(() => {
    if (isEmpty && !wasEmpty.current && document.activeElement === document.body) instead.current?.focus()
    wasEmpty.current = isEmpty
  }, [isEmpty])
  return instead
}

function Removing({ comment, onClose }: { comment: Comment; onClose: () => void }) {
  const { moderate } = useCommentActions()
  return (
    <Dialog
      title="Delete this comment?"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="danger"
            onClick={() => {
              moderate(comment, "delete")
              onClose()
            }}
          >
            Delete for everybody
          </Button>
        </>
      }
    >
      <p className="text-base text-ink-2">
        What {authorOf(comment)} wrote disappears from Instagram, with everything under it. It cannot be
        brought back; hiding can.
      </p>
    </Dialog>
  )
}

function useKeys(
  rows: React.RefObject<RowsHandle | null>,
  write: (comment: Comment, audience: CommentMode) => void,
  postOf: (comment: Comment) => Parameters<typeof refusalOf>[2],
): void {
  const actions = useCommentActions()
  const me = useMe().agent
  const act = (run: (comment: Comment) => void) => () => {
    const comment = rows.current?.active()
    if (comment !== undefined && !comment.is_own && comment.deleted_at === null) run(comment)
  }
  const writeTo = (audience: Audience) =>
    act((comment) => {
      const against = refusalOf(audience, comment, postOf(comment), Date.now())
      if (against === null) write(comment, audience)
      else showToast(against, { isError: true })
    })
  useShortcuts({
    j: () => rows.current?.move(1),
    k: () => rows.current?.move(-1),
    r: writeTo("public"),
    p: writeTo("private"),
    n: act((comment) => write(comment, "note")),
    e: act((comment) => actions.finish(comment, comment.done_at === null, me.name)),
    h: act((comment) => actions.moderate(comment, comment.hidden ? "unhide" : "hide")),
    i: act((comment) => actions.assign(comment, me)),
    l: act(() => rows.current?.press("Label")),
  })
}
