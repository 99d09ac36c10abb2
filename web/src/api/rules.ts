/** Rules, what they did, and what they would have done. Nobody tells of changes: whoever looks fetches. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query"
import { answer, http } from "./client"
import type { Automation, Rule, RuleDefinition, Tryout, TryoutPage } from "./model"

export function rules(account: string) {
  return queryOptions({
    queryKey: ["rules", account] as const,
    queryFn: () => answer(http.GET("/api/v1/rules", { params: { query: { account } } })),
    refetchOnMount: "always",
  })
}

export function ruleRuns(account: string, filter: { rule: string | null; fired: boolean }) {
  return infiniteQueryOptions({
    queryKey: ["rule-runs", account, filter] as const,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam: cursor }) => {
      const query = { account, fired: filter.fired, rule: filter.rule, cursor, limit: 50 }
      return answer(http.GET("/api/v1/rule-runs", { params: { query } }))
    },
    getNextPageParam: (page) => page.next,
    refetchOnMount: "always",
  })
}

export function ruleVersions(id: string) {
  return queryOptions({
    queryKey: ["rule-versions", id] as const,
    queryFn: () => answer(http.GET("/api/v1/rules/{id}/versions", { params: { path: { id } } })),
    refetchOnMount: "always",
  })
}

function useChanged() {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ queryKey: ["rules"] })
}

type Wanted = { account: string; rule: Rule | null; mode: Rule["mode"]; definition: RuleDefinition }

/** Keeps a new rule, or changes one as whoever changes it has seen it. */
export function useSaveRule() {
  return useMutation({
    mutationFn: ({ account, rule, mode, definition }: Wanted) =>
      rule === null
        ? answer(http.POST("/api/v1/rules", { body: { account_id: account, mode, definition } }))
        : answer(
            http.PATCH("/api/v1/rules/{id}", {
              params: { path: { id: rule.id } },
              body: { mode, definition, version: rule.version },
            }),
          ),
    onSuccess: useChanged(),
  })
}

export function useSetMode() {
  return useMutation({
    mutationFn: ({ id, mode }: { id: string; mode: Rule["mode"] }) =>
      answer(http.PATCH("/api/v1/rules/{id}", { params: { path: { id } }, body: { mode } })),
    onSettled: useChanged(),
  })
}

export function useDeleteRule() {
  return useMutation({
    mutationFn: (id: string) => answer(http.DELETE("/api/v1/rules/{id}", { params: { path: { id } } })),
    onSettled: useChanged(),
  })
}

export function useOrderRules() {
  return useMutation({
    mutationFn: ({ account, ids }: { account: string; ids: string[] }) =>
      answer(http.PUT("/api/v1/rules/order", { body: { account_id: account, rules: ids } })),
    onSettled: useChanged(),
  })
}

export function useSetAutomation(account: string) {
  return useMutation({
    mutationFn: (body: Automation) =>
      answer(http.PUT("/api/v1/accounts/{id}/automation", { params: { path: { id: account } }, body })),
    onSuccess: useChanged(),
  })
}

/** The last 30 days under a rule that nobody has to save first, piece by piece. */
export async function* tryRule(account: string, definition: RuleDefinition): AsyncGenerator<Tryout> {
  let cursor: string | null = null
  do {
    const body = { account_id: account, definition, cursor }
    const page: TryoutPage = await answer(http.POST("/api/v1/rules/try", { body }))
    yield page.tryout
    cursor = page.next
  } while (cursor !== null)
}

/** Whether rules answer in a conversation. */
export function conversationRules(id: string) {
  return queryOptions({
    queryKey: ["conversation-rules", id] as const,
    queryFn: () => answer(http.GET("/api/v1/conversations/{id}/automation", { params: { path: { id } } })),
    refetchOnMount: "always",
  })
}

/** Keeps rules out of a conversation, or lets them in again at once. */
export function useLetRules(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (paused: boolean) =>
      answer(
        http.PUT("/api/v1/conversations/{id}/automation", { params: { path: { id } }, body: { paused } }),
      ),
    onSuccess: (standing) => cache.setQueryData(conversationRules(id).queryKey, standing),
  })
}
