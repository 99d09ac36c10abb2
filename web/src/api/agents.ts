/** The people of the workspace. */
import { queryOptions } from "@tanstack/react-query"
import { answer, http } from "./client"
import { fetchEntry } from "./snapshot"

export const agents = queryOptions({
  queryKey: ["agents"] as const,
  queryFn: ({ client }) => fetchEntry(client, ["agents"], () => answer(http.GET("/api/v1/agents"))),
})
