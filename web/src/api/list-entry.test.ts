import { QueryClient } from "@tanstack/react-query"
import { expect, test } from "vitest"
import { DEFAULT_FILTERS } from "../lib/filters"
import { ACCOUNT, makeConversation } from "../testing/make"
import { applyChange } from "./apply-change"
import { type ListEntry, listFromPage } from "./list-entry"
import type { Change, Conversation } from "./model"

test("F5 every conversation of an account learns whether a person may answer for a week, and the account's name", () => {
  const window_opened_at = "2026-11-02T09:00:00.123456Z"
  const opened = makeConversation({ window_opened_at })
  const never = makeConversation({ window_opened_at: null })
  const foreign = makeConversation({ account: { id: "account-2", ig_id: "2", username: "other" } })
  const cache = new QueryClient()
  const scope = { filters: DEFAULT_FILTERS, viewerId: "agent-1" }
  const page = { items: [opened, never, foreign], next: null, seq: 1 }
  cache.setQueryData(["conversations", DEFAULT_FILTERS], listFromPage(page, scope))
  cache.setQueryData(["conversation", opened.id], opened)
  const say = (human_agent: boolean, username: string): Change => ({
    seq: 2,
    type: "account_updated",
    account: { ...ACCOUNT, human_agent, username, version: 2 },
  })
  const list = (): ListEntry | undefined => cache.getQueryData(["conversations", DEFAULT_FILTERS])
  const listed = (id: string): Conversation | undefined => list()?.items.find((item) => item.id === id)

  applyChange(cache, say(true, "harbour"))
  for (const one of [listed(opened.id), cache.getQueryData<Conversation>(["conversation", opened.id])]) {
    expect(one?.human_agent_until).toBe("2026-11-09T09:00:00.123456Z")
    expect(one?.account.username).toBe("harbour")
  }
  expect(listed(never.id)?.human_agent_until).toBeNull()
  expect(listed(foreign.id)).toEqual(foreign)

  const before = list()
  applyChange(cache, say(true, "harbour"))
  expect(list()).toBe(before)
  applyChange(cache, say(false, "harbour"))
  expect(listed(opened.id)?.human_agent_until).toBeNull()
})

test("F9 of an account that was erased no conversation stays", () => {
  const foreign = makeConversation({ id: "c-2", account: { id: "account-2", ig_id: "2", username: "other" } })
  const scope = { filters: DEFAULT_FILTERS, viewerId: "agent-1" }
  const cache = new QueryClient()
  cache.setQueryData(
    ["conversations", DEFAULT_FILTERS],
    listFromPage({ items: [makeConversation(), foreign], next: null, seq: 1 }, scope),
  )
  applyChange(cache, { seq: 2, type: "account_erased", account_id: ACCOUNT.id })
  expect(cache.getQueryData<ListEntry>(["conversations", DEFAULT_FILTERS])?.items).toEqual([foreign])
})
