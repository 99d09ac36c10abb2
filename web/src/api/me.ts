/** Who is looking. The session puts it into the cache before any screen is drawn. */
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query"
import { answer, http } from "./client"
import type { Me } from "./model"

export const me = queryOptions({
  queryKey: ["me"] as const,
  queryFn: () => answer(http.GET("/api/v1/me")),
})

export function useMe(): Me {
  return useSuspenseQuery(me).data
}
