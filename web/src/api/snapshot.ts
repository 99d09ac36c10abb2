/** Answers of the server, brought up to the point of the feed that the cache stands at. */
import type { QueryClient, QueryKey } from "@tanstack/react-query"
import { applyToEntry } from "./apply-change"
import type { Me } from "./model"
import { createRecentChanges } from "./recent-changes"

const KEPT = 2_000

/** Every change that the feed applied lately, in this tab. */
export const recentChanges = createRecentChanges(KEPT)

export function viewerIdOf(cache: QueryClient): string {
  return cache.getQueryData<Me>(["me"])?.agent.id ?? ""
}

/** Fetches an entry and applies the changes that overtook the answer; nothing can come between that and its landing. */
export async function fetchEntry<T extends { seq: number }>(
  cache: QueryClient,
  key: QueryKey,
  fetch: () => Promise<T>,
): Promise<T> {
  for (;;) {
    const entry = await fetch()
    const missed = recentChanges.after(entry.seq)
    if (missed === null) continue
    const viewerId = viewerIdOf(cache)
    return missed.reduce((data, change) => applyToEntry(key, data, change, viewerId) as T, entry)
  }
}
