import { useQueryClient } from "@tanstack/react-query"
import { ApiError, explain } from "../api/client"
import { useNoteComment, useReplyPrivately, useReplyPublicly } from "../api/comment-actions"
import { type CommentMode, readDraft, writeDraft } from "../api/drafts"
import type { Comment } from "../api/model"
import { viewerIdOf } from "../api/snapshot"
import { authorOf } from "../lib/audience"
import { newKey } from "../lib/keys"
import { showToast } from "../ui/toast"

type SendingProps = { comment: Comment; audience: CommentMode; onSent: () => void }

/** Of what nobody answered: it may have been taken, and goes again as the same. */
const unansweredKeys = new Map<string, string>()

/**
 * Sends what was written about a comment. `onSent` is for a writer that is still open; who writes elsewhere by then is told too,
 * and words that did not go are a draft again.
 */
export function useSending({ comment, audience, onSent }: SendingProps) {
  const cache = useQueryClient()
  const publicly = useReplyPublicly()
  const privately = useReplyPrivately()
  const note = useNoteComment()
  const here = { onSuccess: onSent }

  function say(text: string, clientKey: string): Promise<unknown> {
    if (audience === "public") return publicly.mutateAsync({ comment, text, clientKey }, here)
    if (audience === "private") return privately.mutateAsync({ comment, text, clientKey }, here)
    return note.mutateAsync({ comment, text }, here)
  }

  async function send(text: string): Promise<void> {
    const place = `${audience} ${comment.id}`
    const key = unansweredKeys.get(place) ?? newKey()
    unansweredKeys.delete(place)
    writeDraft(comment.id, audience, "")
    try {
      await say(text, key)
      if (audience === "private") showToast(`Your message to ${authorOf(comment)} is on its way`)
    } catch (error) {
      if (error instanceof ApiError && error.isTemporary) unansweredKeys.set(place, key)
      if (viewerIdOf(cache) === "") return
      if (readDraft(comment.id, audience) === "") writeDraft(comment.id, audience, text)
      showToast(explain(error), { isError: true })
    }
  }

  return { isPending: publicly.isPending || privately.isPending || note.isPending, send }
}
