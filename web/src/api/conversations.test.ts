// @vitest-environment happy-dom
import { MutationObserver, QueryClient } from "@tanstack/react-query"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { DEFAULT_FILTERS } from "../lib/filters"
import { makeConversation } from "../testing/make"
import { applyChange } from "./apply-change"
import { conversationOf, loadEarlierIn, markRead, updateIn } from "./conversations"
import { type ListEntry, listFromPage } from "./list-entry"

let told: string[]
let answer: () => Response
const unavailable = (): Response =>
  Response.json({ code: "unavailable", detail: "Not now." }, { status: 503 })
const taken = (): Response => new Response(null, { status: 204 })

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  answer = taken
  vi.stubGlobal("fetch", async (request: Request) => {
    told.push((await request.json()).message_id)
    return answer()
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const unread = (cache: QueryClient, id: string): number | undefined =>
  cache.getQueryData(conversationOf(id, cache).queryKey)?.unread_count

test("Reading one message after another is told to the server a few times, the last one too", async () => {
  const cache = new QueryClient()
  const conversation = makeConversation({ unread_count: 1 })
  const reading = ["m1", "m2", "m3", "m4"].map((id) => markRead(cache, conversation, id))
  expect(unread(cache, conversation.id)).toBe(0)
  await vi.advanceTimersByTimeAsync(2_000)
  await Promise.all(reading)
  expect(told).toEqual(["m1", "m4"])
})

test("What could not be told is shown as unread, and told again until the server has it", async () => {
  const cache = new QueryClient()
  const conversation = makeConversation({ unread_count: 1 })
  answer = unavailable
  void markRead(cache, conversation, "m1")
  await vi.advanceTimersByTimeAsync(1_000)
  expect(unread(cache, conversation.id)).toBe(1)
  await vi.advanceTimersByTimeAsync(5_000)
  answer = taken
  await vi.advanceTimersByTimeAsync(20_000)
  expect(told).toEqual(["m1", "m1", "m1"])
})

test("A refusal that comes after everything was forgotten brings nothing back, and is not tried again", async () => {
  const cache = new QueryClient()
  answer = unavailable
  void markRead(cache, makeConversation({ unread_count: 1 }), "m1")
  cache.clear()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(cache.getQueryCache().getAll()).toEqual([])
  expect(told).toEqual(["m1"])
})

test("An answer that the stream has overtaken does not bring a row back that its list has dropped", async () => {
  const cache = new QueryClient()
  const [before, key] = [makeConversation(), ["conversations", DEFAULT_FILTERS]]
  const scope = { filters: DEFAULT_FILTERS, viewerId: "agent-1" }
  cache.setQueryData(key, listFromPage({ items: [before], next: null, seq: 1 }, scope))
  answer = () => {
    const conversation = { ...before, status: "closed" as const, version: 3 }
    applyChange(cache, { seq: 2, type: "conversation_updated", conversation })
    return Response.json({ ...before, labels: ["vip"], version: 2 })
  }
  const update = { conversation: before, patch: { labels: ["vip"] }, guess: { labels: ["vip"] } }
  await new MutationObserver(cache, updateIn(cache)).mutate(update)
  expect(cache.getQueryData<ListEntry>(key)?.items).toEqual([])
})

test("HI7: That Instagram is asked for earlier messages shows with the answer, unless the stream knows more", async () => {
  const cache = new QueryClient()
  const before = makeConversation({ earlier: "more" })
  cache.setQueryData(conversationOf(before.id, cache).queryKey, before)
  const shown = () => cache.getQueryData(conversationOf(before.id, cache).queryKey)
  const ask = () => new MutationObserver(cache, loadEarlierIn(cache)).mutate(before)
  const asking = { ...before, earlier: "asking" as const, version: 2 }

  vi.stubGlobal("fetch", async () => unavailable())
  await expect(ask()).rejects.toThrow("Not now.")
  expect(shown()).toEqual(before)

  vi.stubGlobal("fetch", async () => Response.json(asking, { status: 202 }))
  await ask()
  expect(shown()).toEqual(asking)

  const over = { ...before, earlier: "hidden" as const, version: 3 }
  applyChange(cache, { seq: 2, type: "conversation_updated", conversation: over })
  await ask()
  expect(shown()).toEqual(over)
})
