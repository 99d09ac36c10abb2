import { describe, expect, test } from "vitest"
import { ACCOUNT, makeConversation } from "../testing/make"
import { formatMoment } from "./time"
import { describeWindow } from "./window-words"

const HOUR = 3_600_000
const OPENED = "2026-11-02T09:00:00Z"
const conversation = makeConversation({ window_opened_at: OPENED })
const words = (hours: number, account = ACCOUNT, isOffline = false) =>
  describeWindow({ conversation, account, isOffline, now: Date.parse(OPENED) + hours * HOUR })

describe("the bar above the composer", () => {
  test.each([
    [1, "neutral", "Reply window: 22 h 59 m left"],
    [23, "amber", "Reply window: 59 m left"],
    [30, "grey", "no human-agent permission"],
    [200, "grey", "It reopens when they write"],
  ] as const)("tells the state after %d hours", (hours, look, text) => {
    expect(words(hours)).toMatchObject({ look, text: expect.stringContaining(text) })
  })

  test("says since when it is closed: a day after it opened without the permission, a week with it", () => {
    const at = (moment: string): string => formatMoment(Date.parse(moment), Date.parse(OPENED) + 200 * HOUR)
    expect(words(200).text).toContain(`Closed since ${at("2026-11-03T08:59:00Z")}`)
    expect(words(200, { ...ACCOUNT, human_agent: true }).text).toContain(
      `Closed since ${at("2026-11-09T08:59:00Z")}`,
    )
  })

  test("lets a person answer with the permission, and says under which terms", () => {
    expect(words(30, { ...ACCOUNT, human_agent: true })).toMatchObject({
      look: "blue",
      refusal: null,
      text: expect.stringContaining("No promotions"),
    })
  })

  test("tells a screen reader of another state, and not of every minute", () => {
    const minutes = Array.from({ length: 60 * 26 }, (_, minute) => words(minute / 60).state)
    expect(minutes.filter((state, index) => state !== minutes[index - 1])).toEqual([
      "The reply window is open",
      "The reply window closes within two hours",
      "The reply window is closed",
    ])
  })

  test("refuses with a reason exactly where the policy does", () => {
    expect(words(1).refusal).toBeNull()
    expect(words(30).refusal).toContain("24-hour window")
    expect(words(200).refusal).toContain("reopens")
    const silent = makeConversation({ window_opened_at: null, window_opened_by: null })
    expect(
      describeWindow({ conversation: silent, account: ACCOUNT, isOffline: false, now: 0 }).refusal,
    ).toContain("only them")
  })

  test("always says why, and what opened the window", () => {
    expect(words(1).why.join(" ")).toMatch(/24 hours.*Opened by their message/u)
  })

  test("puts trouble with the account first", () => {
    expect(words(1, { ...ACCOUNT, health: "reconnect", health_reason: "password changed." })).toMatchObject({
      look: "red",
      text: expect.stringContaining("password changed."),
      refusal: null,
    })
    expect(words(1, { ...ACCOUNT, health: "paused" }).refusal).toContain("paused")
  })

  test("says that nothing is lost while offline", () => {
    expect(words(1, ACCOUNT, true)).toMatchObject({
      look: "amber",
      text: expect.stringContaining("when you are back"),
    })
  })
})
