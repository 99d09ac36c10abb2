/** Comments and mentions: the lists, and what they stand under. */
import { type QueryClient, queryOptions } from "@tanstack/react-query"
import type { CommentFilters } from "../lib/comment-filters"
import { answer, http } from "./client"
import {
  appendComments,
  applyToComments,
  beginComments,
  type CommentEntry,
  type Person,
  threadOf,
} from "./comment-entry"
import type { Conversation } from "./model"
import { fetchEntry, recentChanges, viewerIdOf } from "./snapshot"

const PAGE = 50

/** The loaded part of one list; `fetchMoreComments` makes it longer. */
export function commentsOf(filters: CommentFilters) {
  const queryKey = ["comments", filters] as const
  return queryOptions({
    queryKey,
    queryFn: ({ client }) => fetchEntry(client, queryKey, () => readPage(filters)),
  })
}

/** One comment with what it answers and what stands under that, archived or not. */
export function commentThread(id: string) {
  const queryKey = ["comment", id] as const
  const params = { path: { id } }
  return queryOptions({
    queryKey,
    queryFn: ({ client }) =>
      fetchEntry(client, queryKey, async () =>
        threadOf(await answer(http.GET("/api/v1/comments/{id}", { params }))),
      ),
  })
}

/** The posts with comments that nobody has dealt with, or all that were talked under, newest talk first. */
export function postsOf(account: string | null, view: "open" | "all") {
  return queryOptions({
    queryKey: ["posts", account, view] as const,
    queryFn: () =>
      answer(
        http.GET("/api/v1/posts", {
          params: { query: { view, limit: 100, ...(account !== null && { account }) } },
        }),
      ),
  })
}

export const openComments = queryOptions({
  queryKey: ["comment-count"] as const,
  queryFn: () => answer(http.GET("/api/v1/comments/count")),
})

/** What the person of a conversation said under posts. */
export function personsComments({ id, account, participant }: Conversation) {
  const person: Person = { account: account.id, ig_id: participant.ig_id }
  const queryKey = ["persons-comments", id, person] as const
  const params = { path: { id } }
  return queryOptions({
    queryKey,
    queryFn: ({ client }) =>
      fetchEntry(client, queryKey, async () =>
        beginComments(await answer(http.GET("/api/v1/conversations/{id}/comments", { params }))),
      ),
  })
}

async function readPage(filters: CommentFilters, cursor?: string): Promise<CommentEntry> {
  const { view, account, post } = filters
  const query = {
    view,
    limit: PAGE,
    ...(account !== null && { account }),
    ...(post !== null && { post }),
    ...(cursor !== undefined && { cursor }),
  }
  return beginComments(await answer(http.GET("/api/v1/comments", { params: { query } })))
}

const underWay = new Map<string, Promise<void>>()

/** Loads the page below what is loaded; who asks while it is under way waits for the same one. */
export function fetchMoreComments(cache: QueryClient, filters: CommentFilters): Promise<void> {
  const key = JSON.stringify(filters)
  const asked = underWay.get(key) ?? fetchNextPage(cache, filters).finally(() => underWay.delete(key))
  underWay.set(key, asked)
  return asked
}

async function fetchNextPage(cache: QueryClient, filters: CommentFilters): Promise<void> {
  const { queryKey } = commentsOf(filters)
  const cursor = cache.getQueryData<CommentEntry>(queryKey)?.next
  if (!cursor) return
  const page = await readPage(filters, cursor)
  const missed = recentChanges.after(page.seq)
  if (missed === null) return fetchNextPage(cache, filters)
  const scope = { filters, viewerId: viewerIdOf(cache) }
  cache.setQueryData<CommentEntry>(queryKey, (entry) =>
    entry === undefined || entry.next !== cursor
      ? entry
      : missed.reduce((list, change) => applyToComments(list, change, scope), appendComments(entry, page)),
  )
}

/** These are on the screen: the server looks whether they are at Instagram what they are here, each rarely. */
export function lookAt(ids: string[]): Promise<unknown> {
  return answer(http.POST("/api/v1/comments/look", { body: { ids } }))
}
