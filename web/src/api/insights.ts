/** Numbers about an account and about the work: what Instagram says, what our own messages tell, and the runs that read the first. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query"
import { applyChange } from "./apply-change"
import { answer, http } from "./client"

/** Days, both included, as YYYY-MM-DD. */
export type Days = { since: string; until: string }

const FRESH_MS = 60_000

export function insightsOf(account: string, days: Days) {
  return queryOptions({
    queryKey: ["insights", account, days.since, days.until] as const,
    queryFn: () => answer(http.GET("/api/v1/insights", { params: { query: { account, ...days } } })),
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  })
}

export function ownNumbersOf(account: string, days: Days, zone: string) {
  return queryOptions({
    queryKey: ["numbers", account, days.since, days.until, zone] as const,
    queryFn: () => answer(http.GET("/api/v1/numbers", { params: { query: { account, ...days, zone } } })),
    staleTime: FRESH_MS,
    refetchInterval: FRESH_MS,
    placeholderData: keepPreviousData,
  })
}

export function insightsRunsOf(account: string) {
  return queryOptions({
    queryKey: ["insights-runs", account] as const,
    queryFn: () => answer(http.GET("/api/v1/insights/runs", { params: { query: { account } } })),
    refetchInterval: ({ state }) =>
      state.data?.items.some((run) => run.state === "waiting" || run.state === "running") ? 2_000 : false,
  })
}

/** How far a reading is, in questions; asked again as long as somebody looks. */
export function readingProgress(id: string) {
  return queryOptions({
    queryKey: ["reading", id] as const,
    queryFn: () => answer(http.GET("/api/v1/runs/{id}", { params: { path: { id } } })),
    refetchInterval: 1_000,
  })
}

/** Has the account's numbers read now, or joins the run that does so already. */
export function useSyncNow() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (account: string) =>
      answer(
        http.POST("/api/v1/accounts/{id}/sync", {
          params: { path: { id: account } },
          body: { what: "insights" },
        }),
      ),
    onSuccess: (run) => {
      applyChange(cache, { seq: 0, type: "run_updated", run })
      void cache.invalidateQueries({ queryKey: ["insights-runs", run.account_id] })
    },
  })
}

/** Where every number of these days is to be had as a file. */
export function exportLink(account: string, days: Days, format: "csv" | "json"): string {
  return `/api/v1/insights/export?${new URLSearchParams({ account, ...days, format })}`
}
