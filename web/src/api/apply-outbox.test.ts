import { describe, expect, test } from "vitest"
import { makeConversation, makeMessage } from "../testing/make"
import { applyToOutbox, applyToScheduled, applyToTroubled, type Tracked } from "./apply-outbox"
import type { Change, Message, Outbox, Scheduled } from "./model"

const ours = (given: Partial<Message>) =>
  makeMessage({ direction: "outbound", status: "queued", client_key: "key", ...given })
const updated = (message: Message): Change => ({
  seq: 1,
  type: "message_updated",
  conversation_id: message.conversation_id,
  message,
})
const empty: Outbox = { scheduled: [], held: [], troubled: [], seq: 0 }
const counts = (outbox: Outbox) => [outbox.scheduled.length, outbox.held.length, outbox.troubled.length]

describe("what needs a look", () => {
  test("is counted by what the stream says alone, each answer once", () => {
    const steps: Partial<Message>[] = [
      { status: "scheduled" },
      { status: "scheduled", id: "second part", client_key: "key#2" },
      { status: "held" },
      { status: "queued" },
      { status: "failed", error: { code: "rejected_by_meta", message: "No." } },
      { status: "failed", id: "second part", error: { code: "part_failed", message: "" } },
      { status: "in_doubt" },
      { status: "sent" },
    ]
    let outbox = empty
    const seen = steps.map((step) => {
      outbox = applyToOutbox(outbox, updated(ours({ id: "one", ...step })))
      return counts(outbox)
    })
    expect(seen).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 1],
      [0, 0, 1],
      [0, 0, 1],
      [0, 0, 0],
    ])
  })

  test("loses what is removed, and does not mind what was never there", () => {
    const removed: Change = { seq: 1, type: "message_removed", conversation_id: "c", message_id: "one" }
    expect(applyToOutbox({ ...empty, troubled: ["one"] }, removed).troubled).toEqual([])
    expect(applyToOutbox(empty, removed)).toBe(empty)
    expect(applyToOutbox(empty, updated(makeMessage({ status: "received" })))).toBe(empty)
  })
})

describe("a list of what is scheduled", () => {
  const item = (message: Message, parts = 1): Scheduled => ({
    message,
    conversation: makeConversation({ id: message.conversation_id }),
    release_at: message.sent_at,
    on_reply: "hold",
    parts,
    text: message.text,
  })
  const first = ours({ status: "scheduled", sent_at: "2026-12-01T09:00:00Z" })
  const second = ours({ status: "scheduled", sent_at: "2026-12-02T09:00:00Z" })
  const list: Tracked<Scheduled> = { items: [item(first), item(second)], next: null, seq: 0 }

  test("follows a change of time and text, and drops what has gone", () => {
    const moved = { ...first, sent_at: "2026-12-03T09:00:00Z", text: "Other", version: 2 }
    const after = applyToScheduled(list, updated(moved))
    expect(after.items.map(({ message, text }) => [message.id, text])).toEqual([
      [second.id, "Hello"],
      [first.id, "Other"],
    ])
    expect(after.isStale).toBe(true) // what else changed of it, the message does not say
    expect(applyToScheduled(list, updated({ ...second, status: "queued", version: 2 })).items).toHaveLength(1)
  })

  test("is stale, and not guessed, where a change does not tell enough", () => {
    expect(applyToScheduled(list, updated(ours({ status: "scheduled" }))).isStale).toBe(true)
    expect(
      applyToTroubled({ items: [], next: null, seq: 0 }, updated(ours({ status: "failed" }))).isStale,
    ).toBe(true)
  })
})
