import { describe, expect, test } from "vitest"
import type { Message, PendingSend } from "../api/model"
import { makeActivity, makeMessage, makeNote } from "../testing/make"
import { buildTimeline } from "./timeline"

const at = (minutes: number): string => new Date(Date.UTC(2026, 10, 2, 12, minutes)).toISOString()
const nothing = {
  messages: [],
  notes: [],
  activities: [],
  isElsewhere: false,
  pending: [],
  firstUnreadId: null,
  hasOlder: false,
  viewerName: "Dana",
}
const kinds = (given: Partial<Parameters<typeof buildTimeline>[0]>): string[] =>
  buildTimeline({ ...nothing, ...given }).map((item) => item.kind)

describe("a timeline", () => {
  test("O8 keeps what is on its way below what was said, in the order of writing, and what is scheduled below that", () => {
    const ours = (text: string, status: Message["status"], minute: number): Message =>
      makeMessage({ text, status, direction: "outbound", sent_at: at(minute), client_key: text })
    const [one, two, three] = [ours("1", "sent", 5), ours("2", "sending", 4), ours("3", "queued", 1)]
    const messages = [
      three,
      makeMessage({ sent_at: at(3), text: "theirs" }),
      two,
      one,
      ours("later", "held", 2),
    ]
    const items = buildTimeline({ ...nothing, messages })
    const texts = items.flatMap((item) => ("message" in item ? [item.message.text] : []))
    expect(texts).toEqual(["theirs", "1", "2", "3", "later"])
    expect(items.at(-2)?.kind).toBe("later")
  })

  test("groups what one side says within three minutes", () => {
    const messages = [0, 1, 5].map((minute) => makeMessage({ sent_at: at(minute) }))
    const items = buildTimeline({ ...nothing, messages }).filter((item) => item.kind === "message")
    expect(items.map((item) => [item.isFirst, item.isLast])).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ])
  })

  test("begins a group anew when another person of the team answers", () => {
    const by = (name: string) => ({
      direction: "outbound" as const,
      author: { kind: "agent" as const, name },
    })
    const messages = [
      makeMessage({ ...by("Dana"), sent_at: at(0) }),
      makeMessage({ ...by("Marco"), sent_at: at(1) }),
    ]
    const items = buildTimeline({ ...nothing, messages }).filter((item) => item.kind === "message")
    expect(items.every((item) => item.isFirst && item.isLast)).toBe(true)
  })

  test("separates the days", () => {
    const messages = [
      makeMessage({ sent_at: "2026-11-01T12:00:00Z" }),
      makeMessage({ sent_at: "2026-11-03T12:00:00Z" }),
    ]
    expect(kinds({ messages })).toEqual(["day", "message", "day", "message"])
  })

  test("puts notes in their place among the messages", () => {
    const messages = [makeMessage({ sent_at: at(0) }), makeMessage({ sent_at: at(10) })]
    expect(kinds({ messages, notes: [makeNote({ created_at: at(5) })] })).toEqual([
      "day",
      "message",
      "note",
      "message",
    ])
  })

  test("keeps back a note that is older than the messages that are loaded", () => {
    const given = { messages: [makeMessage({ sent_at: at(10) })], notes: [makeNote({ created_at: at(5) })] }
    expect(kinds({ ...given, hasOlder: true })).toEqual(["day", "message"])
    expect(kinds(given)).toEqual(["day", "note", "message"])
  })

  test("puts activities in their place, and keeps back what is older than the messages that are loaded", () => {
    const messages = [makeMessage({ sent_at: at(5) }), makeMessage({ sent_at: at(6) })]
    const activities = [makeActivity({ happened_at: at(0) }), makeActivity({ happened_at: at(5.5) })]
    const given = { messages, activities, notes: [makeNote({ created_at: at(7) })] }
    expect(kinds({ ...given, hasOlder: true })).toEqual(["day", "message", "activity", "message", "note"])
    expect(kinds(given)).toEqual(["day", "activity", "message", "activity", "message", "note"])
    const shown = buildTimeline({ ...nothing, ...given }).filter((item) => item.kind === "message")
    expect(shown.every((item) => item.isFirst && item.isLast)).toBe(true)
  })

  test("says who has the conversation at the last activity that decided it, and at no other", () => {
    const kindsOfActivity = ["control_passed", "control_taken", "control_requested", "optin"] as const
    const activities = kindsOfActivity.map((kind, minute) => makeActivity({ kind, happened_at: at(minute) }))
    for (const isElsewhere of [true, false]) {
      const items = buildTimeline({ ...nothing, activities, isElsewhere })
      const said = items.filter((item) => item.kind === "activity").map((item) => item.isElsewhere)
      expect(said).toEqual([null, isElsewhere, null, null])
    }
  })

  test("marks where the unread begin", () => {
    const messages = [makeMessage({ sent_at: at(0) }), makeMessage({ sent_at: at(1) })]
    expect(kinds({ messages, firstUnreadId: messages[1]?.id ?? "" })).toEqual([
      "day",
      "message",
      "unread",
      "message",
    ])
  })

  test("shows an answer once: as pending until its message is there, under the same key", () => {
    const pending: PendingSend = {
      client_key: "key",
      conversation_id: "conversation-1",
      text: "Hi",
      created_at: at(2),
      state: "sending",
      error: null,
    }
    const before = buildTimeline({ ...nothing, pending: [pending] })
    const message = makeMessage({ client_key: "key", direction: "outbound", sent_at: at(2) })
    const after = buildTimeline({ ...nothing, messages: [message], pending: [pending] })
    expect(before.map((item) => item.key)).toEqual(["key"])
    expect(after.filter((item) => item.kind !== "day").map((item) => [item.kind, item.key])).toEqual([
      ["message", "key"],
    ])
  })
})
