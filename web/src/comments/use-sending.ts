import { useQueryClient } from "@tanstack/react-query"
import { explain } from "../api/client"
import { useNoteComment, useReplyPrivately, useReplyPublicly } from "../api/comment-actions"
import { type CommentMode, readDraft, writeDraft } from "../api/drafts"
import type { Comment } from "../api/model"
import { viewerIdOf } from "../api/snapshot"
import { authorOf } from "../lib/audience"
import { showToast } from "../ui/toast"

type SendingProps = { comment: Comment; audience: CommentMode; onSent: () => void; onRefused: () => void }

/**
 * Sends what was written about a comment. The two callbacks are for a writer that is still open; who writes elsewhere by then is
 * told too, and words that were refused are a draft again.
 */
export function useSending({ comment, audience, onSent, onRefused }: SendingProps) {
  const cache = useQueryClient()
  const publicly = useReplyPublicly()
  const privately = useReplyPrivately()
  const note = useNoteComment()
  const here = { onSuccess: onSent, onError: onRefused }

  function say(text: string, clientKey: string): Promise<unknown> {
    if (audience === "public") return publicly.mutateAsync({ comment, text, clientKey }, here)
    if (audience === "private") return privately.mutateAsync({ comment, text, clientKey }, here)
    return note.mutateAsync({ comment, text }, here)
  }

  return {
    isPending: publicly.isPending || privately.isPending || note.isPending,
    async send(text: string, clientKey: string): Promise<void> {
      writeDraft(comment.id, audience, "")
      try {
        await say(text, clientKey)
        if (audience === "private") showToast(`Your message to ${authorOf(comment)} is on its way`)
      } catch (error) {
        if (viewerIdOf(cache) === "") return
        if (readDraft(comment.id, audience) === "") writeDraft(comment.id, audience, text)
        showToast(explain(error), { isError: true })
      }
    },
  }
}
