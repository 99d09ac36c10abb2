import { describe, expect, test } from "vitest"
import { applyToEntry } from "./apply-change"

const VIEWER = "agent-1"

describe("how the installation stands", () => {
  const checkup = {
    looked_at: null,
    asked_at: null,
    red: 0,
    amber: 0,
    unknown: 0,
    turned_red: [],
    version: 2,
  }

  test("is what the newest look says, told twice or late", () => {
    const before = { checkup, seq: 1 }
    const newer = { ...checkup, red: 1, version: 3 }
    const after = applyToEntry(
      ["doctor"],
      before,
      { seq: 2, type: "checkup_updated", checkup: newer },
      VIEWER,
    )
    expect(after).toEqual({ checkup: newer, seq: 1 })
    expect(applyToEntry(["doctor"], after, { seq: 3, type: "checkup_updated", checkup }, VIEWER)).toBe(after)
    const first = applyToEntry(
      ["doctor"],
      { checkup: null, seq: 1 },
      { seq: 2, type: "checkup_updated", checkup },
      VIEWER,
    )
    expect(first).toEqual({ checkup, seq: 1 })
  })
})
