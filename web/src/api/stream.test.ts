// @vitest-environment happy-dom
import { QueryClient, QueryObserver } from "@tanstack/react-query"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { makeConversation } from "../testing/make"
import { PretendEventSource } from "../testing/pretend-event-source"
import { conversationOf } from "./conversations"
import { liveStatus } from "./status"
import { type Live, startLive } from "./stream"

const conversation = makeConversation()
const ME = { agent: { id: "agent-1" }, session_key: "s", seq: 30 }

let cache: QueryClient
let live: Live
let asked: string[]
let answers: Record<string, () => Response>
let ended: number

const update = (seq: number, version: number, preview: string) => ({
  seq,
  type: "conversation_updated",
  conversation: { ...conversation, version, last_message_preview: preview },
})

function start(isRestored = false): void {
  live = startLive({
    cache,
    sessionKey: "s",
    seq: 10,
    isRestored,
    onEnded: () => {
      ended++
    },
    onChanges: () => {},
  })
}

beforeEach(() => {
  vi.useFakeTimers()
  PretendEventSource.install()
  vi.stubGlobal("SharedWorker", undefined)
  asked = []
  ended = 0
  answers = {
    "/api/v1/changes": () => Response.json({ items: [], next: null, seq: 10 }),
    "/api/v1/me": () => Response.json(ME),
  }
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url)
    asked.push(pathname)
    const made = answers[pathname]
    if (made === undefined) throw new TypeError(`Failed to fetch ${pathname}`)
    return made()
  })
  cache = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } })
  cache.setQueryData(["conversation", conversation.id], conversation)
})

afterEach(() => {
  live.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const preview = (): unknown =>
  cache.getQueryData(conversationOf(conversation.id, cache).queryKey)?.last_message_preview
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
const polls = (): number => asked.filter((path) => path === "/api/v1/changes").length

test("A change of the stream is in the cache a moment later", async () => {
  start()
  await pass(0)
  PretendEventSource.newest.opens()
  PretendEventSource.newest.says("change", update(11, 2, "news"))
  await pass(50)
  expect([preview(), live.seq, asked]).toEqual(["news", 11, []])
})

test("While the stream never opens, what is new is asked for: at once, and then every minute", async () => {
  start()
  await pass(10_500)
  expect([liveStatus(), polls()]).toEqual(["down", 1])
  answers["/api/v1/changes"] = () => Response.json({ items: [update(11, 2, "polled")], next: null, seq: 11 })
  await pass(60_000)
  expect([preview(), live.seq]).toEqual(["polled", 11])
  await pass(180_000)
  expect(polls()).toBe(5)
})

test("Once the stream is live nothing is asked for any more", async () => {
  start()
  await pass(10_500)
  await pass(1_000)
  PretendEventSource.newest.opens()
  const before = polls()
  for (let beat = 0; beat < 20; beat++) {
    await pass(15_000)
    PretendEventSource.newest.says("heartbeat", { seq: 10 })
  }
  expect([liveStatus(), polls()]).toEqual(["live", before])
})

test("A heartbeat that names a number the tab does not have makes it fetch what is between", async () => {
  start()
  await pass(0)
  PretendEventSource.newest.opens()
  answers["/api/v1/changes"] = () => Response.json({ items: [update(11, 2, "missed")], next: null, seq: 11 })
  PretendEventSource.newest.says("heartbeat", { seq: 11 })
  await pass(0)
  expect([preview(), live.seq]).toEqual(["missed", 11])
})

test("A browser that was offline and is online again shows that it is live", async () => {
  start()
  await pass(0)
  PretendEventSource.newest.opens()
  window.dispatchEvent(new Event("offline"))
  expect(liveStatus()).toBe("offline")
  window.dispatchEvent(new Event("online"))
  PretendEventSource.newest.opens()
  expect(liveStatus()).toBe("live")
})

test("A resync that could not fetch what is shown is tried again, and only then the feed goes on from it", async () => {
  const path = `/api/v1/conversations/${conversation.id}`
  const stopShowing = new QueryObserver(cache, {
    ...conversationOf(conversation.id, cache),
    retry: false,
  }).subscribe(() => {})
  start()
  await pass(0)
  PretendEventSource.newest.opens()
  answers[path] = () => Response.json({ code: "unavailable" }, { status: 503 })
  PretendEventSource.newest.says("resync", { seq: 30 })
  await pass(5_000)
  expect(live.seq).toBe(10)
  answers[path] = () => Response.json({ ...conversation, version: 9, last_message_preview: "fresh", seq: 30 })
  answers["/api/v1/changes"] = () => Response.json({ code: "resync" }, { status: 410 })
  PretendEventSource.newest.says("heartbeat", { seq: 30 })
  await pass(5_000)
  expect([preview(), live.seq]).toEqual(["fresh", 30])
  stopShowing()
})

test("What is gone for good does not hold a resync up", async () => {
  const stopShowing = new QueryObserver(cache, conversationOf(conversation.id, cache)).subscribe(() => {})
  start()
  await pass(0)
  PretendEventSource.newest.opens()
  answers[`/api/v1/conversations/${conversation.id}`] = () =>
    Response.json({ code: "not_found" }, { status: 404 })
  PretendEventSource.newest.says("resync", { seq: 30 })
  await pass(10_000)
  expect(live.seq).toBe(30)
  stopShowing()
})

test("The end of the session is told to whoever asks who is signed in", async () => {
  start()
  await pass(0)
  PretendEventSource.newest.says("ended", { reason: "session" })
  expect(ended).toBe(1)
})

test("A kept copy catches up before the stream takes over, from where it then stands", async () => {
  answers["/api/v1/changes"] = () =>
    Response.json({ items: [update(11, 2, "caught up")], next: null, seq: 12 })
  start(true)
  await pass(0)
  expect([preview(), PretendEventSource.newest.url]).toEqual(["caught up", "/api/v1/stream?after=12"])
})

test("F9 When an account is erased, all that is shown is asked for again", async () => {
  start()
  await pass(0)
  PretendEventSource.newest.opens()
  PretendEventSource.newest.says("change", { seq: 11, type: "account_erased", account_id: "account-1" })
  await pass(50)
  expect(asked).toContain("/api/v1/me")
  expect([live.seq, cache.getQueryData(["conversation", conversation.id])]).toEqual([30, undefined])
})
