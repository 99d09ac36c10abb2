import { useQuery } from "@tanstack/react-query"
import { Link, useRoute } from "wouter"
import { openComments } from "../api/comments"
import { Icon } from "../ui/icon"

const MOST_SHOWN = 99

/** The way to the comments, with how many wait for somebody. */
export function CommentsLink() {
  const { data } = useQuery(openComments)
  const [isHere] = useRoute("/comments/:id?")
  const count = data?.open ?? 0
  const label = count === 0 ? "Comments" : `Comments: ${count} open`
  return (
    <Link
      href="/comments"
      aria-label={label}
      aria-current={isHere ? "page" : undefined}
      title={label}
      className={`tap relative inline-flex size-10 items-center justify-center rounded-xl hover:bg-hover hover:text-ink ${isHere ? "bg-hover text-ink" : "text-ink-2"}`}
    >
      <Icon name="comment" size={20} />
      {count > 0 && (
        <span
          aria-hidden="true"
          className="absolute -top-0.5 -right-0.5 min-w-4.5 rounded-full border-2 border-canvas bg-accent px-1 text-center font-semibold text-2xs text-on-accent tabular-nums"
        >
          {count > MOST_SHOWN ? `${MOST_SHOWN}+` : count}
        </span>
      )}
    </Link>
  )
}
