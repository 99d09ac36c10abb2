import { useQuery } from "@tanstack/react-query"
import { Link, useRoute } from "wouter"
import { openComments } from "../api/comments"
import { Icon } from "../ui/icon"
import { RailCount } from "./rail-count"

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
      <RailCount count={count} look="bg-accent text-on-accent" />
    </Link>
  )
}
