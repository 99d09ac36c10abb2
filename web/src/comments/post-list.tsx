import { useQuery } from "@tanstack/react-query"
import { postsOf } from "../api/comments"
import type { Post } from "../api/model"
import type { CommentFilters } from "../lib/comment-filters"
import { plural } from "../lib/time"
import { Icon } from "../ui/icon"
import { PostPicture, titleOf } from "./post-picture"

type ListProps = { filters: CommentFilters; onFilter: (change: Partial<CommentFilters>) => void }

/** The posts that were talked under, the newest talk first; one of them narrows the comments to it. */
export function PostList({ filters, onFilter }: ListProps) {
  const isOpen = filters.view === "open" || filters.view === "mine" || filters.view === "unassigned"
  const { data } = useQuery(postsOf(filters.account, isOpen ? "open" : "all"))
  const items = data?.items ?? []
  return (
    <nav aria-label="Posts" className="flex flex-col gap-0.5 overflow-y-auto p-2">
      <Entry isChosen={filters.post === null} onChoose={() => onFilter({ post: null })} name="All posts">
        <span className="grid size-10 shrink-0 place-items-center rounded-lg bg-sunken text-ink-2">
          <Icon name="grid" size={18} />
        </span>
        <span className="flex-1 truncate font-medium text-sm">All posts</span>
      </Entry>
      {items.map(({ post, open }) => (
        <Entry
          key={post.id}
          isChosen={filters.post === post.id}
          onChoose={() => onFilter({ post: post.id })}
          name={nameOf(post, open)}
        >
          <PostPicture post={post} size={40} />
          <span className="flex min-w-0 flex-1 flex-col">
            <span className="line-clamp-2 text-sm leading-snug">{titleOf(post)}</span>
            <span className="truncate text-ink-3 text-xs">@{post.account.username}</span>
          </span>
          {open !== null && open > 0 && (
            <span className="min-w-[1.125rem] shrink-0 rounded-full bg-accent px-1.5 text-center font-semibold text-2xs text-on-accent leading-[1.125rem] tabular-nums">
              {open > 99 ? "99+" : open}
            </span>
          )}
        </Entry>
      ))}
    </nav>
  )
}

function nameOf(post: Post, open: number | null): string {
  return open === null ? titleOf(post) : `${titleOf(post)}, ${plural(open, "open comment")}`
}

type EntryProps = { isChosen: boolean; onChoose: () => void; name: string; children: React.ReactNode }

function Entry({ isChosen, onChoose, name, children }: EntryProps) {
  return (
    <button
      type="button"
      aria-label={name}
      aria-current={isChosen ? "true" : undefined}
      onClick={onChoose}
      className={`inset-focus flex w-full items-center gap-3 rounded-xl p-2 text-left ${isChosen ? "bg-accent-soft" : "hover:bg-sunken"}`}
    >
      {children}
    </button>
  )
}
