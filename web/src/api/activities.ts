/** Activities: what happened in a conversation and is no message, such as a link that was followed. */
import { queryOptions } from "@tanstack/react-query"
import { answer, http } from "./client"
import { fetchEntry } from "./snapshot"

export function activitiesOf(conversationId: string) {
  const queryKey = ["activities", conversationId] as const
  return queryOptions({
    queryKey,
    queryFn: ({ client }) =>
      fetchEntry(client, queryKey, () =>
        answer(
          http.GET("/api/v1/conversations/{id}/activities", { params: { path: { id: conversationId } } }),
        ),
      ),
  })
}
