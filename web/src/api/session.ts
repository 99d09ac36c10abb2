/** Who is signed in at this browser: starts, ends and keeps everything that belongs to a sign-in. */
import type { QueryClient } from "@tanstack/react-query"
import { useSyncExternalStore } from "react"
import { ApiError, answer, http, whenSignedOut } from "./client"
import { forgetDrafts } from "./drafts"
import type { Change, Me } from "./model"
import { startOutbox } from "./pending"
import { forgetCache, keepCache, type Persistence, restoreCache } from "./persist"
import { type Live, startLive } from "./stream"

export type SessionState =
  | { name: "starting" }
  | { name: "signed_in" }
  | { name: "signed_out"; reason: string | null }
  | { name: "unreachable" }

const POINTER = "confab.session"
const ENDED = "Your session has ended. Sign in again to go on."

export type Session = {
  start: () => Promise<void>
  signIn: (email: string, password: string) => Promise<void>
  setUp: (given: {
    token: string
    workspace: string
    name: string
    email: string
    password: string
  }) => Promise<void>
  signOut: () => Promise<void>
  subscribe: (listener: () => void) => () => void
  readonly state: SessionState
}

export function createSession(cache: QueryClient, onChanges: (changes: Change[]) => void): Session {
  let state: SessionState = { name: "starting" }
  let running: {
    key: string
    live: Live
    persistence: Promise<Persistence | null>
    stopOutbox: () => void
  } | null = null
  const listeners = new Set<() => void>()

  function become(next: SessionState): void {
    state = next
    for (const listener of listeners) listener()
  }

  function enter(key: string, seq: number, isRestored: boolean): void {
    localStorage.setItem(POINTER, key)
    const live = startLive({
      cache,
      sessionKey: key,
      seq,
      isRestored,
      onChanges,
      onEnded: () => void confirm(key),
    })
    // Without storage (a private window, a full disk) all works but the quick start.
    const persistence = keepCache(cache, key, () => live.seq).catch(() => null)
    running = { key, live, persistence, stopOutbox: startOutbox(cache) }
    become({ name: "signed_in" })
  }

  /** Stops everything and deletes what this browser keeps. */
  async function leave(reason: string | null): Promise<void> {
    const was = running
    running = null
    was?.live.stop()
    was?.stopOutbox()
    const key = was?.key ?? localStorage.getItem(POINTER)
    localStorage.removeItem(POINTER)
    forgetDrafts()
    become({ name: "signed_out", reason })
    cache.clear()
    const persistence = await was?.persistence
    persistence?.stop()
    if (key) await forgetCache(key).catch(() => {})
  }

  async function enterAs(me: Me): Promise<void> {
    // Another tab of the same sign-in may not have written its copy yet: that is nothing to clear away.
    const known = localStorage.getItem(POINTER) ?? me.session_key
    if (running !== null || known !== me.session_key) await leave(null)
    cache.setQueryData(["me"], me)
    enter(me.session_key, me.seq, false)
  }

  /** The inbox is on the screen already: is it still this session's? */
  async function confirm(key: string): Promise<void> {
    const me = await answer(http.GET("/api/v1/me")).catch((error: unknown) => {
      if (error instanceof ApiError && !error.isTemporary) return null
      return undefined // not reachable: the stream will tell
    })
    if (running?.key !== key) return
    if (me === null) await leave(ENDED)
    else if (me !== undefined && me.session_key !== key) await enterAs(me)
    else if (me !== undefined) cache.setQueryData(["me"], me)
  }

  async function start(): Promise<void> {
    const key = localStorage.getItem(POINTER)
    if (key !== null) {
      const seq = await restoreCache(cache, key).catch(() => null)
      if (seq !== null) {
        enter(key, seq, true)
        return confirm(key)
      }
    }
    try {
      await enterAs(await answer(http.GET("/api/v1/me")))
    } catch (error) {
      const isOut = error instanceof ApiError && error.status === 401
      become(isOut ? { name: "signed_out", reason: null } : { name: "unreachable" })
    }
  }

  whenSignedOut(() => {
    if (state.name === "signed_in") void leave(ENDED)
  })
  window.addEventListener("storage", (event) => {
    if (event.key === POINTER && event.newValue === null && running !== null) void leave(null)
  })

  return {
    start,
    async signIn(email, password) {
      await enterAs(await answer(http.POST("/api/v1/session", { body: { email, password } })))
    },
    async setUp(given) {
      await enterAs(await answer(http.POST("/api/v1/setup", { body: given })))
    },
    async signOut() {
      await answer(http.DELETE("/api/v1/session")).catch((error: unknown) => {
        if (error instanceof ApiError && error.isTemporary) throw error
      })
      await leave(null)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    get state() {
      return state
    },
  }
}

export function useSessionState(session: Session): SessionState {
  return useSyncExternalStore(session.subscribe, () => session.state)
}
