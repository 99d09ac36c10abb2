// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { makeConversation } from "../testing/make"
import { conversationOf, markRead } from "./conversations"

let told: string[]

beforeEach(() => {
  told = []
  vi.stubGlobal("fetch", async (request: Request) => {
    told.push((await request.json()).message_id)
    return Response.json({ code: "unavailable", detail: "Not now." }, { status: 503 })
  })
})

afterEach(() => vi.unstubAllGlobals())

test("Reading one message after another is told to the server a few times, the last one too", async () => {
  const cache = new QueryClient()
  const conversation = makeConversation({ unread_count: 1 })
  const reading = ["m1", "m2", "m3", "m4"].map((id) => markRead(cache, conversation, id))
  expect(cache.getQueryData(conversationOf(conversation.id, cache).queryKey)?.unread_count).toBe(0)
  await Promise.all(reading)
  expect(told).toEqual(["m1", "m4"])
})

test("A refusal that comes after everything was forgotten brings nothing back", async () => {
  const cache = new QueryClient()
  const conversation = makeConversation({ unread_count: 1 })
  const reading = markRead(cache, conversation, "m1")
  cache.clear()
  await reading
  expect(cache.getQueryCache().getAll()).toEqual([])
})
