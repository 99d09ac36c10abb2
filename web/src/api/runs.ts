/** Long work that somebody asked for: reading what an account's conversations hold at Instagram. */
import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query"
import { applyChange, RUNS_LISTED } from "./apply-change"
import { answer, http } from "./client"
import type { Run } from "./model"
import { fetchEntry } from "./snapshot"

/** The newest imports of an account, newest first; the stream says how far they are. */
export function runsOf(accountId: string) {
  const queryKey = ["runs", accountId] as const
  const query = { account: accountId, what: "messages" as const, limit: RUNS_LISTED }
  return queryOptions({
    queryKey,
    queryFn: ({ client }) =>
      fetchEntry(client, queryKey, () => answer(http.GET("/api/v1/runs", { params: { query } }))),
  })
}

/** Has all conversations of an account read, or joins the run that does so already. */
export function useStartImport() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (accountId: string) =>
      answer(
        http.POST("/api/v1/accounts/{id}/sync", {
          params: { path: { id: accountId } },
          body: { what: "messages" },
        }),
      ),
    onSuccess: (run) => landRun(cache, run),
  })
}

/** Ends a run where it is; what it read stays. */
export function useStopRun() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => answer(http.DELETE("/api/v1/runs/{id}", { params: { path: { id } } })),
    onSuccess: (run) => landRun(cache, run),
  })
}

function landRun(cache: QueryClient, run: Run): void {
  applyChange(cache, { seq: 0, type: "run_updated", run })
}
