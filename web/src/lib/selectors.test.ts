import { describe, expect, test } from "vitest"
import { ACCOUNT, makeConversation, makeMessage } from "../testing/make"
import {
  hasLinkedLead,
  selectAttachmentLabel,
  selectAvatarUrl,
  selectColour,
  selectDisplayName,
  selectHandle,
  selectInitials,
  selectIsOutbound,
  selectMediaUrl,
  selectPreview,
  selectProfileNote,
  selectRowName,
  selectStanding,
  selectSummary,
  selectThumbnailUrl,
  selectWindowChip,
  selectWindowStatus,
  selectWindowTimeRemaining,
} from "./selectors"

const OPENED = "2026-11-02T09:00:00Z"
const at = (hours: number): number => Date.parse(OPENED) + hours * 3_600_000
const person = (name: string | null, username: string | null) => ({
  name,
  username,
  ig_id: "1087654321098765",
})

describe("a person", () => {
  test.each([
    [person("Ana Ruiz", "ana.ruiz"), "Ana Ruiz", "@ana.ruiz"],
    [person(null, "ana.ruiz"), "@ana.ruiz", null],
    [person("   ", "ana.ruiz"), "@ana.ruiz", null],
    [person(null, null), "Instagram user …8765", null],
  ])("is named by what is known: %o", (given, name, handle) => {
    expect(selectDisplayName(given)).toBe(name)
    expect(selectHandle(given)).toBe(handle)
  })

  test.each([
    ["Ana Ruiz", "AR"],
    ["@ana.ruiz", "AR"],
    ["élodie", "É"],
    ["ليلى حداد", "لح"],
    ["😀 Joy", "J"],
    ["😀", "?"],
    ["", "?"],
  ])("has initials: %s", (name, initials) => expect(selectInitials(name)).toBe(initials))

  const OURS = "/media/avatars/a/b.png?v=1"
  test.each([
    [OURS, OURS],
    [null, null],
    ["", null],
    ["https://scontent.cdninstagram.com/v/ada.jpg?oe=1", null],
    ["//scontent.cdninstagram.com/media/ada.jpg", null],
    ["https://evil.example/media/ada.jpg", null],
    ["data:image/png;base64,AAAA", null],
    ["media/ada.jpg", null],
  ])("is shown by our own copy or not at all: %s", (url, shown) => {
    expect(selectAvatarUrl({ avatar_url: url })).toBe(shown)
    expect(selectMediaUrl({ url })).toBe(shown)
    expect(selectThumbnailUrl({ url: null, thumbnail_url: url })).toBe(shown)
  })

  test("has the whole picture where there is no small one", () => {
    expect(selectThumbnailUrl({ url: OURS, thumbnail_url: null })).toBe(OURS)
    expect(selectThumbnailUrl({ url: OURS, thumbnail_url: "https://foreign.example/x" })).toBe(OURS)
    expect(selectThumbnailUrl({ url: OURS, thumbnail_url: `${OURS}&small` })).toBe(`${OURS}&small`)
  })

  test("is linked to a lead or not", () => {
    expect(hasLinkedLead({ linked_lead_id: "crm/42" })).toBe(true)
    expect([null, ""].map((linked_lead_id) => hasLinkedLead({ linked_lead_id }))).toEqual([false, false])
  })

  test("stands as Instagram says", () => {
    const nothing = { follower_count: null, is_follower: null, is_followed: null }
    expect(selectStanding(nothing)).toBeNull()
    expect(selectStanding({ ...nothing, follower_count: 0, is_follower: false })).toBe("0 followers")
    expect(selectStanding({ follower_count: 1, is_follower: true, is_followed: true })).toBe(
      "1 follower · Follows you · You follow them",
    )
  })

  test("has a profile of some age, or is being asked for", () => {
    const read = { profile_read_at: OPENED, profile_asked_at: null }
    expect(selectProfileNote(read, at(50))).toBe("Profile from 2 days ago")
    expect(selectProfileNote({ ...read, profile_read_at: null }, at(50))).toContain("has not said")
    expect(selectProfileNote({ ...read, profile_asked_at: OPENED }, at(50))).toBe("Asking Instagram…")
  })

  test("keeps one colour", () => {
    expect(selectColour("abc", 8)).toBe(selectColour("abc", 8))
    expect(new Set(Array.from({ length: 50 }, (_, index) => selectColour(`id-${index}`, 8))).size).toBe(8)
  })
})

describe("the window of a conversation", () => {
  const conversation = makeConversation({ window_opened_at: OPENED })
  const withFeature = { ...ACCOUNT, human_agent: true }

  test.each([
    [1, ACCOUNT, "open", "22 h 59 m", "neutral"],
    [22.5, ACCOUNT, "closing", "1 h 29 m", "amber"],
    [23.9, ACCOUNT, "closing", "5 m", "red"],
    [30, ACCOUNT, "no_permission", "closed", "muted"],
    [30, withFeature, "human_agent", "5 d: human only", "outline"],
    [200, withFeature, "closed", "closed", "muted"],
  ] as const)("%d hours on is told with its time", (hours, account, status, text, tone) => {
    expect(selectWindowStatus(conversation, account, at(hours))).toBe(status)
    expect(selectWindowChip(conversation, account, at(hours))).toMatchObject({ text, tone })
  })

  test("was never opened by somebody who has not written", () => {
    const silent = makeConversation({ window_opened_at: null, window_opened_by: null })
    expect(selectWindowStatus(silent, ACCOUNT, at(0))).toBe("never_opened")
    expect(selectWindowTimeRemaining(silent, ACCOUNT, at(0))).toBeNull()
  })

  test("does not count where an account writes to itself", () => {
    const self = makeConversation({ is_self: true })
    expect(selectWindowStatus(self, ACCOUNT, at(900))).toBe("open")
    expect(selectWindowChip(self, ACCOUNT, at(900))).toBeNull()
  })

  test("has time left to the minute before Meta ends it", () => {
    expect(selectWindowTimeRemaining(conversation, ACCOUNT, at(23))).toBe(59 * 60_000)
  })

  test("follows the conversation while the account is not known yet", () => {
    const granted = makeConversation({ human_agent_until: "2026-11-09T09:00:00Z" })
    expect(selectWindowStatus(granted, undefined, at(30))).toBe("human_agent")
  })
})

describe("a row", () => {
  test("says all that its looks say", () => {
    const conversation = makeConversation({
      unread_count: 2,
      assignee: { id: "me", name: "Dana" },
      labels: ["vip"],
      last_message_status: "failed",
    })
    const row = { conversation, account: ACCOUNT, viewerId: "me", now: at(20.9), hasAccounts: false }
    expect(selectRowName(row)).toBe(
      "Ana Ruiz, unread, 2 messages, last answer failed, window 3 hours, assigned to you, labels vip",
    )
    expect(selectRowName({ ...row, viewerId: "other" })).toContain("assigned to Dana")
    const account = `to @${conversation.account.username}`
    expect(selectRowName({ ...row, hasAccounts: true })).toContain(`Ana Ruiz, ${account}, unread`)
  })

  test("says who spoke last", () => {
    expect(selectPreview(makeConversation())).toBe("Hello")
    expect(selectPreview(makeConversation({ last_message_direction: "outbound" }))).toBe("Us: Hello")
    expect(selectPreview(makeConversation({ last_message_preview: null }))).toBe("No messages yet")
  })
})

describe("a message", () => {
  test("is ours when it went out", () => {
    expect(selectIsOutbound(makeMessage({ direction: "outbound" }))).toBe(true)
    expect(selectIsOutbound(makeMessage())).toBe(false)
  })

  test("is summed up in a line, whatever it is", () => {
    const image = { kind: "image" } as ReturnType<typeof makeMessage>["attachments"][number]
    expect(selectSummary(makeMessage())).toBe("Hello")
    expect(selectSummary(makeMessage({ text: null, attachments: [image, image, image] }))).toBe(
      "Photo and 2 more",
    )
    expect(selectSummary(makeMessage({ deleted_at: OPENED, text: null }))).toBe("Unsent message")
    expect(selectSummary(makeMessage({ text: null, is_unsupported: true }))).toContain("does not pass on")
  })

  test("names a kind that we do not know by Meta's own word", () => {
    expect(selectAttachmentLabel({ kind: "ig_hologram" })).toBe("Attachment (ig hologram)")
  })
})
