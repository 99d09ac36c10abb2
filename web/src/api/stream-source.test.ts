import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { PretendEventSource } from "../testing/pretend-event-source"
import { openStreamSource, type StreamEvent } from "./stream-source"

let told: StreamEvent[]
let close: () => void

beforeEach(() => {
  vi.useFakeTimers()
  PretendEventSource.install()
  told = []
  const source = openStreamSource(10, (event) => told.push(event))
  close = source.close
})

afterEach(() => {
  close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const statuses = (): string[] => told.flatMap((event) => (event.type === "status" ? [event.status] : []))
const change = (seq: number) => ({ seq, type: "superseded" })

test("A connection that opens is live, and brings changes", () => {
  PretendEventSource.newest.opens()
  PretendEventSource.newest.says("change", change(11))
  expect(statuses()).toEqual(["connecting", "live"])
  expect(told.at(-1)).toEqual({ type: "change", change: change(11) })
})

test("One that never opens is given up after ten seconds and tried again, more and more patiently", () => {
  const first = PretendEventSource.newest
  vi.advanceTimersByTime(10_000)
  expect(first.isClosed).toBe(true)
  expect(statuses()).toEqual(["connecting", "down"])
  vi.advanceTimersByTime(1_000)
  expect(PretendEventSource.all).toHaveLength(2)
  vi.advanceTimersByTime(11_000)
  expect(PretendEventSource.all).toHaveLength(2)
  vi.advanceTimersByTime(1_000)
  expect(PretendEventSource.all).toHaveLength(3)
})

test("One that says nothing for forty seconds is dead; the next one goes on from the newest number", () => {
  PretendEventSource.newest.opens()
  PretendEventSource.newest.says("change", change(11))
  vi.advanceTimersByTime(39_000)
  expect(statuses()).toEqual(["connecting", "live"])
  vi.advanceTimersByTime(1_000)
  expect(statuses()).toEqual(["connecting", "live", "down"])
  vi.advanceTimersByTime(1_000)
  expect(PretendEventSource.newest.url).toBe("/api/v1/stream?after=11")
})

test("Heartbeats keep a quiet one alive, and say how far the server is", () => {
  PretendEventSource.newest.opens()
  for (let beat = 0; beat < 20; beat++) {
    vi.advanceTimersByTime(15_000)
    PretendEventSource.newest.says("heartbeat", { seq: 10 })
  }
  expect(statuses()).toEqual(["connecting", "live"])
  expect(told.at(-1)).toEqual({ type: "head", seq: 10 })
  expect(PretendEventSource.all).toHaveLength(1)
})

test("After a silent connection the next one is live only once it is heard", () => {
  PretendEventSource.newest.opens()
  vi.advanceTimersByTime(41_000)
  PretendEventSource.newest.opens()
  expect(statuses()).toEqual(["connecting", "live", "down", "connecting"])
  vi.advanceTimersByTime(15_000)
  PretendEventSource.newest.says("heartbeat", { seq: 10 })
  expect(statuses().at(-1)).toBe("live")
})

test("An error brings it back, and nothing that was closed is heard of again", () => {
  const first = PretendEventSource.newest
  first.opens()
  first.breaks()
  expect(statuses()).toEqual(["connecting", "live", "down"])
  vi.advanceTimersByTime(1_000)
  first.breaks()
  expect(statuses()).toEqual(["connecting", "live", "down", "connecting"])
})

test("The end of the session is told, that of the server is not", () => {
  PretendEventSource.newest.says("ended", { reason: "restart" })
  expect(told).not.toContainEqual({ type: "ended" })
  vi.advanceTimersByTime(1_000)
  PretendEventSource.newest.says("ended", { reason: "session" })
  expect(told).toContainEqual({ type: "ended" })
  vi.advanceTimersByTime(2_000)
  expect(PretendEventSource.all).toHaveLength(3)
})

test("After a resync it goes on from the number that the server named, also where that is lower", () => {
  PretendEventSource.newest.opens()
  PretendEventSource.newest.says("resync", { seq: 4 })
  PretendEventSource.newest.breaks()
  vi.advanceTimersByTime(1_000)
  expect(told).toContainEqual({ type: "resync" })
  expect(PretendEventSource.newest.url).toBe("/api/v1/stream?after=4")
})

test("A machine that slept connects anew when it wakes, and only once", () => {
  PretendEventSource.newest.opens()
  PretendEventSource.newest.breaks()
  vi.setSystemTime(Date.now() + 3_600_000)
  vi.advanceTimersByTime(10_000)
  const count = PretendEventSource.all.length
  vi.advanceTimersByTime(5_000)
  expect(PretendEventSource.all).toHaveLength(count)
})

test("Once closed it stays closed", () => {
  close()
  vi.advanceTimersByTime(120_000)
  expect(PretendEventSource.all).toHaveLength(1)
  expect(PretendEventSource.newest.isClosed).toBe(true)
})
