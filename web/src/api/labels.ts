/** The labels in use. No change tells when one falls out of use, so a menu that opens asks anew. */
import { queryOptions, useQuery } from "@tanstack/react-query"
import { answer, http } from "./client"
import { fetchEntry } from "./snapshot"

export const labels = queryOptions({
  queryKey: ["labels"] as const,
  refetchOnMount: "always",
  queryFn: ({ client }) => fetchEntry(client, ["labels"], () => answer(http.GET("/api/v1/labels"))),
})

/** Their names, as far as they are loaded. */
export function useKnownLabels(): string[] {
  return useQuery(labels).data?.items.map(({ name }) => name) ?? []
}
