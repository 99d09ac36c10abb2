// @vitest-environment happy-dom
import "fake-indexeddb/auto"
import { QueryClient } from "@tanstack/react-query"
import { afterEach, expect, test, vi } from "vitest"
import { createSession } from "./session"

const ME = {
  agent: { id: "agent-1", name: "Dana", email: "dana@example.org", role: "owner" },
  workspace: { id: "workspace-1", name: "Harbour Bakery" },
  session_key: "key-1",
  seq: 7,
}

class SilentSource extends EventTarget {
  close(): void {}
}

function answerWith(me: typeof ME): void {
  vi.stubGlobal("EventSource", SilentSource)
  vi.stubGlobal("fetch", async () => Response.json(me))
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  localStorage.clear()
})

test("A second tab that finds no copy yet leaves the first one signed in", async () => {
  answerWith(ME)
  localStorage.setItem("confab.session", "key-1")
  const removed = vi.spyOn(Storage.prototype, "removeItem")
  const session = createSession(new QueryClient(), () => {})
  await session.start()
  expect(session.state.name).toBe("signed_in")
  expect(removed).not.toHaveBeenCalled()
  await session.signOut()
})

test("What another sign-in left behind is cleared away before the new one begins", async () => {
  answerWith(ME)
  localStorage.setItem("confab.session", "key-of-somebody-else")
  localStorage.setItem("confab.draft.conversation-1.reply", "a secret")
  const cache = new QueryClient()
  cache.setQueryData(["conversation", "conversation-1"], { id: "conversation-1" })
  const session = createSession(cache, () => {})
  await session.start()
  expect(localStorage.getItem("confab.session")).toBe("key-1")
  expect(cache.getQueryData(["conversation", "conversation-1"])).toBeUndefined()
  await session.signOut()
})
