import { describe, expect, test } from "vitest"
import type { RuleDefinition } from "../api/model"
import { cooldowns, describeCondition, describeMinutes, describeRule } from "./rule-words"

const nameOf = () => "Dana"

function rule(given: Partial<RuleDefinition>): string {
  const usual: RuleDefinition = {
    name: "Hours",
    trigger: { kind: "message" },
    conditions: [],
    actions: [{ type: "reply", text: "Hi", quick_replies: [] }],
    stops: false,
    cooldown_s: 0,
  }
  return describeRule({ ...usual, ...given }, nameOf)
}

describe("a rule in words", () => {
  test("says when, if and then", () => {
    expect(rule({})).toBe("When somebody writes: reply “Hi”.")
    expect(
      rule({
        trigger: { kind: "no_answer", minutes: 90 },
        conditions: [
          { type: "text", match: "any", values: ["price", "cost"], is_not: false },
          { type: "labels", any: [], none: ["done"] },
        ],
        actions: [
          { type: "assign", agent_id: "1" },
          { type: "status", status: "snoozed", snooze_minutes: 1440 },
        ],
        stops: true,
      }),
    ).toBe(
      "When nobody has answered for 90 minutes and it mentions “price” or “cost” and it does not have the label “done”: assign it to Dana; then snooze it for 1 day. Stop there.",
    )
  })

  test("says what must not be", () => {
    const text = { type: "text" as const, values: ["a", "b"], is_not: true }
    expect(describeCondition({ ...text, match: "any" })).toBe("it mentions none of “a” and “b”")
    expect(describeCondition({ ...text, match: "all" })).toBe("it does not mention all of “a” and “b”")
    expect(describeCondition({ ...text, match: "exact" })).toBe("the text is not “a” or “b”")
    expect(describeCondition({ ...text, match: "pattern" })).toBe("it does not match “a” or “b”")
  })

  test("says people, history and hours", () => {
    expect(describeCondition({ type: "person", is_follower: true, min_followers: 100 })).toBe(
      "they follow the account and they have at least 100 followers",
    )
    expect(describeCondition({ type: "history", max_messages: 1, is_waiting: true })).toBe(
      "they wrote at most 1 message before and no person has answered",
    )
    expect(describeCondition({ type: "time", is_within: false, spans: [] })).toBe(
      "it is outside business hours",
    )
    const spans = [{ days: [0, 1], start: "09:00", end: "17:00" }]
    expect(describeCondition({ type: "time", is_within: true, spans })).toBe(
      "it is within Mon Tue 09:00–17:00",
    )
  })

  test("says lengths of time as people do", () => {
    expect([5, 60, 90, 1440, 2880].map(describeMinutes)).toEqual([
      "5 minutes",
      "1 hour",
      "90 minutes",
      "1 day",
      "2 days",
    ])
    expect(cooldowns(3600)).toHaveLength(6)
    expect(cooldowns(5).at(-1)).toEqual([5, "at most every 5 seconds"])
  })
})
