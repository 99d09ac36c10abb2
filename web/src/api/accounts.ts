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

/** Ends our link to an account; what is here is erased in thirty days. */
export function useDisconnect() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      answer(http.POST("/api/v1/accounts/{id}/disconnect", { params: { path: { id } } })),
    onSuccess: (account) => applyChange(cache, { seq: 0, type: "account_updated", account }),
  })
}

/** Nothing of the account is sent, or it goes on. */
export function useStopAccount() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ id, isStopped }: { id: string; isStopped: boolean }) => {
      const of = { params: { path: { id } } }
      const path = "/api/v1/accounts/{id}/stop"
      return answer(isStopped ? http.PUT(path, of) : http.DELETE(path, of))
    },
    onSuccess: (account) => applyChange(cache, { seq: 0, type: "account_updated", account }),
  })
}

/** The emergency stop of the workspace, or its end. */
export function useStopAll() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (isStopped: boolean) =>
      answer(isStopped ? http.PUT("/api/v1/stop") : http.DELETE("/api/v1/stop")),
    onSuccess: ({ items }) => {
      for (const account of items) applyChange(cache, { seq: 0, type: "account_updated", account })
    },
  })
}
