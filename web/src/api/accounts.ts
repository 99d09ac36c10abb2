/** The Instagram accounts of the workspace and their settings. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query"
import { applyChange } from "./apply-change"
import { answer, http } from "./client"
import type { Account } from "./model"
import { fetchEntry } from "./snapshot"

export const accounts = queryOptions({
  queryKey: ["accounts"] as const,
  queryFn: ({ client }) => fetchEntry(client, ["accounts"], () => answer(http.GET("/api/v1/accounts"))),
})

type Changed =
  | "human_agent"
  | "media_mode"
  | "shows_indicators"
  | "connects_customers"
  | "acknowledges_every_s"
type AccountChange = { id: string } & Partial<Pick<Account, Changed>>

/** Changes a setting of an account; what is left out stays. */
export function useChangeAccount() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...body }: AccountChange) =>
      answer(http.PATCH("/api/v1/accounts/{id}", { params: { path: { id } }, body })),
    onSuccess: (account) => applyChange(cache, { seq: 0, type: "account_updated", account }),
  })
}
