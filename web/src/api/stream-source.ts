/**
 * The one `EventSource` of a browser, wherever it lives: in the shared worker, or in a tab where there is none. It comes
 * back by itself, also after errors that `EventSource` gives up on, and notices a connection that never opens, one that is
 * dead although it looks open, and that the machine slept.
 */
import type { Change } from "./model"

export type StreamEvent =
  | { type: "change"; change: Change }
  /** Nothing is missing up to here. */
  | { type: "head"; seq: number }
  | { type: "resync" }
  /** The server ended the stream: the session may be over, or the role another one. It is tried again all the same. */
  | { type: "ended" }
  | { type: "status"; status: StreamStatus }

export type StreamStatus = "live" | "connecting" | "down"

export type StreamSource = { close: () => void; readonly seq: number }

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
const OPENS_WITHIN_MS = 10_000
/** A heartbeat comes every 15 seconds. */
const SILENT_MS = 40_000
const TICK_MS = 10_000
const SLEPT_MS = 40_000

export function openStreamSource(after: number, tell: (event: StreamEvent) => void): StreamSource {
  let seq = after
  let source: EventSource | null = null
  let pause = FIRST_PAUSE_MS
  let isLive = false
  /** The last connection opened and then said nothing, as behind a proxy that holds back: opening proves nothing now. */
  let isMute = false
  let retrying: ReturnType<typeof setTimeout> | undefined
  let watching: ReturnType<typeof setTimeout> | undefined
  let closed = false

  function connect(): void {
    clearTimeout(retrying)
    source?.close()
    isLive = false
    tell({ type: "status", status: "connecting" })
    const next = new EventSource(`/api/v1/stream?after=${seq}`)
    source = next
    within(OPENS_WITHIN_MS, () => retry(next))
    next.addEventListener("open", () => (isMute ? awaitSign(next) : hear(next)))
    next.addEventListener("heartbeat", (event) => {
      hear(next)
      tell({ type: "head", seq: seqOf(event) })
    })
    next.addEventListener("change", (event) => {
      hear(next)
      const change = JSON.parse(event.data) as Change // the shape is the server's promise in docs/api.md
      seq = Math.max(seq, change.seq)
      tell({ type: "change", change })
    })
    next.addEventListener("resync", (event) => {
      hear(next)
      seq = seqOf(event) // back as well, where the server knows no such number
      tell({ type: "resync" })
    })
    next.addEventListener("ended", (event) => {
      retry(next)
      const { reason } = JSON.parse(event.data) as { reason: string }
      if (reason !== "restart") tell({ type: "ended" })
    })
    next.addEventListener("error", () => retry(next))
  }

  function hear(from: EventSource): void {
    isMute = false
    awaitSign(from)
    if (isLive) return
    isLive = true
    pause = FIRST_PAUSE_MS
    tell({ type: "status", status: "live" })
  }

  function awaitSign(from: EventSource): void {
    within(SILENT_MS, () => {
      isMute = true
      retry(from)
    })
  }

  function within(ms: number, giveUp: () => void): void {
    clearTimeout(watching)
    watching = setTimeout(giveUp, ms)
  }

  /** Always with the newest `after`, never with the browser's own retry, which would ask from where it began. */
  function retry(failed: EventSource): void {
    failed.close()
    if (closed || failed !== source) return
    clearTimeout(watching)
    tell({ type: "status", status: "down" })
    clearTimeout(retrying)
    retrying = setTimeout(connect, pause)
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  }

  let ticked = Date.now()
  const ticker = setInterval(() => {
    const now = Date.now()
    if (now - ticked > SLEPT_MS) connect()
    ticked = now
  }, TICK_MS)

  function close(): void {
    closed = true
    clearInterval(ticker)
    clearTimeout(retrying)
    clearTimeout(watching)
    source?.close()
  }

  connect()
  return {
    close,
    get seq() {
      return seq
    },
  }
}

function seqOf(event: MessageEvent): number {
  return (JSON.parse(event.data) as { seq: number }).seq
}
