/** What is taken out: asked for, made by the server, and downloaded. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query"
import { answer, http } from "./client"
import type { Export } from "./model"

const LOOK_MS = 1_500

export const isUnderWay = (one: Export): boolean => one.state === "waiting" || one.state === "running"

/** The newest exports; while one is being made it is looked at now and then. */
export const exportsQuery = queryOptions({
  queryKey: ["exports"] as const,
  queryFn: () => answer(http.GET("/api/v1/exports", { params: { query: { limit: 50 } } })),
  refetchInterval: (query) => (query.state.data?.items.some(isUnderWay) ? LOOK_MS : false),
  staleTime: 0,
  gcTime: 0,
})

/** Has a conversation, all about a person (by a conversation with them), or an account taken out. */
export function useCreateExport() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: { kind: Export["kind"]; id: string }) =>
      answer(http.POST("/api/v1/exports", { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: exportsQuery.queryKey }),
  })
}

export function fileOf(one: Export): string {
  return `/api/v1/exports/${one.id}/file`
}
