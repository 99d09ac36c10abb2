import { describe, expect, test } from "vitest"
import { ACCOUNT, makeConversation, makeMessage } from "../testing/make"
import { describeOutlook, formatRelease, isFirstPart, schedulePresets, whyNotThen } from "./scheduled"

const now = new Date(2026, 10, 4, 15, 30).getTime() // a Wednesday
const HOUR = 3_600_000

describe("an answer for later", () => {
  test("is looked at where its first part is", () => {
    const isFirst = (client_key: string | null) => isFirstPart(makeMessage({ client_key }))
    expect([null, "a", "a#b", "a#2", "a#13.0af3"].map(isFirst)).toEqual([true, true, true, false, false])
  })

  test("offers an hour, tomorrow and Monday at nine, where the reader is", () => {
    expect(schedulePresets(now).map(({ at }) => at.getTime() - now)).toEqual([
      HOUR,
      new Date(2026, 10, 5, 9).getTime() - now,
      new Date(2026, 10, 9, 9).getTime() - now,
    ])
    expect(schedulePresets(new Date(2026, 10, 9, 8).getTime())[2]?.at).toEqual(new Date(2026, 10, 16, 9))
  })

  test("says its day", () => {
    const say = (at: Date) => formatRelease(at.toISOString(), now)
    expect(say(new Date(2026, 10, 4, 23))).toMatch(/^Today /u)
    expect(say(new Date(2026, 10, 5, 0, 5))).toMatch(/^Tomorrow \d/u)
    expect(say(new Date(2026, 10, 7, 9))).toMatch(/^Sat /u)
  })

  test("is for a time ahead of us, and not too far", () => {
    expect([Number.NaN, now, now + HOUR, now + 181 * 24 * HOUR].map((at) => whyNotThen(at, now))).toEqual([
      "Choose a day and a time.",
      "This time has passed.",
      null,
      "At most 180 days ahead.",
    ])
  })

  test("W2 warns where the window will be closed, also when a person could still answer", () => {
    const conversation = makeConversation({ window_opened_at: new Date(now - HOUR).toISOString() })
    const human = { ...ACCOUNT, human_agent: true }
    expect(describeOutlook(conversation, ACCOUNT, now + 22 * HOUR)).toBeNull()
    expect(describeOutlook(conversation, ACCOUNT, now + 24 * HOUR)).toContain("will be closed by then")
    expect(describeOutlook(conversation, human, now + 24 * HOUR)).toContain("only a person may answer")
  })
})
