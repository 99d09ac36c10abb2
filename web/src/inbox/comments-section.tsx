import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import { personsComments } from "../api/comments"
import type { Comment, Conversation } from "../api/model"
import { formatExact, formatRowTime } from "../lib/time"
import { useNow } from "../ui/use-now"

const FEW = 5

/** What the person of a conversation said under posts. */
export function CommentsSection({ conversation }: { conversation: Conversation }) {
  const { data } = useQuery(personsComments(conversation))
  const now = useNow()
  const items = data?.items ?? []
  if (items.length === 0) return null
  return (
    <section aria-label="Comments" className="flex flex-col gap-1.5 border-line border-t pt-4">
      <h3 className="font-semibold text-ink-3 text-xs">Comments</h3>
      <ul className="flex flex-col gap-2">
        {items.slice(0, FEW).map((comment) => (
          <li key={comment.id}>
            <Link href={`/comments/${comment.id}`} className="flex flex-col rounded-lg hover:underline">
              <span className="line-clamp-2 text-sm">{comment.text ?? "A picture or sticker"}</span>
              <span className="text-ink-3 text-xs" title={formatExact(comment.created_at)}>
                {[formatRowTime(comment.created_at, now), wordOf(comment)].filter(Boolean).join(" · ")}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

function wordOf(comment: Comment): string {
  if (comment.deleted_at !== null) return "deleted"
  if (comment.private_conversation_id !== null) return "answered in private"
  return comment.done_at === null ? "open" : "done"
}
