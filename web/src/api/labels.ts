/** The labels in use. */
import { queryOptions } from "@tanstack/react-query"
import { answer, http } from "./client"
import { fetchEntry } from "./snapshot"

export const labels = queryOptions({
  queryKey: ["labels"] as const,
  queryFn: ({ client }) => fetchEntry(client, ["labels"], () => answer(http.GET("/api/v1/labels"))),
})
