/** Conversations: the lists, one by its id, and what an agent may do with it. */
import {
  mutationOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query"
import type { Filters } from "../lib/filters"
import { applyChange, showChanges } from "./apply-change"
import { ApiError, answer, http } from "./client"
import { guess, inTurn, settle } from "./guesses"
import { appendPage, applyToList, type ListEntry, listFromPage, withConversation } from "./list-entry"
import type { Conversation } from "./model"
import { fetchEntry, recentChanges, viewerIdOf } from "./snapshot"

const PAGE = 50
const READ_PAUSE_MS = 300
const READ_RETRY_MS = 5_000

/** The loaded part of one list; `fetchMoreConversations` makes it longer. */
export function conversationsOf(filters: Filters) {
  const queryKey = ["conversations", filters] as const
  return queryOptions({
    queryKey,
    queryFn: ({ client }) =>
      fetchEntry(client, queryKey, async () =>
        listFromPage(await readPage(filters), { filters, viewerId: viewerIdOf(client) }),
      ),
  })
}

const underWay = new Map<string, Promise<void>>()

/** Loads the page below what is loaded; who asks while it is under way waits for the same one. */
export function fetchMoreConversations(cache: QueryClient, filters: Filters): Promise<void> {
  const key = JSON.stringify(filters)
  const asked = underWay.get(key) ?? fetchNextPage(cache, filters).finally(() => underWay.delete(key))
  underWay.set(key, asked)
  return asked
}

async function fetchNextPage(cache: QueryClient, filters: Filters): Promise<void> {
  const { queryKey } = conversationsOf(filters)
  const cursor = cache.getQueryData<ListEntry>(queryKey)?.next
  if (!cursor) return
  const page = await readPage(filters, cursor)
  const missed = recentChanges.after(page.seq)
  if (missed === null) return fetchNextPage(cache, filters)
  const scope = { filters, viewerId: viewerIdOf(cache) }
  cache.setQueryData<ListEntry>(queryKey, (entry) =>
    entry === undefined || entry.next !== cursor
      ? entry
      : missed.reduce((list, change) => applyToList(list, change, scope), appendPage(entry, page, scope)),
  )
}

async function readPage(filters: Filters, cursor?: string) {
  const { view, status, sort, account, label } = filters
  const query = {
    view,
    status,
    sort,
    limit: PAGE,
    ...(filters.archived && { archived: true }),
    ...(account !== null && { account }),
    ...(label !== null && { label }),
    ...(cursor !== undefined && { cursor }),
  }
  return answer(http.GET("/api/v1/conversations", { params: { query } }))
}

/** One conversation. A row of any list is the whole of it, so opening one asks the server nothing. */
export function conversationOf(id: string, cache: QueryClient) {
  const queryKey = ["conversation", id] as const
  return queryOptions<Conversation, Error, Conversation, readonly ["conversation", string]>({
    queryKey,
    queryFn: ({ client }) =>
      fetchEntry(client, queryKey, async () => {
        const found = await answer(http.GET("/api/v1/conversations/{id}", { params: { path: { id } } }))
        return found as Conversation & { seq: number } // docs/api.md promises it beside the shape
      }),
    initialData: () => findListed(cache, id),
  })
}

function findListed(cache: QueryClient, id: string): Conversation | undefined {
  for (const [, entry] of cache.getQueriesData<ListEntry>({ queryKey: ["conversations"] })) {
    const found = entry?.items.find((item) => item.id === id)
    if (found !== undefined) return found
  }
  return undefined
}

export type ConversationPatch = {
  status?: Conversation["status"]
  snoozed_until?: string | null
  assignee_id?: string | null
  labels?: string[]
  archived?: boolean
  /** As it was seen: what came since is not put away with it. */
  last_message_at?: string | null
}

export type Update = {
  conversation: Conversation
  patch: ConversationPatch
  /** What it will look like; shown at once, and taken back if the server refuses. */
  guess: Partial<Conversation>
}

export function useUpdateConversation() {
  return useMutation(updateIn(useQueryClient()))
}

export function updateIn(cache: QueryClient) {
  return mutationOptions({
    mutationFn: ({ conversation: { id }, patch }: Update) =>
      inTurn(id, () =>
        answer(http.PATCH("/api/v1/conversations/{id}", { params: { path: { id } }, body: patch })),
      ),
    onMutate: (update) => show(cache, guess(remembered(cache, update.conversation), update.guess)),
    onSuccess: (conversation) => landConversation(cache, conversation),
    onSettled: (_answer, _error, update) => show(cache, settle(update.conversation.id, update.guess)),
  })
}

/** Has what was said before the oldest message read at Instagram. What comes of it, the stream tells. */
export function useLoadEarlier() {
  return useMutation(loadEarlierIn(useQueryClient()))
}

export function loadEarlierIn(cache: QueryClient) {
  return mutationOptions({
    mutationFn: ({ id }: Conversation) =>
      answer(http.POST("/api/v1/conversations/{id}/earlier", { params: { path: { id } } })),
    onSuccess: (conversation) => landConversation(cache, conversation),
  })
}

type Reading = { conversation: Conversation; messageId: string }

/** What is still to be told of each conversation: the newest message that was read. */
const readings = new Map<string, Reading>()

/**
 * Everything up to a message is read. The count goes down at once; the server is told at most every `READ_PAUSE_MS` how
 * far, and the stream tells the rest.
 */
export async function markRead(
  cache: QueryClient,
  conversation: Conversation,
  messageId: string,
): Promise<void> {
  remembered(cache, conversation)
  setEverywhere(cache, { ...conversation, unread_count: 0 })
  const { id } = conversation
  const isUnderWay = readings.has(id)
  readings.set(id, { conversation, messageId })
  if (isUnderWay) return
  for (let told = ""; readings.get(id)?.messageId !== told; ) {
    const reading = readings.get(id) as Reading // only this loop deletes it
    const isSettled = (await tellRead(cache, reading)) || !isKnown(cache, id)
    if (isSettled) told = reading.messageId
    await pause(isSettled ? READ_PAUSE_MS : READ_RETRY_MS)
  }
  readings.delete(id)
}

/** Whether there is nothing to tell any more: the server has heard it, or will never take it. */
async function tellRead(cache: QueryClient, { conversation, messageId }: Reading): Promise<boolean> {
  const call = http.POST("/api/v1/conversations/{id}/read", {
    params: { path: { id: conversation.id } },
    body: { message_id: messageId },
  })
  try {
    await answer(call)
    return true
  } catch (error) {
    takeBack(cache, conversation)
    return !(error instanceof ApiError && error.isTemporary)
  }
}

/** Not after signing out: then everything is forgotten, and nothing is told for the one who left. */
function isKnown(cache: QueryClient, id: string): boolean {
  return cache.getQueryData(conversationOf(id, cache).queryKey) !== undefined
}

/** What an answer brought, unless the stream was faster: then the lists may have dropped the row and must not get it back. */
export function landConversation(cache: QueryClient, conversation: Conversation): void {
  const known = cache.getQueryData(conversationOf(conversation.id, cache).queryKey)
  if (known !== undefined && known.version >= conversation.version) return
  applyChange(cache, { seq: 0, type: "conversation_updated", conversation })
}

/** After signing out nothing is: then nothing comes back. */
function show(cache: QueryClient, conversation: Conversation | null): void {
  if (conversation !== null && isKnown(cache, conversation.id))
    showChanges(cache, [{ seq: 0, type: "conversation_updated", conversation }])
}

/** Sees to it that there is one entry that remembers the newest version; gives what it holds. */
function remembered(cache: QueryClient, conversation: Conversation): Conversation {
  const { queryKey } = conversationOf(conversation.id, cache)
  const known = cache.getQueryData(queryKey)
  if (known === undefined) cache.setQueryData(queryKey, conversation)
  return known ?? conversation
}

function takeBack(cache: QueryClient, before: Conversation): void {
  const known = cache.getQueryData(conversationOf(before.id, cache).queryKey)
  // Without an entry everything was forgotten meanwhile, as at sign-out: then nothing comes back.
  if (known?.version === before.version) setEverywhere(cache, before)
}

function setEverywhere(cache: QueryClient, conversation: Conversation): void {
  const viewerId = viewerIdOf(cache)
  cache.setQueryData(conversationOf(conversation.id, cache).queryKey, conversation)
  for (const [key, entry] of cache.getQueriesData<ListEntry>({ queryKey: ["conversations"] })) {
    if (entry === undefined) continue
    const scope = { filters: key[1] as Filters, viewerId }
    cache.setQueryData(key, withConversation(entry, conversation, scope, true))
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
