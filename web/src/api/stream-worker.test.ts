import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { PretendEventSource } from "../testing/pretend-event-source"
import type { StreamEvent } from "./stream-source"
import type { FromTab } from "./stream-worker"

/** A tab as the worker sees it: its port, and what came out of it. */
class Tab {
  readonly heard: StreamEvent[] = []
  onmessage: ((event: { data: FromTab }) => void) | null = null

  constructor(connect: (event: object) => void) {
    connect({ ports: [this] })
  }

  postMessage(event: StreamEvent): void {
    this.heard.push(event)
  }

  says(message: FromTab): this {
    this.onmessage?.({ data: message })
    return this
  }
}

let connect: (event: object) => void

beforeEach(async () => {
  vi.useFakeTimers()
  vi.resetModules()
  PretendEventSource.install()
  vi.stubGlobal("self", {
    addEventListener: (_name: string, listener: typeof connect) => {
      connect = listener
    },
  })
  await import("./stream-worker")
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const LIVE = { type: "status", status: "live" }
const change = (seq: number) => ({ seq, type: "superseded" })
const tab = (after: number): Tab => new Tab(connect).says({ type: "open", after })

test("All tabs hear the one stream", () => {
  const tabs = [tab(10), tab(10)]
  PretendEventSource.newest.opens()
  PretendEventSource.newest.says("change", change(11))
  expect(PretendEventSource.all).toHaveLength(1)
  for (const one of tabs) expect(one.heard.slice(-2)).toEqual([LIVE, { type: "change", change: change(11) }])
})

test("A tab that comes late gets what it missed, and how far the others are", () => {
  tab(10)
  PretendEventSource.newest.opens()
  for (const seq of [11, 12, 13]) PretendEventSource.newest.says("change", change(seq))
  expect(tab(11).heard).toEqual([
    LIVE,
    { type: "change", change: change(12) },
    { type: "change", change: change(13) },
    { type: "head", seq: 13 },
  ])
})

test("A tab that was offline hears that the stream is live, though nothing happened to it", () => {
  const one = tab(10)
  PretendEventSource.newest.opens()
  one.heard.length = 0
  one.says({ type: "wake" })
  expect(one.heard).toEqual([LIVE])
  expect(PretendEventSource.all).toHaveLength(1)
})

test("A tab that wakes it while it waits for its next attempt makes it try at once", () => {
  const one = tab(10)
  PretendEventSource.newest.breaks()
  one.says({ type: "wake" })
  expect(PretendEventSource.all).toHaveLength(2)
  PretendEventSource.newest.opens()
  expect(one.heard.at(-1)).toEqual(LIVE)
})

test("The last tab to go closes the stream, and the next one opens a new one", () => {
  const tabs = [tab(10), tab(10)]
  tabs[0]?.says({ type: "bye" })
  expect(PretendEventSource.newest.isClosed).toBe(false)
  tabs[1]?.says({ type: "bye" })
  expect(PretendEventSource.newest.isClosed).toBe(true)
  tab(20)
  expect(PretendEventSource.newest.url).toBe("/api/v1/stream?after=20")
})
