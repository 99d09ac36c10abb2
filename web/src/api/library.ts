/** What a connected customer shared, and the connection itself. */
import { queryOptions, useMutation } from "@tanstack/react-query"
import { answer, http } from "./client"
import { fetchEntry } from "./snapshot"

const SHOWN = 20

/** The newest of what a conversation brought into its customer's library. */
export function libraryOf(conversationId: string) {
  const queryKey = ["library", conversationId] as const
  const params = { path: { id: conversationId }, query: { limit: SHOWN } }
  return queryOptions({
    queryKey,
    queryFn: ({ client }) =>
      fetchEntry(client, queryKey, () => answer(http.GET("/api/v1/conversations/{id}/library", { params }))),
  })
}

/** Lets a customer go; the conversation says so by the stream. */
export function useDisconnect() {
  return useMutation({
    mutationFn: (conversationId: string) =>
      answer(
        http.DELETE("/api/v1/conversations/{id}/connection", { params: { path: { id: conversationId } } }),
      ),
  })
}
