/**
 * Taking an answer back before it goes: the server keeps it for as long as we ask, and here is remembered what it said. Only in
 * this tab, and only while it waits.
 */
import type { QueryClient } from "@tanstack/react-query"
import { useSyncExternalStore } from "react"
import { lastKeyOf } from "../lib/parts"
import { applyChange } from "./apply-change"
import { answer, http } from "./client"
import { returnFiles } from "./draft-files"
import { giveBack } from "./drafts"
import type { Message, PendingSend } from "./model"

const KEY = "confab.undo_s"
const DEFAULT_S = 5

type Undoable = { pending: PendingSend; until: number; isWanted: boolean }

/** By the key of the last message of an answer: there the way back is shown. */
let undoables = new Map<string, Undoable>()
const listeners = new Set<() => void>()

function tell(next: Map<string, Undoable>): void {
  undoables = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** For how many seconds an answer can be taken back; 0: not at all. Kept in this browser. */
export function undoSeconds(): number {
  const kept = localStorage.getItem(KEY)
  return kept === null ? DEFAULT_S : Number(kept) || 0
}

export function setUndoSeconds(seconds: number): void {
  if (seconds === DEFAULT_S) localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, String(seconds))
  for (const listener of listeners) listener()
}

export function useUndoSeconds(): number {
  return useSyncExternalStore(subscribe, undoSeconds)
}

/** The clock begins before the server's: what we still offer, it can still do. */
export function offerUndo(pending: PendingSend, seconds: number): void {
  const key = lastKeyOf(pending)
  if (undoables.get(key)?.isWanted) return
  tell(new Map(undoables).set(key, { pending, until: Date.now() + seconds * 1000, isWanted: false }))
  setTimeout(() => forget(key), seconds * 1000)
}

function forget(key: string): void {
  if (!undoables.has(key) || undoables.get(key)?.isWanted) return
  const next = new Map(undoables)
  next.delete(key)
  tell(next)
}

/** Until when the message with this key can be taken back; null when it cannot. */
export function useUndoUntil(key: string | null): number | null {
  const found = useSyncExternalStore(subscribe, () => (key === null ? undefined : undoables.get(key)))
  return found === undefined || found.isWanted ? null : found.until
}

/** The answer of this conversation that was sent last and can still be taken back. */
export function lastUndoable(conversationId: string): string | null {
  const open = [...undoables].filter(
    ([, { pending, isWanted }]) => pending.conversation_id === conversationId && !isWanted,
  )
  return open.at(-1)?.[0] ?? null
}

/** Takes it back, and its words into the box. Where our server is just getting it, as soon as it has. */
export async function undoSend(cache: QueryClient, key: string): Promise<void> {
  const found = undoables.get(key)
  if (found === undefined || found.isWanted) return
  tell(new Map(undoables).set(key, { ...found, isWanted: true }))
  const waiting = ["pending", found.pending.conversation_id]
  const sends = cache.getQueryData<PendingSend[]>(waiting) ?? []
  const left = sends.filter((one) => one.client_key !== found.pending.client_key || one.state !== "waiting")
  if (left.length < sends.length) {
    cache.setQueryData(waiting, left) // it never left this browser
    return returnWords(key, found.pending)
  }
  const message = messageOf(cache, found.pending)
  if (message !== undefined) await takeBack(cache, key, message)
}

/** The server has it: whether somebody took it back meanwhile. */
export async function landedWhileWanted(
  cache: QueryClient,
  pending: PendingSend,
  message: Message,
): Promise<void> {
  const key = lastKeyOf(pending)
  if (undoables.get(key)?.isWanted) await takeBack(cache, key, message)
}

/** It never reached the server: there is nothing to take back there. */
export function neverLanded(pending: PendingSend): boolean {
  const key = lastKeyOf(pending)
  const isWanted = undoables.get(key)?.isWanted === true
  if (isWanted) returnWords(key, pending)
  return isWanted
}

async function takeBack(cache: QueryClient, key: string, message: Message): Promise<void> {
  const found = undoables.get(key)
  const { id, conversation_id } = message
  const path = { id: conversation_id, message_id: id }
  try {
    await answer(http.DELETE("/api/v1/conversations/{id}/messages/{message_id}", { params: { path } }))
  } catch {
    const next = new Map(undoables)
    next.delete(key)
    tell(next) // too late: it goes, and its bubble says how far it is
    return
  }
  applyChange(cache, { seq: 0, type: "message_removed", conversation_id, message_id: id })
  if (found !== undefined) {
    returnFiles(cache, conversation_id, found.pending.files ?? [])
    returnWords(key, found.pending)
  }
}

function returnWords(key: string, pending: PendingSend): void {
  giveBack(pending.conversation_id, pending.text)
  const next = new Map(undoables)
  next.delete(key)
  tell(next)
}

function messageOf(cache: QueryClient, pending: PendingSend): Message | undefined {
  const thread = cache.getQueryData<{ items: Message[] }>(["messages", pending.conversation_id])
  return thread?.items.find((message) => message.client_key === pending.client_key)
}
