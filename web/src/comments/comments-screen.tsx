import { useQuery } from "@tanstack/react-query"
import type { KeyboardEvent } from "react"
import { useParams } from "wouter"
import { accounts as accountsQuery } from "../api/accounts"
import { COMMENT_VIEWS, type CommentFilters, VIEW_WORDS } from "../lib/comment-filters"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"
import { Menu, MenuItem } from "../ui/menu"
import { NARROW, useMedia } from "../ui/use-media"
import { useTitle } from "../ui/use-title"
import { CommentList, OneComment } from "./comment-list"
import { PostList } from "./post-list"
import { useCommentFilters } from "./use-comment-filters"

/** What people write under posts: posts on the left, as far as there is room, comments with all that can be done beside. */
export function CommentsScreen() {
  const [filters, setFilters] = useCommentFilters()
  const { id } = useParams()
  const isNarrow = useMedia(NARROW)
  useTitle("Comments")
  return (
    <div className="flex h-full min-h-0 min-w-0 flex-1 overflow-hidden">
      {!isNarrow && (
        <aside className="flex h-full w-[220px] shrink-0 drawer:w-[300px] flex-col border-line border-r bg-surface">
          <PostList filters={filters} onFilter={setFilters} />
        </aside>
      )}
      <main className="flex h-full min-w-0 flex-1 flex-col overflow-hidden bg-surface">
        <header className="flex h-14 shrink-0 items-center gap-2 px-5">
          <h1 className="mr-auto font-semibold text-lg tracking-tight">Comments</h1>
          <AccountFilter filters={filters} onFilter={setFilters} />
          {isNarrow && (filters.post !== null || id !== undefined) && (
            <Button small onClick={() => setFilters({ post: null })}>
              All posts
            </Button>
          )}
        </header>
        {id !== undefined ? (
          <OneComment key={id} id={id} onFilter={setFilters} />
        ) : (
          <>
            <Views filters={filters} onFilter={setFilters} />
            <CommentList key={JSON.stringify(filters)} filters={filters} onFilter={setFilters} />
          </>
        )}
      </main>
    </div>
  )
}

type PartProps = { filters: CommentFilters; onFilter: (change: Partial<CommentFilters>) => void }

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
