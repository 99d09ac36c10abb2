/** The Instagram accounts of the workspace and their settings. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query"
import { applyChange } from "./apply-change"
import { answer, http } from "./client"
import { fetchEntry } from "./snapshot"

export const accounts = queryOptions({
  queryKey: ["accounts"] as const,
  queryFn: ({ client }) => fetchEntry(client, ["accounts"], () => answer(http.GET("/api/v1/accounts"))),
})

/** Says whether Meta granted the Human Agent feature, and the team wants it used. */
export function useSetHumanAgent() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ id, human_agent }: { id: string; human_agent: boolean }) =>
      answer(http.PATCH("/api/v1/accounts/{id}", { params: { path: { id } }, body: { human_agent } })),
    onSuccess: (account) => applyChange(cache, { seq: 0, type: "account_updated", account }),
  })
}
