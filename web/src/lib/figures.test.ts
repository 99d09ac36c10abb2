import { expect, test } from "vitest"
import { describeChange, formatFigure, lastDays, linePath, roundTop } from "./figures"

test("what is unknown is a dash, and zero is zero", () => {
  expect(formatFigure(null, "count")).toBe("–")
  expect(formatFigure(0, "count")).toBe("0")
  expect(formatFigure(17.64, "people")).toBe("17.6")
  expect(formatFigure(453.8, "people")).toBe("454")
  expect(formatFigure(5_400, "seconds")).toBe("1 h 30 min")
  expect(formatFigure(7_200, "seconds")).toBe("2 h")
})

test("a change is told only where both are known", () => {
  expect(describeChange(null, 3)).toBeNull()
  expect(describeChange(3, null)).toBeNull()
  expect(describeChange(6, 4)).toBe("+50 %")
  expect(describeChange(2, 4)).toBe("−50 %")
  expect(describeChange(2, 0)).toBe("none before")
})

test("a gap breaks the line", () => {
  expect(linePath([0, 10, null, 10], 10, 30, 10)).toBe("M0.0 10.0L10.0 0.0M30.0 0.0h0.5")
})

test("an axis ends at a round number, and a range at yesterday", () => {
  expect([roundTop([null, 7]), roundTop([230]), roundTop([null])]).toEqual([10, 250, 1])
  expect(lastDays(7, Date.parse("2026-11-20T12:00:00Z"))).toEqual({
    since: "2026-11-13",
    until: "2026-11-19",
  })
})
