/** Who will read what is written about a comment, in words: public and private must not be taken for each other. */
import type { Comment, Post } from "../api/model"

export type Audience = "public" | "private"

const PRIVATE_FOR_MS = 7 * 24 * 3_600_000
const MARGIN_MS = 60_000

export function authorOf(comment: Comment): string {
  return comment.author.username === null ? "somebody" : `@${comment.author.username}`
}

export function describeAudience(audience: Audience, comment: Comment): string {
  return audience === "public"
    ? `Public reply to ${authorOf(comment)}: everybody who sees the post can read it.`
    : `Private message to ${authorOf(comment)}: only they can read it. Instagram allows one, and it cannot be followed by another until they answer.`
}

/** Why this cannot be done, as the gate will say it; null when it can. The server has the last word. */
export function refusalOf(
  audience: Audience,
  comment: Comment,
  post: Post | undefined,
  now: number,
): string | null {
  if (comment.deleted_at !== null) return "The comment was deleted."
  return audience === "public" ? refusePublic(comment, post) : refusePrivate(comment, post, now)
}

function refusePublic(comment: Comment, post: Post | undefined): string | null {
  if (comment.hidden) return "A hidden comment takes no public reply: show it again first."
  if (comment.kind === "live_comment" || post?.product_type === "LIVE")
    return "Comments of a live broadcast take no public reply."
  if (post?.comments_enabled === false) return "Comments are switched off under this post."
  if (post?.is_own === false && comment.kind !== "mention") return "This stands under somebody else's post."
  return null
}

function refusePrivate(comment: Comment, post: Post | undefined, now: number): string | null {
  if (comment.is_own) return "This is your own comment."
  if (comment.kind === "mention") return "A mention under somebody else's post cannot be answered in private."
  if (comment.author.ig_id === null) return "Instagram does not say who wrote this comment."
  if (comment.private_conversation_id !== null) return "It was answered in private already."
  if (comment.kind === "live_comment" && post?.ended_at != null) return "The broadcast is over."
  if (now >= Date.parse(comment.created_at) + PRIVATE_FOR_MS - MARGIN_MS)
    return "A comment can be answered in private for 7 days; this one is older."
  return null
}
