import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { PretendEventSource } from "../testing/pretend-event-source"
import type { StreamEvent } from "./stream-source"
import { openTransport, type Transport } from "./transport"

class PretendWorker extends EventTarget {
  static newest: PretendWorker
  readonly name: string
  readonly said: unknown[] = []
  readonly port = {
    onmessage: null as ((event: { data: StreamEvent }) => void) | null,
    postMessage: (message: unknown) => void this.said.push(message),
    close: vi.fn(),
  }

  constructor(_url: string, { name }: { name: string }) {
    super()
    this.name = name
    PretendWorker.newest = this
  }
}

let told: StreamEvent[]
let transport: Transport | undefined

beforeEach(() => {
  PretendEventSource.install()
  told = []
})

afterEach(() => {
  transport?.close()
  vi.unstubAllGlobals()
})

const open = (): Transport => {
  transport = openTransport("key-1", 10, (event) => told.push(event))
  return transport
}

test("Tabs of one sign-in share the worker that is named by it", () => {
  vi.stubGlobal("SharedWorker", PretendWorker)
  const opened = open()
  PretendWorker.newest.port.onmessage?.({ data: { type: "head", seq: 10 } })
  opened.wake()
  opened.close()
  expect(PretendWorker.newest.name).toBe("confab-key-1")
  expect(PretendWorker.newest.said).toEqual([{ type: "open", after: 10 }, { type: "wake" }, { type: "bye" }])
  expect(told).toEqual([{ type: "head", seq: 10 }])
  expect(PretendEventSource.all).toEqual([])
})

test("Where the worker cannot be loaded, or there is none, a tab has a stream of its own", () => {
  vi.stubGlobal("SharedWorker", PretendWorker)
  open()
  PretendWorker.newest.dispatchEvent(new Event("error"))
  PretendEventSource.newest.opens()
  expect(told.at(-1)).toEqual({ type: "status", status: "live" })
  transport?.close()
  vi.stubGlobal("SharedWorker", undefined)
  open()
  expect(PretendEventSource.all).toHaveLength(2)
})

test("A stream of its own is opened anew when the tab is online again, from where it was", () => {
  vi.stubGlobal("SharedWorker", undefined)
  const opened = open()
  PretendEventSource.newest.opens()
  PretendEventSource.newest.says("change", { seq: 12, type: "superseded" })
  opened.wake()
  expect(PretendEventSource.newest.url).toBe("/api/v1/stream?after=12")
})
