import type { CommentMode } from "../api/drafts"
import type { Comment } from "../api/model"

/** What the tools of a comment and the keys open: there is one of each, wherever the comment stands. */
export type CommentDoors = {
  activate: (comment: Comment) => void
  write: (comment: Comment, audience: CommentMode) => void
  remove: (comment: Comment) => void
}
