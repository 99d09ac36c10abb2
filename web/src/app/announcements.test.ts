// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query"
import { beforeEach, expect, test, vi } from "vitest"
import type { Change, Message } from "../api/model"
import { makeConversation, makeMessage } from "../testing/make"
import { announce, announceMessage } from "../ui/announcer"
import { announceMessages } from "./announcements"

vi.mock("../ui/announcer", () => ({ announce: vi.fn(), announceMessage: vi.fn() }))

const conversation = makeConversation()
const cache = new QueryClient()
cache.setQueryData(["conversation", conversation.id], conversation)

function change(type: "message_added" | "message_updated", given: Partial<Message>): Change {
  const message = makeMessage({ conversation_id: conversation.id, ...given })
  return { seq: 1, type, conversation_id: conversation.id, message }
}

beforeEach(() => vi.clearAllMocks())

test("A new message is told by its sender alone, unless its conversation is open", () => {
  announceMessages(cache, [change("message_added", { text: "Hello" })])
  window.history.replaceState(null, "", `/inbox/${conversation.id}`)
  announceMessages(cache, [change("message_added", { text: "Hello" })])
  window.history.replaceState(null, "", "/inbox")
  expect(vi.mocked(announceMessage).mock.calls).toEqual([["New message from Ana Ruiz"], ["Ana Ruiz: Hello"]])
})

test("An answer that failed, or that Instagram does not show, is told; one that is on its way is not", () => {
  const ours = { direction: "outbound" } as const
  announceMessages(cache, [
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
