/** The messages of a conversation, and what may be done with one that did not go out. */
import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query"
import { applyChange } from "./apply-change"
import { ApiError, answer, http } from "./client"
import type { Message } from "./model"
import { fetchEntry, recentChanges } from "./snapshot"
import { applyToThread, prependPage, type ThreadEntry, trimThread } from "./thread-entry"

const PAGE = 30
const FAR_PAGE = 100

/** The loaded messages, newest page first fetched; `fetchOlderMessages` adds the pages above. */
export function messagesOf(conversationId: string) {
  const queryKey = ["messages", conversationId] as const
  return queryOptions({
    queryKey,
    queryFn: ({ client }) => fetchEntry(client, queryKey, () => readPage(conversationId)),
  })
}

/** `isFar`: somebody wants what lies far above, so it comes in larger pages. */
export async function fetchOlderMessages(
  cache: QueryClient,
  conversationId: string,
  { isFar = false } = {},
): Promise<void> {
  const { queryKey } = messagesOf(conversationId)
  const before = cache.getQueryData<ThreadEntry>(queryKey)?.next
  if (!before) return
  const page = await readPage(conversationId, before, isFar ? FAR_PAGE : PAGE).catch(unlessGone)
  if (page === null) return cache.refetchQueries({ queryKey }, { throwOnError: true })
  const missed = recentChanges.after(page.seq)
  if (missed === null) return fetchOlderMessages(cache, conversationId, { isFar })
  cache.setQueryData<ThreadEntry>(queryKey, (entry) =>
    entry === undefined || entry.next !== before
      ? entry
      : missed.reduce(
          (thread, change) => applyToThread(thread, change, conversationId),
          prependPage(entry, page),
        ),
  )
}

/** The message that a page was named by may be gone, together with all that is loaded: then the thread begins anew. */
function unlessGone(error: unknown): null {
  if (error instanceof ApiError && error.status === 404) return null
  throw error
}

/** Forgets all but the newest messages: they are fetched again when somebody scrolls up to them. */
export function forgetOlderMessages(cache: QueryClient, conversationId: string, keep: number): void {
  cache.setQueryData(messagesOf(conversationId).queryKey, (entry) => entry && trimThread(entry, keep))
}

/** Whoever scrolls up gets what lies in the archive, too. */
async function readPage(id: string, before?: string, limit = PAGE): Promise<ThreadEntry> {
  const query = { limit, ...(before !== undefined && { before, archived: true }) }
  return answer(http.GET("/api/v1/conversations/{id}/messages", { params: { path: { id }, query } }))
}

/** Sends a failed or in-doubt message again. Only ever pressed by a person. */
export function useRetryMessage() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ message, text }: { message: Message; text?: string }) =>
      answer(
        http.POST("/api/v1/conversations/{id}/messages/{message_id}/retry", {
          params: pathOf(message),
          ...(text !== undefined && { body: { text } }),
        }),
      ),
    onSuccess: (message: Message | undefined) => {
      if (message?.id) landMessage(cache, message)
    },
  })
}

/** Has a file of a message copied that could not be before. */
export function useRetryAttachment() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ message, position }: { message: Message; position: number }) =>
      answer(
        http.POST("/api/v1/conversations/{id}/messages/{message_id}/attachments/{position}/retry", {
          params: { path: { ...pathOf(message).path, position } },
        }),
      ),
    onSuccess: (message: Message | undefined) => {
      if (message?.id) landMessage(cache, message)
    },
  })
}

/** Gives up a message that was never sent. */
export function useDiscardMessage() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (message: Message) =>
      answer(http.DELETE("/api/v1/conversations/{id}/messages/{message_id}", { params: pathOf(message) })),
    onSuccess: (_none, { id, conversation_id }) =>
      applyChange(cache, { seq: 0, type: "message_removed", conversation_id, message_id: id }),
  })
}

/** What an answer brought, treated like the change that tells the same. */
export function landMessage(cache: QueryClient, message: Message): void {
  applyChange(cache, { seq: 0, type: "message_added", conversation_id: message.conversation_id, message })
}

function pathOf(message: Message) {
  return { path: { id: message.conversation_id, message_id: message.id } }
}
