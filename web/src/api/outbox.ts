/** What has not gone out: scheduled, held, failed, in doubt, waiting; and what a person does about it. */
import {
  type QueryClient,
  type QueryKey,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query"
import { useEffect } from "react"
import { applyChange } from "./apply-change"
import type { Tracked } from "./apply-outbox"
import { answer, http } from "./client"
import { landMessage } from "./messages"
import type { Message, OnReply, Scheduled, Troubled } from "./model"
import { fetchEntry, recentChanges } from "./snapshot"

const QUEUE_MS = 5_000
/** Changes come in bursts: a list that one of them made stale is fetched again once they are over. */
const BURST_MS = 400
/** So many the server decides about in one request. */
const AT_ONCE = 100

export const outbox = queryOptions({
  queryKey: ["outbox"] as const,
  queryFn: ({ client }) => fetchEntry(client, ["outbox"], () => answer(http.GET("/api/v1/outbox"))),
})

export const scheduledList = queryOptions({
  queryKey: ["scheduled"] as const,
  queryFn: ({ client }) =>
    fetchEntry<Tracked<Scheduled>>(client, ["scheduled"], () =>
      answer(http.GET("/api/v1/scheduled", { params: { query: { limit: 100 } } })),
    ),
})

export const troubledList = queryOptions({
  queryKey: ["troubled"] as const,
  queryFn: ({ client }) =>
    fetchEntry<Tracked<Troubled>>(client, ["troubled"], () =>
      answer(http.GET("/api/v1/troubled", { params: { query: { limit: 100 } } })),
    ),
})

/** What waits for each account. Fetched while somebody looks, and no other time. */
export const queues = queryOptions({
  queryKey: ["queues"] as const,
  queryFn: () => answer(http.GET("/api/v1/queue")),
  staleTime: QUEUE_MS,
  refetchInterval: QUEUE_MS,
})

/** Where the messages of a conversation stand that wait. Fetched while one of them takes long, and no other time. */
export const places = (conversation: string) =>
  queryOptions({
    queryKey: ["queues", conversation] as const,
    queryFn: () =>
      answer(http.GET("/api/v1/conversations/{id}/queue", { params: { path: { id: conversation } } })),
    staleTime: QUEUE_MS,
    refetchInterval: QUEUE_MS,
  })

/** A list that is brought up to date by changes, and fetched again where those do not tell enough. */
export function useTracked<T>(options: {
  queryKey: QueryKey
  queryFn?: unknown
}): ReturnType<typeof useQuery<Tracked<T>>> {
  const cache = useQueryClient()
  const query = useQuery(options as Parameters<typeof useQuery<Tracked<T>>>[0])
  const isStale = query.data?.isStale === true
  const { queryKey } = options
  useEffect(() => {
    if (!isStale) return
    const timer = setTimeout(() => void cache.refetchQueries({ queryKey }), BURST_MS)
    return () => clearTimeout(timer)
  }, [isStale, cache, queryKey])
  return query
}

/** The page below the loaded ones. */
export async function fetchMore(cache: QueryClient, kind: "scheduled" | "troubled"): Promise<void> {
  const entry = cache.getQueryData<Tracked<Scheduled | Troubled>>([kind])
  const cursor = entry?.next
  if (!cursor) return
  const call =
    kind === "scheduled"
      ? answer(http.GET("/api/v1/scheduled", { params: { query: { limit: 100, cursor } } }))
      : answer(http.GET("/api/v1/troubled", { params: { query: { limit: 100, cursor } } }))
  const page = (await call) as Tracked<Scheduled | Troubled>
  if (recentChanges.after(page.seq)?.length !== 0) return cache.refetchQueries({ queryKey: [kind] })
  cache.setQueryData<Tracked<Scheduled | Troubled>>([kind], (now) =>
    now === undefined || now.next !== cursor
      ? now
      : { ...now, items: [...now.items, ...page.items], next: page.next },
  )
}

function pathOf(message: Message) {
  return { path: { id: message.conversation_id, message_id: message.id } }
}

export type ScheduleChange = {
  message: Message
  release_at?: string
  on_reply?: OnReply
  text?: string
}

export function useReschedule() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ message, ...body }: ScheduleChange) =>
      answer(
        http.PATCH("/api/v1/conversations/{id}/messages/{message_id}/schedule", {
          params: pathOf(message),
          body,
        }),
      ),
    onSuccess: (message) => landMessage(cache, message),
  })
}

/** Sends at once what is scheduled, or was held. */
export function useSendNow() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (message: Message) =>
      answer(
        http.POST("/api/v1/conversations/{id}/messages/{message_id}/release", { params: pathOf(message) }),
      ),
    onSuccess: (message) => landMessage(cache, message),
  })
}

/** What is scheduled in a conversation, with all that its bubbles do not say. */
export async function readScheduled(message: Message): Promise<Scheduled | undefined> {
  const query = { conversation: message.conversation_id, limit: 100 }
  const page = await answer(http.GET("/api/v1/scheduled", { params: { query } }))
  return page.items.find((item) => item.message.id === message.id)
}

export type Bulk = "retry" | "discard"

/** Decides about many at once; how many could not be done, with the first reason. */
export function useBulk() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: async ({ what, items }: { what: Bulk; items: Troubled[] }) => {
      const decided: Decided[] = []
      for (let from = 0; from < items.length; from += AT_ONCE) {
        const some = items.slice(from, from + AT_ONCE)
        const done = await decide(what, some)
        for (const one of done) {
          if (one.message !== null) landMessage(cache, one.message)
          const item = some.find(({ message }) => message.id === one.message_id)
          if (one.ok && one.message === null && item !== undefined) gone(cache, item.message)
        }
        decided.push(...done)
      }
      const failed = decided.filter((one) => !one.ok)
      return { done: decided.length - failed.length, failed: failed.length, why: failed[0]?.detail ?? null }
    },
  })
}

type Decided = Awaited<ReturnType<typeof decide>>[number]

async function decide(what: Bulk, items: Troubled[]) {
  const body = { messages: items.map((item) => item.message.id) }
  const call =
    what === "retry"
      ? http.POST("/api/v1/troubled/retry", { body })
      : http.POST("/api/v1/troubled/discard", { body })
  return (await answer(call)).items
}

function gone(cache: QueryClient, { id, conversation_id }: Message): void {
  applyChange(cache, { seq: 0, type: "message_removed", conversation_id, message_id: id })
}
