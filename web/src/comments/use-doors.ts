import type { Comment } from "../api/model"
import type { Audience } from "../lib/audience"

/** What the tools of a comment and the keys open: there is one of each, wherever the comment stands. */
export type CommentDoors = {
  activate: (comment: Comment) => void
  write: (comment: Comment, audience: Audience | "note") => void
  remove: (comment: Comment) => void
}
