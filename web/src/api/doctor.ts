/** How the installation and the accounts stand: what the doctor found last, and to have it look again. */
import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { applyChange } from "./apply-change"
import { answer, http } from "./client"
import { useMe } from "./me"
import type { Checkup, Finding } from "./model"
import { fetchEntry } from "./snapshot"

export type Standing = { checkup: Checkup | null; seq: number }

/** When it looked last, and how much was amiss; the stream keeps it up to date. */
export const standing = queryOptions({
  queryKey: ["doctor"] as const,
  queryFn: ({ client }) => fetchEntry<Standing>(client, ["doctor"], () => answer(http.GET("/api/v1/doctor"))),
})

/** What a look found never changes: the next one has another key. */
const findingsAt = (lookedAt: string | null) =>
  queryOptions({
    queryKey: ["findings", lookedAt] as const,
    queryFn: () => answer(http.GET("/api/v1/doctor/findings")),
    placeholderData: keepPreviousData,
  })

/** Whether the viewer is told what was found. */
export function useMayExamine(): boolean {
  return useMe().agent.role !== "agent"
}

type Examined = {
  checkup: Checkup | null | undefined
  findings: Finding[] | undefined
  error: unknown
  retry: () => void
}

/** How it stands with all that was found. Undefined is not known yet; for owners and admins. */
export function useExamined(): Examined {
  const stands = useQuery(standing)
  const checkup = stands.data?.checkup
  const found = useQuery({ ...findingsAt(checkup?.looked_at ?? null), enabled: checkup?.looked_at != null })
  const retry = (): void => {
    if (stands.error) void stands.refetch()
    if (found.error) void found.refetch()
  }
  return { checkup, findings: found.data?.items, error: stands.error ?? found.error, retry }
}

/** Has it look again; the stream says when it has. */
export function useLookAgain() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => answer(http.POST("/api/v1/doctor/look")),
    onSuccess: (checkup) => applyChange(cache, { seq: 0, type: "checkup_updated", checkup }),
  })
}
