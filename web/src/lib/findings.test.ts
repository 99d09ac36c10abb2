import { describe, expect, test } from "vitest"
import { makeFinding } from "../testing/make"
import { describeBroken } from "./doctor"
import {
  describeLooked,
  describeStanding,
  groupFindings,
  guideTo,
  selectFirstSteps,
  worstOf,
} from "./findings"

const CHECKUP = { looked_at: null, asked_at: null, red: 0, amber: 0, unknown: 0, turned_red: [], version: 1 }
const NOW = Date.parse("2026-11-27T12:00:00Z")

describe("what the doctor found", () => {
  test("is grouped by what it is about, the installation first, with the worst of each", () => {
    const groups = groupFindings([
      makeFinding({ check: "secrets", level: "green" }),
      makeFinding({ check: "token", level: "red", account_id: "a", about: "@bakery" }),
      makeFinding({ check: "media", level: "amber" }),
      makeFinding({ check: "mode", level: "unknown", account_id: "b", about: "@cafe" }),
    ])
    expect(groups.map(({ name, worst, findings }) => [name, worst, findings.length])).toEqual([
      ["This installation", "amber", 2],
      ["@bakery", "red", 1],
      ["@cafe", "unknown", 1],
    ])
  })

  test("is as bad as the worst of it", () => {
    expect(worstOf([])).toBe("green")
    expect(worstOf([makeFinding({ level: "unknown" }), makeFinding({ level: "green" })])).toBe("unknown")
  })

  test("gives the first steps in their order, and each only once", () => {
    const steps = selectFirstSteps(
      [
        makeFinding({ check: "incoming", level: "unknown" }),
        makeFinding({ check: "secrets", level: "green" }),
        makeFinding({ check: "secrets", level: "red", says: "Refused." }),
        makeFinding({ check: "media", level: "amber" }),
      ],
      false,
    )
    expect(steps.map(({ check, finding, isWaiting }) => [check, finding.level, isWaiting])).toEqual([
      ["secrets", "red", false],
      ["incoming", "unknown", true],
    ])
    expect(steps[0]?.finding.says).toBe("Refused.")
  })

  test("waits for the first message until it is here", () => {
    const found = [
      makeFinding({ check: "mode", level: "unknown" }),
      makeFinding({ check: "incoming", level: "unknown" }),
    ]
    const steps = selectFirstSteps(found, true)
    expect(steps.map(({ finding, isWaiting }) => [finding.level, isWaiting])).toEqual([
      ["green", false],
      ["green", false],
    ])
  })

  test("is said in words", () => {
    expect(describeStanding({ red: 0, amber: 0 })).toBe("Everything that could be looked at is well.")
    expect(describeStanding({ red: 2, amber: 1 })).toBe("2 things are broken, 1 needs a look.")
    expect(describeStanding({ red: 0, amber: 3 })).toBe("3 things need a look.")
    expect(describeStanding({ red: 0, amber: 1 })).toBe("1 thing needs a look.")
    expect([0, 1, 2].map(describeBroken)).toEqual([
      "Doctor",
      "Doctor: one thing is broken",
      "Doctor: 2 things are broken",
    ])
    expect(describeLooked(CHECKUP, NOW)).toBe("Looking for the first time…")
    expect(describeLooked({ ...CHECKUP, looked_at: "2026-11-27T10:00:00Z" }, NOW)).toBe(
      "Looked at 2 hours ago",
    )
    expect(guideTo({ guide: "meta-setup.md#the-secrets" })).toBe("/doctor/guide#the-secrets")
  })
})
