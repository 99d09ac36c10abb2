import { describe, expect, test } from "vitest"
import {
  formatAgo,
  formatDay,
  formatDuration,
  formatMoment,
  formatRowTime,
  formatSize,
  formatTimeRemaining,
  snoozePresets,
  speakTimeRemaining,
  timeKey,
} from "./time"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const now = new Date(2026, 10, 18, 15, 30).getTime() // a Wednesday afternoon, wherever the test runs
const ago = (ms: number): string => new Date(now - ms).toISOString()

test("what is past is told by its age", () => {
  const told = [-MINUTE, 30_000, 2 * MINUTE, HOUR, 5 * DAY].map((age) => formatAgo(now - age, now))
  expect(told).toEqual(["just now", "just now", "2 minutes ago", "1 hour ago", "5 days ago"])
})

describe("time left", () => {
  test.each([
    [30_000, "less than a minute", "less than a minute"],
    [14 * MINUTE, "14 m", "14 minutes"],
    [3 * HOUR + 12 * MINUTE, "3 h 12 m", "3 hours"],
    [3 * HOUR, "3 h", "3 hours"],
    [4 * DAY + 3 * HOUR, "4 d 3 h", "4 days"],
    [DAY, "1 d", "1 day"],
  ])("%d ms is written and spoken", (ms, written, spoken) => {
    expect(formatTimeRemaining(ms)).toBe(written)
    expect(speakTimeRemaining(ms)).toBe(spoken)
  })
})

test("A row says how long ago, then when", () => {
  expect(formatRowTime(ago(10_000), now)).toBe("now")
  expect(formatRowTime(ago(12 * MINUTE), now)).toBe("12m")
  expect(formatRowTime(ago(3 * HOUR), now)).toMatch(/12:30/u)
  expect(formatRowTime(ago(2 * DAY), now)).toBe("Mon")
  expect(formatRowTime(ago(30 * DAY), now)).toMatch(/Oct/u)
  expect(formatRowTime(ago(400 * DAY), now)).toMatch(/2025/u)
  expect(formatRowTime(null, now)).toBe("")
})

test("A day is named by its distance, then by its date", () => {
  expect(formatDay(ago(HOUR), now)).toBe("Today")
  expect(formatDay(ago(DAY), now)).toBe("Yesterday")
  expect(formatDay(ago(5 * DAY), now)).toMatch(/Friday/u)
})

test("A moment in a sentence names its day only where it must", () => {
  expect(formatMoment(now - HOUR, now)).toMatch(/^\d/u)
  expect(formatMoment(now - 2 * DAY, now)).toMatch(/^Mon /u)
})

test("Moments sort as text whatever number of digits they are written with", () => {
  const written = [
    "2026-11-02T09:00:00Z",
    "2026-11-02T09:00:00.5Z",
    "2026-11-02T09:00:00.500001Z",
    "2026-11-02T09:00:01Z",
  ]
  expect(written.toReversed().sort((a, b) => (timeKey(a) < timeKey(b) ? -1 : 1))).toEqual(written)
})

test("Snoozing offers only what lies ahead", () => {
  const labels = (at: number): string[] => snoozePresets(at).map((preset) => preset.label)
  expect(labels(now)).toContain("This evening")
  expect(labels(new Date(2026, 10, 18, 20).getTime())).not.toContain("This evening")
  for (const preset of snoozePresets(now)) expect(preset.until.getTime()).toBeGreaterThan(now)
  const monday = snoozePresets(new Date(2026, 10, 16, 8).getTime()).find(
    (preset) => preset.label === "Monday morning",
  )
  expect(monday?.until.getDate()).toBe(23)
})

test("Sizes and durations are short", () => {
  expect([formatSize(640), formatSize(184_213), formatSize(2_400_000)]).toEqual(["640 B", "184 kB", "2.4 MB"])
  expect([formatDuration(14_000), formatDuration(75_000)]).toEqual(["0:14", "1:15"])
})
