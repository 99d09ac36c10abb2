/** The one place where the stream is read: transport in, feed in the middle, cache out. */
import { notifyManager, type Query, type QueryClient } from "@tanstack/react-query"
import { applyChanges } from "./apply-change"
import { ApiError, answer, http } from "./client"
import { type ChangePage, createFeed } from "./feed"
import type { Change } from "./model"
import { createPolling } from "./polling"
import { recentChanges } from "./snapshot"
import { setLiveStatus } from "./status"
import type { StreamEvent } from "./stream-source"
import { openTransport } from "./transport"

const PAGE = 500
/** A change that comes alone is shown at once; in a flood all that came within a frame is drawn together. */
const GATHER_MS = 20

export type Live = { readonly seq: number; stop: () => void }

type LiveDoors = {
  cache: QueryClient
  sessionKey: string
  /** The point that the cache stands at. */
  seq: number
  /** The cache came from the last visit: what happened since is fetched before the stream takes over. */
  isRestored: boolean
  /** The server ended the stream: is this still the same sign-in? */
  onEnded: () => void
  onChanges: (changes: Change[]) => void
}

export function startLive({ cache, sessionKey, seq, isRestored, onEnded, onChanges }: LiveDoors): Live {
  recentChanges.restart(seq)
  const feed = createFeed(seq, {
    land(changes) {
      notifyManager.batch(() => {
        for (const change of changes) recentChanges.push(change)
        applyChanges(cache, changes)
      })
      onChanges(changes)
      // What was of an erased account is in many entries, which do not say whose they are: all is asked for again.
      if (changes.some((change) => change.type === "account_erased")) quietly(feed.resync())
    },
    fetchAfter,
    resync: () => refetchShown(cache),
  })

  const polling = createPolling(() => quietly(feed.catchUp()))
  let stopped = false
  let gathered: Change[] = []
  let gathering: ReturnType<typeof setTimeout> | undefined
  let landedAt = 0
  let transport: ReturnType<typeof openTransport> | null = null

  function hear(event: StreamEvent): void {
    if (stopped) return
    if (event.type === "change") gather(event.change)
    else {
      landGathered()
      obey(event)
    }
  }

  function obey(event: Exclude<StreamEvent, { type: "change" }>): void {
    if (event.type === "head") quietly(feed.reachedBy(event.seq))
    else if (event.type === "resync") quietly(feed.resync())
    else if (event.type === "ended") onEnded()
    else {
      setLiveStatus(navigator.onLine ? event.status : "offline")
      polling.follow(event.status)
    }
  }

  function gather(change: Change): void {
    gathered.push(change)
    gathering ??= setTimeout(landGathered, Math.max(0, landedAt + GATHER_MS - performance.now()))
  }

  function landGathered(): void {
    clearTimeout(gathering)
    gathering = undefined
    if (gathered.length === 0) return
    const changes = gathered
    gathered = []
    feed.receive(changes)
    landedAt = performance.now()
  }

  const wake = (): void => transport?.wake()
  const offline = (): void => setLiveStatus("offline")
  window.addEventListener("online", wake)
  window.addEventListener("offline", offline)

  polling.follow("connecting")
  const caughtUp = isRestored ? feed.catchUp().catch(() => {}) : Promise.resolve()
  void caughtUp.then(() => {
    if (!stopped) transport = openTransport(sessionKey, feed.seq, hear)
  })

  // A page that the browser kept aside has lost its port.
  const leave = (): void => {
    transport?.close()
    transport = null
  }
  const comeBack = (event: PageTransitionEvent): void => {
    if (event.persisted && transport === null) transport = openTransport(sessionKey, feed.seq, hear)
  }
  window.addEventListener("pagehide", leave)
  window.addEventListener("pageshow", comeBack)

  return {
    get seq() {
      return feed.seq
    },
    stop() {
      stopped = true
      clearTimeout(gathering)
      polling.stop()
      leave()
      window.removeEventListener("online", wake)
      window.removeEventListener("offline", offline)
      window.removeEventListener("pagehide", leave)
      window.removeEventListener("pageshow", comeBack)
    },
  }
}

async function fetchAfter(after: number): Promise<ChangePage | "resync"> {
  try {
    const page = await answer(http.GET("/api/v1/changes", { params: { query: { after, limit: PAGE } } }))
    return page as ChangePage
  } catch (error) {
    // Too long ago, or a number that a restored database has not reached yet.
    if (error instanceof ApiError && (error.status === 410 || error.status === 422)) return "resync"
    throw error
  }
}

/** Everything that is on the screen is asked for again; what is not is forgotten. The old stays until the new is there. */
async function refetchShown(cache: QueryClient): Promise<number> {
  const me = await answer(http.GET("/api/v1/me"))
  recentChanges.restart(me.seq)
  cache.setQueryData(["me"], me)
  const isServers = (key: unknown): boolean => key !== "me" && key !== "pending"
  cache.removeQueries({ type: "inactive", predicate: (query) => isServers(query.queryKey[0]) })
  const shown = { type: "active", predicate: (query: Query) => isServers(query.queryKey[0]) } as const
  await cache.refetchQueries(shown)
  // What is gone stays gone; what could not be had now must be asked for again before anything builds on it.
  const failed = cache
    .getQueryCache()
    .findAll(shown)
    .map((query) => query.state.error)
  const temporary = failed.find((error) => error instanceof ApiError && error.isTemporary)
  if (temporary) throw temporary
  return me.seq
}

/** The status line and the next poll tell about a server that cannot be reached. */
function quietly(work: Promise<void>): void {
  work.catch(() => {})
}
