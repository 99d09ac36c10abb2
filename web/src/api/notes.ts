/** Notes: remarks of the team that never leave the workspace. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query"
import { applyChange } from "./apply-change"
import { answer, http } from "./client"
import { fetchEntry } from "./snapshot"

export function notesOf(conversationId: string) {
  const queryKey = ["notes", conversationId] as const
  return queryOptions({
    queryKey,
    queryFn: ({ client }) =>
      fetchEntry(client, queryKey, () =>
        answer(http.GET("/api/v1/conversations/{id}/notes", { params: { path: { id: conversationId } } })),
      ),
  })
}

export function useAddNote(conversationId: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (text: string) =>
      answer(
        http.POST("/api/v1/conversations/{id}/notes", {
          params: { path: { id: conversationId } },
          body: { text },
        }),
      ),
    onSuccess: (note) =>
      applyChange(cache, { seq: 0, type: "note_added", conversation_id: conversationId, note }),
  })
}
