import { describe, expect, test } from "vitest"
import { makeRun } from "../testing/make"
import {
  describeDone,
  describeImported,
  describeLeft,
  describeRate,
  isUnderWay,
  selectImportProgress,
} from "./import-progress"

const BEGAN = Date.parse("2026-11-02T09:00:00Z")
const minutes = (count: number): number => BEGAN + count * 60_000

describe("HI1: the progress of an import", () => {
  test("is what was read and skipped, of all there are; rate and rest follow from the time it took", () => {
    const run = makeRun({ conversations_read: 30, conversations_skipped: 10, conversations_total: 100 })
    const progress = selectImportProgress(run, minutes(2))
    expect(progress).toEqual({ done: 40, total: 100, share: 0.4, perMinute: 20, leftMs: 180_000 })
    expect([describeDone(progress), describeRate(progress), describeLeft(progress)]).toEqual([
      "40 of 100 conversations",
      "about 20 a minute",
      "about 3 m left",
    ])
  })

  test("counts on until Instagram has listed all conversations", () => {
    const progress = selectImportProgress(makeRun({ conversations_read: 1 }), minutes(1))
    expect(progress).toMatchObject({ total: null, share: null, leftMs: null })
    expect(describeDone(progress)).toBe("1 conversation, counting…")
    expect(describeLeft(progress)).toBeNull()
  })

  test("says no rate before it began, in its first seconds, or where clocks differ", () => {
    const read = { conversations_read: 5, conversations_total: 10 }
    for (const [run, now] of [
      [makeRun({ ...read, started_at: null }), minutes(1)],
      [makeRun(read), BEGAN + 4_000],
      [makeRun(read), minutes(-3)],
      [makeRun({ ...read, conversations_read: 0 }), minutes(1)],
    ] as const) {
      expect(selectImportProgress(run, now)).toMatchObject({ perMinute: null, leftMs: null })
    }
  })

  test("never passes its end: who wrote since the count is read as well", () => {
    const run = makeRun({ conversations_read: 12, conversations_total: 10 })
    expect(selectImportProgress(run, minutes(1))).toMatchObject({ total: 12, share: 1, leftMs: 0 })
    expect(selectImportProgress(makeRun({ conversations_total: 0 }), minutes(1)).share).toBe(1)
  })

  test("takes longer by what Instagram asks to wait", () => {
    const waiting_until = new Date(minutes(7)).toISOString()
    const run = makeRun({ conversations_read: 10, conversations_total: 20, waiting_until })
    expect(selectImportProgress(run, minutes(2)).leftMs).toBe(7 * 60_000)
  })

  test("is named slow where it is slow", () => {
    const run = makeRun({ conversations_read: 1, conversations_total: 2 })
    expect(describeRate(selectImportProgress(run, minutes(5)))).toBe("less than 1 a minute")
  })
})

describe("HI1: what came of an import", () => {
  test("is said in one sentence, whatever it was", () => {
    const read = { conversations_read: 30, conversations_total: 40, messages_new: 240 }
    const told = [
      makeRun({ ...read, state: "done" }),
      makeRun({ state: "done", conversations_read: 2, conversations_skipped: 3, messages_new: 0 }),
      makeRun({ ...read, state: "done", unreadable: 2 }),
      makeRun({ state: "done" }),
      makeRun({ ...read, state: "failed", error: "the token is no longer good" }),
      makeRun({ ...read, state: "stopped", error: "stopped by Dana" }),
    ].map(describeImported)
    expect(told).toEqual([
      "Imported 240 messages of 30 conversations",
      "Nothing new in 5 conversations",
      "Imported 240 messages of 30 conversations (2 could not be understood)",
      "There are no conversations at Instagram to import",
      "The import failed: the token is no longer good",
      "Stopped after 30 of 40 conversations (stopped by Dana). What was read stays",
    ])
  })

  test("is open while it waits or runs", () => {
    const states = ["waiting", "running", "done", "failed", "stopped"] as const
    expect(states.filter((state) => isUnderWay({ state }))).toEqual(["waiting", "running"])
    expect(isUnderWay(undefined)).toBe(false)
  })
})
