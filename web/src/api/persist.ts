/**
 * The cache as this browser keeps it between page loads: what is shown first, with the point of the feed it stands at.
 * Bounded, per sign-in, gone at sign-out. What a change takes out of an entry is out of the copy a second later.
 */
import type { QueryClient, QueryKey } from "@tanstack/react-query"
import type { Filters } from "../lib/filters"
import { all, deleteDatabase, type KeptEntry, openDatabase, transact } from "./database"
import { type ListEntry, trimList } from "./list-entry"
import type { PendingSend } from "./model"
import { sendsOf } from "./pending"
import { viewerIdOf } from "./snapshot"
import { type ThreadEntry, trimThread } from "./thread-entry"

const WRITE_MS = 1_000
const KEPT_LISTS = 8
const KEPT_LIST_PAGES = 2
const KEPT_CONVERSATIONS = 60
const KEPT_MESSAGES = 60

export type Persistence = {
  /** Writes what is new now, without waiting. */
  flush: () => Promise<void>
  stop: () => void
}

/** Fills the cache from the kept copy; the feed point to go on from, or null when nothing usable is kept. */
export async function restoreCache(cache: QueryClient, sessionKey: string): Promise<number | null> {
  const database = await openDatabase(sessionKey)
  try {
    const kept = await all(database)
    if (kept.state === undefined || !kept.entries.some((entry) => entry.key[0] === "me")) return null
    for (const entry of kept.entries) cache.setQueryData(entry.key, entry.data, { updatedAt: entry.at })
    for (const send of kept.pending
      .filter((send) => send.state !== "handed")
      .map(waitsAgain)
      .sort(byTime)) {
      cache.setQueryData<PendingSend[]>(["pending", send.conversation_id], (sends) => [
        ...(sends ?? []),
        send,
      ])
    }
    return kept.state.seq
  } finally {
    database.close()
  }
}

/** Keeps the copy up to date from now on. `seqOf` says where the cache stands when a copy is written. */
export async function keepCache(
  cache: QueryClient,
  sessionKey: string,
  seqOf: () => number,
): Promise<Persistence> {
  const database = await openDatabase(sessionKey)
  const writer = crypto.getRandomValues(new Uint32Array(2)).join("-")
  // What came while the database was being opened is news as well.
  const dirty = new Set(
    cache
      .getQueryCache()
      .getAll()
      .map((query) => query.queryHash),
  )
  const dropped = new Set<string>()
  let written = new Set<string>()
  let waiting = new Set(sendsOf(cache).map((send) => send.client_key))
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(() => void flush(), WRITE_MS)

  const unsubscribe = cache.getQueryCache().subscribe((event) => {
    if (event.type === "updated" && event.action.type === "success") dirty.add(event.query.queryHash)
    else if (event.type === "removed") dropped.add(event.query.queryHash)
    else return
    timer ??= setTimeout(() => void flush(), WRITE_MS)
  })

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (dirty.size === 0 && dropped.size === 0) return
    const entries = selectKept(cache)
    const pending = sendsOf(cache)
    const keys = new Set(pending.map((send) => send.client_key))
    const fresh = new Set(dirty)
    const write = {
      writer,
      seq: seqOf(),
      pending,
      everything: () => [...entries.values()],
      changed: () => [...entries.values()].filter((entry) => fresh.has(entry.id)),
      gone: [...written].filter((id) => !entries.has(id)),
      arrived: [...waiting].filter((key) => !keys.has(key)),
    }
    dirty.clear()
    dropped.clear()
    written = new Set(entries.keys())
    waiting = keys
    await transact(database, write).catch(giveUp)
  }

  /** A copy that can no longer be brought up to date must not stay: it may hold what was unsent. */
  async function giveUp(): Promise<void> {
    stop()
    await forgetCache(sessionKey)
  }

  function stop(): void {
    unsubscribe()
    clearTimeout(timer)
    window.removeEventListener("pagehide", flushNow)
    database.close()
  }

  const flushNow = (): void => void flush()
  window.addEventListener("pagehide", flushNow)
  return { flush, stop }
}

/** Deletes everything that this browser keeps of a sign-in. */
export async function forgetCache(sessionKey: string): Promise<void> {
  await deleteDatabase(sessionKey)
}

/** The entries worth keeping, cut to size, by their ids. */
export function selectKept(cache: QueryClient): Map<string, KeptEntry> {
  const queries = cache
    .getQueryCache()
    .getAll()
    .filter((query) => query.state.data !== undefined)
  const newest = queries.sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)
  const threads = newest.filter((query) => query.queryKey[0] === "messages").slice(0, KEPT_CONVERSATIONS)
  const keptIds = new Set(threads.map((query) => query.queryKey[1]))
  const lists = new Set(newest.filter((query) => isCuttable(query.queryKey)).slice(0, KEPT_LISTS))
  const viewerId = viewerIdOf(cache)
  const kept = new Map<string, KeptEntry>()
  for (const query of newest) {
    const [kind, of] = query.queryKey
    const isKept = isConversationsOwn(kind)
      ? keptIds.has(of)
      : kind === "conversations"
        ? lists.has(query)
        : isSmall(kind)
    if (!isKept) continue
    const data = cut(query.queryKey, query.state.data, viewerId)
    kept.set(query.queryHash, {
      id: query.queryHash,
      key: query.queryKey,
      data,
      at: query.state.dataUpdatedAt,
    })
  }
  return kept
}

/** A list by label is not: where its pages end is known to the server alone. */
function isCuttable(key: QueryKey): boolean {
  return key[0] === "conversations" && (key[1] as Filters).label === null
}

function isConversationsOwn(kind: unknown): boolean {
  return ["messages", "notes", "activities", "conversation", "persons-comments"].includes(kind as string)
}

function isSmall(kind: unknown): boolean {
  return kind === "me" || kind === "accounts" || kind === "agents" || kind === "doctor"
}

function cut(key: QueryKey, data: unknown, viewerId: string): unknown {
  if (key[0] === "messages") return trimThread(data as ThreadEntry, KEPT_MESSAGES)
  if (key[0] !== "conversations") return data
  return trimList(data as ListEntry, KEPT_LIST_PAGES, { filters: key[1] as Filters, viewerId })
}

/** A send that was under way when the page went away may or may not have arrived: its key makes asking again safe. */
function waitsAgain(send: PendingSend): PendingSend {
  const { files } = send // their previews went with the page
  const anew =
    files === undefined ? send : { ...send, files: files.map((one) => ({ ...one, preview: null })) }
  return anew.state === "sending" ? { ...anew, state: "waiting" } : anew
}

function byTime(a: PendingSend, b: PendingSend): number {
  return a.created_at < b.created_at ? -1 : 1
}
