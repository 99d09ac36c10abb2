// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query"
import { beforeEach, expect, test, vi } from "vitest"
import type { Activity, Change, Message } from "../api/model"
import { ACCOUNT, makeActivity, makeConversation, makeMessage, makeRun } from "../testing/make"
import { announce, announceMessage } from "../ui/announcer"
import { showToast } from "../ui/toast"
import { announceChanges } from "./announcements"
import { notify } from "./notifications"

vi.mock("../ui/announcer", () => ({ announce: vi.fn(), announceMessage: vi.fn() }))
vi.mock("../ui/toast", () => ({ showToast: vi.fn() }))
vi.mock("./notifications", () => ({ notify: vi.fn() }))

const conversation = makeConversation()
const cache = new QueryClient()
cache.setQueryData(["conversation", conversation.id], conversation)

function change(type: "message_added" | "message_updated", given: Partial<Message>): Change {
  const message = makeMessage({ conversation_id: conversation.id, ...given })
  return { seq: 1, type, conversation_id: conversation.id, message }
}

beforeEach(() => vi.clearAllMocks())

test("A new message is told by its sender alone, unless its conversation is open", () => {
  announceChanges(cache, [change("message_added", { text: "Hello" })])
  window.history.replaceState(null, "", `/inbox/${conversation.id}`)
  announceChanges(cache, [change("message_added", { text: "Hello" })])
  window.history.replaceState(null, "", "/inbox")
  expect(vi.mocked(announceMessage).mock.calls).toEqual([["New message from Ana Ruiz"], ["Ana Ruiz: Hello"]])
})

test("An answer that failed, or that Instagram does not show, is told; one that is on its way is not", () => {
  const ours = { direction: "outbound" } as const
  announceChanges(cache, [
    change("message_added", { ...ours, status: "queued" }),
    change("message_updated", { ...ours, status: "sent" }),
    change("message_updated", { ...ours, status: "failed" }),
    change("message_updated", { ...ours, status: "in_doubt", error: { code: "checking", message: "" } }),
    change("message_updated", { ...ours, status: "in_doubt", error: { code: "not_shown", message: "" } }),
  ])
  expect(vi.mocked(announce).mock.calls).toEqual([
    ["An answer to Ana Ruiz was not sent"],
    ["Instagram does not show an answer to Ana Ruiz"],
  ])
  expect(announceMessage).not.toHaveBeenCalled()
})

test("HI2: What was read at Instagram afterwards is no news, in whatever direction it was sent", () => {
  announceChanges(cache, [
    change("message_added", { text: "Long ago", is_history: true }),
    change("message_added", { text: "Read in vain", is_history: true, is_unread: true }),
    change("message_updated", { is_history: true, direction: "outbound", status: "failed" }),
  ])
  expect(announceMessage).not.toHaveBeenCalled()
  expect(announce).not.toHaveBeenCalled()
})

test("HI1: An import that ended is told once it is over, but not over the accounts, which say it themselves", () => {
  cache.setQueryData(["accounts"], { items: [ACCOUNT], seq: 0 })
  const over = makeRun({ state: "done", conversations_read: 30, messages_new: 240 })
  const tell = (run: typeof over): void => announceChanges(cache, [{ seq: 1, type: "run_updated", run }])
  tell(makeRun({ conversations_read: 10 }))
  tell(over)
  window.location.hash = "#accounts"
  tell(over)
  window.location.hash = ""
  expect(vi.mocked(showToast).mock.calls).toEqual([
    ["@harbourbakery: Imported 240 messages of 30 conversations", { isError: false }],
  ])
})

test("RU21: What a rule tells the team is said and shown by the browser, unless it is old or something else", () => {
  const now = new Date().toISOString()
  const told = (given: Partial<Activity>): Change => {
    const activity = makeActivity({ id: "a-1", conversation_id: conversation.id, ...given })
    return { seq: 1, type: "activity_added", conversation_id: conversation.id, activity }
  }
  announceChanges(cache, [
    told({ kind: "rule_notice", note: "VIP: call her", happened_at: now }),
    told({ kind: "rule_notice", note: "long ago" }),
    told({ kind: "optin", happened_at: now }),
  ])
  const path = `/inbox/${conversation.id}`
  const shown = { tag: "a-1", title: "Ana Ruiz", body: "VIP: call her", path }
  expect(vi.mocked(notify).mock.calls).toEqual([[shown]])
  expect(vi.mocked(announce).mock.calls).toEqual([["A rule tells about Ana Ruiz: VIP: call her"]])
})
