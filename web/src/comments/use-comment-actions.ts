import { useQueryClient } from "@tanstack/react-query"
import { explain } from "../api/client"
import { type CommentPatch, type Moderation, useModerate, useWorkOnComment } from "../api/comment-actions"
import type { AgentRef, Comment } from "../api/model"
import { viewerIdOf } from "../api/snapshot"
import { showToast } from "../ui/toast"

/** What an agent does with a comment by one press; a refusal is said in words, and what was shown is taken back. */
export function useCommentActions() {
  const cache = useQueryClient()
  const { mutateAsync: moderate } = useModerate()
  const { mutateAsync: work } = useWorkOnComment()
  /** Told also to who does something else by then, but not to who signed out. */
  function refused(error: unknown): void {
    if (viewerIdOf(cache) !== "") showToast(explain(error), { isError: true })
  }
  function set(comment: Comment, patch: CommentPatch, guess: Partial<Comment>): void {
    work({ comment, patch, guess }).catch(refused)
  }
  return {
    moderate: (comment: Comment, what: Moderation): void => void moderate({ comment, what }).catch(refused),
    finish: (comment: Comment, isDone: boolean, by: string): void =>
      set(
        comment,
        { is_done: isDone },
        { done_at: isDone ? new Date().toISOString() : null, done_by: isDone ? by : null },
      ),
    assign: (comment: Comment, assignee: AgentRef | null): void =>
      set(comment, { assignee_id: assignee?.id ?? null }, { assignee }),
    label: (comment: Comment, labels: string[]): void =>
      set(comment, { labels }, { labels: [...labels].sort() }),
  }
}

export type CommentActions = ReturnType<typeof useCommentActions>
