/** What a search finds: people, conversations, comments and messages, page by page. The server keeps the index. */
import { infiniteQueryOptions } from "@tanstack/react-query"
import { answer, http } from "./client"

export const SHORTEST = 1
const PAGE = 20

export type Search = { text: string; account: string | null; withArchived: boolean }

/** Later pages have messages alone. Nothing of it is kept: the next search asks anew. */
export function searchOf({ text, account, withArchived }: Search) {
  return infiniteQueryOptions({
    queryKey: ["search", text, account, withArchived] as const,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        q: text,
        limit: PAGE,
        archived: withArchived,
        ...(account !== null && { account }),
        ...(pageParam !== null && { cursor: pageParam }),
      }
      return answer(http.GET("/api/v1/search", { params: { query }, signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    enabled: text.trim().length >= SHORTEST,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })
}
