/**
 * Answers on their way to our server. Each shows as a bubble at once under its key; a message with that key, from the POST
 * or the stream, takes its place. What could not be delivered goes again by itself, in order, with the same key.
 */
import { type QueryClient, queryOptions } from "@tanstack/react-query"
import { newKey } from "../lib/keys"
import { lastKeyOf } from "../lib/parts"
import { ApiError, answer, explain, http } from "./client"
import { landMessage } from "./messages"
import type { Message, OnReply, PendingSend } from "./model"
import { liveStatus, onLiveStatus } from "./status"
import type { components } from "./types.gen"
import { landedWhileWanted, neverLanded, offerUndo, undoSeconds } from "./undo"

const RETRY_MS = 10_000
/** So long a preview outlives its answer: by then the server's own picture is there. */
const PREVIEW_MS = 10_000

export function pendingOf(conversationId: string) {
  return queryOptions({
    queryKey: ["pending", conversationId] as const,
    queryFn: (): PendingSend[] => [],
    initialData: [] as PendingSend[],
  })
}

export type Written = Pick<PendingSend, "text" | "files" | "answers">

/** Shows the answer and hands it to the server, where it can be taken back for as long as this browser wants that. */
export function sendMessage(cache: QueryClient, conversationId: string, written: Written): void {
  const pending: PendingSend = {
    ...written,
    client_key: newKey(),
    conversation_id: conversationId,
    created_at: new Date().toISOString(),
    state: "sending",
    error: null,
  }
  cache.setQueryData(pendingOf(conversationId).queryKey, (all) => [...(all ?? []), pending])
  void deliver(cache, pending)
}

/** Puts an answer off until its time. Raises what the server refuses; then it is still here to be changed. */
export async function scheduleMessage(
  conversationId: string,
  written: Written,
  release: { release_at: string; on_reply: OnReply },
): Promise<Message> {
  const body = { ...bodyOf({ ...written, client_key: newKey() }), ...release }
  const path = { id: conversationId }
  return answer(http.POST("/api/v1/conversations/{id}/messages", { params: { path }, body }))
}

export function retryPending(cache: QueryClient, pending: PendingSend): void {
  void deliver(cache, pending)
}

export function discardPending(cache: QueryClient, pending: PendingSend): void {
  cache.setQueryData(pendingOf(pending.conversation_id).queryKey, (all) =>
    all?.filter((one) => one.client_key !== pending.client_key),
  )
}

/** Delivers what waits, whenever the server can be reached again. Returns how to stop. */
export function startOutbox(cache: QueryClient): () => void {
  const deliverAll = (): void => {
    for (const pending of waiting(cache)) void deliver(cache, pending)
  }
  const stopListening = onLiveStatus(() => {
    if (liveStatus() === "live") deliverAll()
  })
  const timer = setInterval(deliverAll, RETRY_MS)
  window.addEventListener("online", deliverAll)
  return () => {
    stopListening()
    clearInterval(timer)
    window.removeEventListener("online", deliverAll)
  }
}

/** How many answers our server does not have: those that wait, and those that it refused. */
export function countUnsent(cache: QueryClient): number {
  return sendsOf(cache).filter((one) => one.state !== "handed").length
}

export function sendsOf(cache: QueryClient): PendingSend[] {
  return cache.getQueriesData<PendingSend[]>({ queryKey: ["pending"] }).flatMap(([, all]) => all ?? [])
}

function waiting(cache: QueryClient): PendingSend[] {
  return sendsOf(cache)
    .filter((one) => one.state === "waiting")
    .sort((a, b) => (a.created_at < b.created_at ? -1 : 1))
}

/** One at a time for each conversation, so that answers arrive in the order they were written. */
const lines = new Map<string, Promise<void>>()

function deliver(cache: QueryClient, pending: PendingSend): Promise<void> {
  const before = lines.get(pending.conversation_id) ?? Promise.resolve()
  set(cache, pending, { state: "sending", error: null })
  const line = before.then(() => post(cache, pending))
  lines.set(pending.conversation_id, line)
  return line
}

async function post(cache: QueryClient, pending: PendingSend): Promise<void> {
  const { conversation_id: id, client_key } = pending
  const all = cache.getQueryData(pendingOf(id).queryKey) ?? []
  const index = all.findIndex((one) => one.client_key === client_key)
  if (index < 0) return // discarded, or the stream was faster
  if (all.slice(0, index).some((one) => one.state === "waiting"))
    return set(cache, pending, { state: "waiting" })
  const undo_s = undoSeconds()
  if (undo_s > 0) offerUndo(pending, undo_s)
  try {
    const body = { ...bodyOf(pending), ...(undo_s > 0 && { undo_s }) }
    const message = await answer(
      http.POST("/api/v1/conversations/{id}/messages", { params: { path: { id } }, body }),
    )
    landMessage(cache, message)
    settle(cache, pending)
    await landedWhileWanted(cache, pending, message)
  } catch (error) {
    if (neverLanded(pending)) return discardPending(cache, pending)
    const isTemporary = error instanceof ApiError && error.isTemporary
    set(cache, pending, isTemporary ? { state: "waiting" } : { state: "failed", error: explain(error) })
  }
}

/** The stream tells the other parts: until then they stay as they are shown. */
function settle(cache: QueryClient, pending: PendingSend): void {
  setTimeout(() => letGo(pending), PREVIEW_MS)
  if (lastKeyOf(pending) === pending.client_key) discardPending(cache, pending)
  else {
    set(cache, pending, { state: "handed" })
    setTimeout(() => discardPending(cache, pending), PREVIEW_MS)
  }
}

/** Files go before the text: Instagram takes them as messages of their own. */
function bodyOf({
  client_key,
  text,
  files = [],
  answers,
}: Written & { client_key: string }): components["schemas"]["NewMessage"] {
  const body: { client_key: string; text?: string; files?: string[]; reply_to?: string } = {
    client_key,
    ...(text !== "" && { text }),
    ...(files.length > 0 && { files: files.map(({ upload }) => upload.id) }),
    ...(answers !== undefined && { reply_to: answers.id }),
  }
  return body as components["schemas"]["NewMessage"] // a message has a text, or files, or both
}

function letGo({ files = [] }: PendingSend): void {
  for (const { preview } of files) if (preview !== null) URL.revokeObjectURL(preview)
}

function set(cache: QueryClient, pending: PendingSend, now: Partial<PendingSend>): void {
  cache.setQueryData(pendingOf(pending.conversation_id).queryKey, (all) =>
    all?.map((one) => (one.client_key === pending.client_key ? { ...one, ...now } : one)),
  )
}
