/** IndexedDB as promises, as much of it as `persist.ts` needs. */
import type { QueryKey } from "@tanstack/react-query"
import type { PendingSend } from "./model"

export type KeptEntry = { id: string; key: QueryKey; data: unknown; at: number }
export type KeptState = { id: "state"; seq: number; writer: string }

/** Raised when the shape of what is kept changes: an older copy is then not read. */
const SHAPE = 3
const PREFIX = "confab-"

export function openDatabase(sessionKey: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(nameOf(sessionKey), 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore("entries", { keyPath: "id" })
      request.result.createObjectStore("pending", { keyPath: "client_key" })
      request.result.createObjectStore("state", { keyPath: "id" })
    }
    request.onsuccess = () => {
      const database = request.result
      // Another tab signs out and deletes all: do not stand in its way.
      database.onversionchange = () => database.close()
      resolve(database)
    }
    request.onerror = () => reject(request.error)
  })
}

export async function all(database: IDBDatabase): Promise<{
  entries: KeptEntry[]
  pending: PendingSend[]
  state: KeptState | undefined
}> {
  const transaction = database.transaction(["entries", "pending", "state"])
  const [entries, pending, state] = await Promise.all([
    done<KeptEntry[]>(transaction.objectStore("entries").getAll()),
    done<PendingSend[]>(transaction.objectStore("pending").getAll()),
    done<KeptState | undefined>(transaction.objectStore("state").get("state")),
  ])
  return { entries, pending, state }
}

export type Write = {
  writer: string
  seq: number
  pending: PendingSend[]
  everything: () => KeptEntry[]
  changed: () => KeptEntry[]
  gone: string[]
  /** The keys of sends that this tab had and has no more; those of other tabs are theirs to delete. */
  arrived: string[]
}

/**
 * Writes one consistent copy: all entries stand at `seq`. Where another tab wrote last, all of this tab's entries replace
 * all of the other's, because parts of two copies would not stand at one point.
 */
export async function transact(database: IDBDatabase, write: Write): Promise<void> {
  const transaction = database.transaction(["entries", "pending", "state"], "readwrite")
  const entries = transaction.objectStore("entries")
  const pending = transaction.objectStore("pending")
  const states = transaction.objectStore("state")
  const state = await done<KeptState | undefined>(states.get("state"))
  const isOurs = state?.writer === write.writer
  if (!isOurs) entries.clear()
  for (const entry of isOurs ? write.changed() : write.everything()) entries.put(entry)
  if (isOurs) for (const id of write.gone) entries.delete(id)
  for (const key of write.arrived) pending.delete(key)
  for (const send of write.pending) pending.put(send)
  states.put({ id: "state", seq: write.seq, writer: write.writer } satisfies KeptState)
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
    transaction.onerror = () => reject(transaction.error)
  })
}

/** Deletes the copy of one sign-in, and copies that earlier ones left behind. */
export async function deleteDatabase(sessionKey: string): Promise<void> {
  const others = "databases" in indexedDB ? await indexedDB.databases() : []
  const names = others.map((one) => one.name ?? "").filter((name) => name.startsWith(PREFIX))
  await Promise.all([...new Set([nameOf(sessionKey), ...names])].map(deleteByName))
}

function deleteByName(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => resolve()
    request.onblocked = () => resolve()
  })
}

function nameOf(sessionKey: string): string {
  return `${PREFIX}${SHAPE}-${sessionKey}`
}

function done<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T)
    request.onerror = () => reject(request.error)
  })
}
