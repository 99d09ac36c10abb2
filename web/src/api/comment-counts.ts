/** How much waits under posts cannot be told from one comment: it is asked for again, once for many changes. */
import type { QueryClient } from "@tanstack/react-query"
import type { Change } from "./model"

const PAUSE_MS = 400

const waiting = new WeakMap<QueryClient, ReturnType<typeof setTimeout>>()

export function refreshCounts(cache: QueryClient, changes: readonly Change[]): void {
  const isAbout = changes.some(({ type }) => type === "comment_updated" || type === "post_updated")
  if (!isAbout || waiting.has(cache)) return
  waiting.set(
    cache,
    setTimeout(() => {
      waiting.delete(cache)
      void cache.invalidateQueries({ queryKey: ["posts"] })
      void cache.invalidateQueries({ queryKey: ["comment-count"] })
    }, PAUSE_MS),
  )
}
