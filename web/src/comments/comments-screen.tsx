import { useQuery } from "@tanstack/react-query"
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from "react"
import { accounts as accountsQuery } from "../api/accounts"
import { explain } from "../api/client"
import { commentsOf } from "../api/comments"
import { useMe } from "../api/me"
import type { Comment } from "../api/model"
import { type Audience, authorOf, refusalOf } from "../lib/audience"
import { COMMENT_VIEWS, type CommentFilters, VIEW_WORDS } from "../lib/comment-filters"
import { Button } from "../ui/button"
import { Dialog } from "../ui/dialog"
import { Icon } from "../ui/icon"
import { Menu, MenuItem } from "../ui/menu"
import { showToast } from "../ui/toast"
import { NARROW, useMedia } from "../ui/use-media"
import { useShortcuts } from "../ui/use-shortcuts"
import { useTitle } from "../ui/use-title"
import { CommentRows, type RowsHandle } from "./comment-rows"
import { PostList } from "./post-list"
import { Empty, Notice, Skeleton } from "./states"
import { useCommentActions } from "./use-comment-actions"
import { useCommentFilters } from "./use-comment-filters"
import type { CommentDoors } from "./use-doors"
import { Writer, type Writing } from "./writer"

/** What people write under posts: posts on the left, as far as there is room, comments with all that can be done beside. */
export function CommentsScreen() {
  const [filters, setFilters] = useCommentFilters()
  const isNarrow = useMedia(NARROW)
  useTitle("Comments")
  return (
    <div className="flex h-full min-h-0 min-w-0 flex-1 overflow-hidden">
      {!isNarrow && (
        <aside className="flex h-full w-[300px] shrink-0 flex-col border-line border-r bg-surface">
          <PostList filters={filters} onFilter={setFilters} />
        </aside>
      )}
      <main className="flex h-full min-w-0 flex-1 flex-col overflow-hidden bg-surface">
        <header className="flex h-14 shrink-0 items-center gap-2 px-5">
          <h1 className="mr-auto font-semibold text-lg tracking-tight">Comments</h1>
          <AccountFilter filters={filters} onFilter={setFilters} />
          {isNarrow && filters.post !== null && (
            <Button small onClick={() => setFilters({ post: null })}>
              All posts
            </Button>
          )}
        </header>
        <Views filters={filters} onFilter={setFilters} />
        <Body key={JSON.stringify(filters)} filters={filters} onFilter={setFilters} />
      </main>
    </div>
  )
}

type PartProps = { filters: CommentFilters; onFilter: (change: Partial<CommentFilters>) => void }

function Body({ filters, onFilter }: PartProps) {
  const { data: entry, error, refetch } = useQuery(commentsOf(filters))
  const rows = useRef<RowsHandle>(null)
  const [activeId, setActiveId] = useState<string | null>(null)
  const [writing, setWriting] = useState<Writing | null>(null)
  const [removing, setRemoving] = useState<Comment | null>(null)
  const write = useCallback(
    (comment: Comment, audience: Audience | "note") => setWriting({ comment, audience }),
    [],
  )
  const doors: CommentDoors = useMemo(
    () => ({ activate: (comment) => setActiveId(comment.id), write, remove: setRemoving }),
    [write],
  )
  const postOf = (comment: Comment) => entry?.posts.find(({ id }) => id === comment.post_id)
  useKeys(rows, write, postOf)
  if (entry === undefined) {
    return error ? (
      <Notice icon="alert" title="The comments could not be loaded" text={explain(error)}>
        <Button onClick={() => void refetch()}>Try again</Button>
      </Notice>
    ) : (
      <Skeleton />
    )
  }
  const current = writing && {
    ...writing,
    comment: entry.items.find(({ id }) => id === writing.comment.id) ?? writing.comment,
  }
  return (
    <>
      {entry.items.length === 0 && entry.next === null ? (
        <Empty filters={filters} onFilter={onFilter} />
      ) : (
        <CommentRows
          entry={entry}
          filters={filters}
          activeId={activeId}
          doors={doors}
          onOnly={(post) => onFilter({ post })}
          handle={rows}
        />
      )}
      {current && (
        <Writer
          key={`${current.comment.id} ${current.audience}`}
          writing={current}
          post={postOf(current.comment)}
          now={Date.now()}
          onClose={() => setWriting(null)}
        />
      )}
      {removing && <Removing comment={removing} onClose={() => setRemoving(null)} />}
    </>
  )
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
  write: (comment: Comment, audience: Audience | "note") => void,
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

function Views({ filters, onFilter }: PartProps) {
  function press(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0
    const next =
      COMMENT_VIEWS[
        (COMMENT_VIEWS.indexOf(filters.view) + step + COMMENT_VIEWS.length) % COMMENT_VIEWS.length
      ]
    if (step === 0 || next === undefined) return
    event.preventDefault()
    onFilter({ view: next })
    event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[COMMENT_VIEWS.indexOf(next)]?.focus()
  }
  return (
    <div
      role="tablist"
      aria-label="Views"
      onKeyDown={press}
      className="flex shrink-0 gap-1 overflow-x-auto border-line border-b px-2.5"
    >
      {COMMENT_VIEWS.map((view) => (
        <button
          key={view}
          type="button"
          role="tab"
          aria-selected={filters.view === view}
          tabIndex={filters.view === view ? 0 : -1}
          onClick={() => onFilter({ view })}
          className="inset-focus tap relative shrink-0 rounded-t-lg px-2.5 pt-1 pb-2.5 font-medium text-ink-3 text-sm hover:text-ink aria-selected:text-ink aria-selected:after:absolute aria-selected:after:inset-x-2.5 aria-selected:after:-bottom-px aria-selected:after:h-0.5 aria-selected:after:rounded-full aria-selected:after:bg-accent"
        >
          {VIEW_WORDS[view]}
        </button>
      ))}
    </div>
  )
}

function AccountFilter({ filters, onFilter }: PartProps) {
  const { data } = useQuery(accountsQuery)
  const items = data?.items ?? []
  if (items.length < 2) return null
  const chosen = items.find(({ id }) => id === filters.account)
  return (
    <Menu
      label="Account"
      button={(properties) => (
        <button
          type="button"
          {...properties}
          className="tap inline-flex h-8 items-center gap-1 rounded-lg px-2 font-medium text-ink-2 text-sm hover:bg-hover hover:text-ink"
        >
          {chosen ? `@${chosen.username}` : "All accounts"}
          <Icon name="chevron" size={14} />
        </button>
      )}
    >
      {(close) => {
        const choose = (account: string | null) => () => {
          onFilter({ account, post: null })
          close()
        }
        return (
          <>
            <MenuItem isChecked={chosen === undefined} onSelect={choose(null)}>
              All accounts
            </MenuItem>
            {items.map(({ id, username }) => (
              <MenuItem key={id} isChecked={id === filters.account} onSelect={choose(id)}>
                @{username}
              </MenuItem>
            ))}
          </>
        )
      }}
    </Menu>
  )
}
