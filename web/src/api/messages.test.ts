// @vitest-environment happy-dom
import { QueryClient, QueryObserver } from "@tanstack/react-query"
import { afterEach, expect, test, vi } from "vitest"
import { makeMessage } from "../testing/make"
import { fetchOlderMessages, messagesOf } from "./messages"
import { recentChanges } from "./snapshot"
import { applyToThread } from "./thread-entry"

const THREAD = "conversation-1"

afterEach(() => vi.unstubAllGlobals())

test("The page above is named by the oldest message that is left", () => {
  const [oldest, newest] = [makeMessage(), makeMessage()]
  const entry = { items: [oldest, newest], next: oldest.id, seq: 1 }
  const removed = { seq: 2, type: "message_removed", conversation_id: THREAD, message_id: oldest.id } as const
  expect(applyToThread(entry, removed, THREAD).next).toBe(newest.id)
})

test("Where the message that names the page is gone, the thread is fetched anew", async () => {
  const cache = new QueryClient()
  const fresh = makeMessage()
  recentChanges.restart(5)
  vi.stubGlobal("fetch", async (request: Request) =>
    new URL(request.url).searchParams.has("before")
      ? Response.json({ code: "not_found" }, { status: 404 })
      : Response.json({ items: [fresh], next: null, seq: 5 }),
  )
  cache.setQueryData(messagesOf(THREAD).queryKey, { items: [], next: "gone", seq: 1 })
  const options = { ...messagesOf(THREAD), staleTime: Number.POSITIVE_INFINITY }
  const stopShowing = new QueryObserver(cache, options).subscribe(() => {})
  await fetchOlderMessages(cache, THREAD)
  expect(cache.getQueryData(messagesOf(THREAD).queryKey)).toMatchObject({
    items: [{ id: fresh.id }],
    next: null,
  })
  stopShowing()
})
