import type { ReactNode } from "react"
import type { CommentFilters } from "../lib/comment-filters"
import { Button } from "../ui/button"
import { Icon, type IconName } from "../ui/icon"

type NoticeProps = { icon: IconName; title: string; text: string; children?: ReactNode }

export function Notice({ icon, title, text, children }: NoticeProps) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-1 px-8 pb-16 text-center">
      <span className="mb-3 rounded-2xl bg-sunken p-3.5 text-ink-3">
        <Icon name={icon} size={26} />
      </span>
      <h2 className="font-semibold text-base">{title}</h2>
      <p className="max-w-80 text-balance text-ink-3 text-sm">{text}</p>
      {children && <div className="mt-4">{children}</div>}
    </div>
  )
}

export function Skeleton() {
  return (
    <div role="status" aria-label="Loading comments" className="flex flex-col gap-4 p-5">
      {[72, 55, 64, 48, 69].map((width) => (
        <div key={width} className="flex animate-pulse gap-3">
          <span className="size-8 rounded-full bg-hover" />
          <span className="flex flex-1 flex-col gap-2">
            <span className="h-3 w-32 rounded bg-hover" />
            <span className="h-3 rounded bg-sunken" style={{ width: `${width}%` }} />
          </span>
        </div>
      ))}
    </div>
  )
}

type EmptyProps = { filters: CommentFilters; onFilter: (change: Partial<CommentFilters>) => void }

export function Empty({ filters, onFilter }: EmptyProps) {
  if (filters.post !== null) {
    return (
      <Notice icon="comment" title="Nothing here" text="No comment under this post fits this view.">
        <Button onClick={() => onFilter({ post: null })}>Show all posts</Button>
      </Notice>
    )
  }
  switch (filters.view) {
    case "open":
      return (
        <Notice
          icon="checks"
          title="No comment is waiting"
          text="What people write under your posts appears here the moment Instagram tells it."
        >
          <Button onClick={() => onFilter({ view: "all" })}>Show all comments</Button>
        </Notice>
      )
    case "mine":
      return (
        <Notice
          icon="check"
          title="Nothing is waiting for you"
          text="Comments assigned to you appear here."
        />
      )
    case "mentions":
      return (
        <Notice
          icon="at"
          title="No mentions"
          text="When somebody mentions your account elsewhere, it appears here."
        />
      )
    default:
      return <Notice icon="comment" title="Nothing here" text="No comment fits this view right now." />
  }
}
