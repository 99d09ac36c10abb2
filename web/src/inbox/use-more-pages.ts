import { useQueryClient } from "@tanstack/react-query"
import { useCallback, useEffect, useState } from "react"
import { fetchMoreConversations } from "../api/conversations"
import type { Filters } from "../lib/filters"

const AHEAD = 25

type Given = { filters: Filters; next: string | null; lastVisible: number; count: number }

/** Loads page after page of a list while somebody scrolls towards its end. */
export function useMorePages({ filters, next, lastVisible, count }: Given) {
  const cache = useQueryClient()
  const [failedAt, setFailedAt] = useState<string | null>(null)
  const load = useCallback(() => {
    fetchMoreConversations(cache, filters).then(
      () => setFailedAt(null),
      () => setFailedAt(next),
    )
  }, [cache, filters, next])
  useEffect(() => {
    if (next !== null && lastVisible > count - AHEAD) load()
  }, [next, lastVisible, count, load])
  return { hasFailed: failedAt !== null && failedAt === next, retry: load }
}
