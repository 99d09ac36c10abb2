// @vitest-environment happy-dom
import "fake-indexeddb/auto"
import { QueryClient } from "@tanstack/react-query"
import { expect, test } from "vitest"
import { DEFAULT_FILTERS } from "../lib/filters"
import { makeActivity, makeConversation, makeId, makeMessage } from "../testing/make"
import { applyChange } from "./apply-change"
import type { PendingSend } from "./model"
import { forgetCache, keepCache, restoreCache, selectKept } from "./persist"

const ME = {
  agent: { id: "agent-1", name: "Dana", email: "dana@example.com", role: "owner" as const },
  workspace: { id: "w", name: "Harbour" },
  session_key: "s",
  seq: 1,
}

function fill(cache: QueryClient): void {
  cache.setQueryData(["me"], ME)
  cache.setQueryData(["conversations", DEFAULT_FILTERS], {
    items: [makeConversation()],
    marks: [],
    next: null,
    seq: 1,
  })
  cache.setQueryData(["messages", "conversation-1"], {
    items: [makeMessage({ text: "a secret" })],
    next: null,
    seq: 1,
  })
}

async function kept(session: string): Promise<{ cache: QueryClient; seq: number | null; text: string }> {
  const cache = new QueryClient()
  const seq = await restoreCache(cache, session)
  const text = JSON.stringify(
    cache
      .getQueryCache()
      .getAll()
      .map((query) => query.state.data),
  )
  return { cache, seq, text }
}

test("What was on the screen is there after a reload, with the point of the feed it stands at", async () => {
  const session = makeId()
  const cache = new QueryClient()
  const persistence = await keepCache(cache, session, () => 42)
  fill(cache)
  await persistence.flush()
  persistence.stop()
  const after = await kept(session)
  expect(after.seq).toBe(42)
  expect(after.cache.getQueryData(["me"])).toEqual(ME)
  expect(after.cache.getQueryData(["messages", "conversation-1"])).toEqual(
    cache.getQueryData(["messages", "conversation-1"]),
  )
})

test("What came while the copy was being opened is kept too", async () => {
  const session = makeId()
  const cache = new QueryClient()
  const opening = keepCache(cache, session, () => 1)
  fill(cache)
  const persistence = await opening
  await persistence.flush()
  persistence.stop()
  expect((await kept(session)).text).toContain("a secret")
})

test("A copy that can no longer be written is taken away", async () => {
  const session = makeId()
  const cache = new QueryClient()
  const persistence = await keepCache(cache, session, () => 1)
  fill(cache)
  await persistence.flush()
  cache.setQueryData(["me"], { ...ME, cannot: () => "be cloned" })
  await persistence.flush()
  expect((await kept(session)).seq).toBeNull()
})

test("A browser that kept nothing of this sign-in starts afresh", async () => {
  expect((await kept(makeId())).seq).toBeNull()
})

test("A message that is unsent is out of the kept copy too", async () => {
  const session = makeId()
  const cache = new QueryClient()
  const persistence = await keepCache(cache, session, () => 2)
  fill(cache)
  await persistence.flush()
  expect((await kept(session)).text).toContain("a secret")
  const [message] =
    cache.getQueryData<{ items: ReturnType<typeof makeMessage>[] }>(["messages", "conversation-1"])?.items ??
    []
  const unsent = makeMessage({ ...message, text: null, deleted_at: "2026-11-02T10:00:00Z", version: 2 })
  applyChange(cache, { seq: 2, type: "message_updated", conversation_id: "conversation-1", message: unsent })
  await persistence.flush()
  persistence.stop()
  expect((await kept(session)).text).not.toContain("a secret")
})

test("Signing out leaves nothing behind, of this sign-in or an earlier one", async () => {
  const [session, earlier] = [makeId(), makeId()]
  for (const one of [earlier, session]) {
    const cache = new QueryClient()
    const persistence = await keepCache(cache, one, () => 1)
    fill(cache)
    await persistence.flush()
    persistence.stop()
  }
  await forgetCache(session)
  expect((await indexedDB.databases()).map((database) => database.name)).toEqual([])
})

test("Two tabs never leave a copy that stands at two points", async () => {
  const session = makeId()
  const [one, other] = [new QueryClient(), new QueryClient()]
  const first = await keepCache(one, session, () => 10)
  const second = await keepCache(other, session, () => 7)
  fill(one)
  await first.flush()
  other.setQueryData(["me"], ME)
  other.setQueryData(["labels"], { items: [{ name: "vip" }], seq: 7 })
  await second.flush()
  const after = await kept(session)
  expect(after.seq).toBe(7)
  expect(after.cache.getQueryData(["messages", "conversation-1"])).toBeUndefined()
  first.stop()
  second.stop()
})

const makeSend = (client_key: string): PendingSend => ({
  client_key,
  conversation_id: "c",
  text: client_key,
  created_at: `2026-11-02T09:00:0${client_key}Z`,
  state: "waiting",
  error: null,
})

test("Two tabs keep the answers of both, and each takes away its own when they have arrived", async () => {
  const session = makeId()
  const [one, other] = [new QueryClient(), new QueryClient()]
  const first = await keepCache(one, session, () => 1)
  const second = await keepCache(other, session, () => 1)
  for (const [cache, key] of [
    [one, "1"],
    [other, "2"],
  ] as const) {
    fill(cache)
    cache.setQueryData(["pending", "c"], [makeSend(key)])
  }
  await first.flush()
  await second.flush()
  expect((await kept(session)).cache.getQueryData(["pending", "c"])).toEqual([makeSend("1"), makeSend("2")])
  one.setQueryData(["pending", "c"], [])
  await first.flush()
  expect((await kept(session)).cache.getQueryData(["pending", "c"])).toEqual([makeSend("2")])
  first.stop()
  second.stop()
})

test("An answer kept by an earlier visit is gone once it has arrived, also before anything else was written", async () => {
  const session = makeId()
  const cache = new QueryClient()
  const before = await keepCache(cache, session, () => 1)
  fill(cache)
  cache.setQueryData(["pending", "c"], [makeSend("1")])
  await before.flush()
  before.stop()
  const { cache: next } = await kept(session)
  const after = await keepCache(next, session, () => 1)
  next.setQueryData(["pending", "c"], [])
  await after.flush()
  after.stop()
  expect((await kept(session)).cache.getQueryData(["pending", "c"])).toBeUndefined()
})

test("What is dropped while the copy is being written is out of it with the next write", async () => {
  const session = makeId()
  const cache = new QueryClient()
  const persistence = await keepCache(cache, session, () => 1)
  fill(cache)
  const writing = persistence.flush()
  cache.removeQueries({ queryKey: ["messages", "conversation-1"] })
  await Promise.all([writing, persistence.flush()])
  persistence.stop()
  expect((await kept(session)).text).not.toContain("a secret")
})

test("An answer that had not arrived when the page went away waits to be sent again with its key", async () => {
  const session = makeId()
  const cache = new QueryClient()
  const persistence = await keepCache(cache, session, () => 1)
  fill(cache)
  const send = {
    client_key: "k",
    conversation_id: "c",
    text: "Hi",
    created_at: "2026-11-02T09:00:00Z",
    state: "sending",
    error: null,
  }
  cache.setQueryData(["pending", "c"], [send])
  await persistence.flush()
  persistence.stop()
  expect((await kept(session)).cache.getQueryData(["pending", "c"])).toEqual([{ ...send, state: "waiting" }])
})

test("The copy stays small however much was looked at", () => {
  const cache = new QueryClient()
  cache.setQueryData(["me"], ME)
  for (let index = 0; index < 100; index++) {
    const items = Array.from({ length: 200 }, () => makeMessage())
    cache.setQueryData(["messages", `c${index}`], { items, next: null, seq: 1 })
    cache.setQueryData(["conversation", `c${index}`], makeConversation())
    cache.setQueryData(["activities", `c${index}`], { items: [makeActivity()], seq: 1 })
  }
  const entries = [...selectKept(cache).values()]
  const threads = entries.filter((entry) => entry.key[0] === "messages")
  expect(threads).toHaveLength(60)
  expect(entries.filter((entry) => entry.key[0] === "conversation")).toHaveLength(60)
  expect(entries.filter((entry) => entry.key[0] === "activities")).toHaveLength(60)
  expect(threads.every((entry) => (entry.data as { items: unknown[] }).items.length === 60)).toBe(true)
  expect(threads.every((entry) => (entry.data as { next: unknown }).next !== null)).toBe(true)
})
