/**
 * The shared worker: one stream for all tabs of a sign-in. A tab that opens late gets the last events again; where those
 * do not reach back far enough, its feed sees the hole and fetches it.
 */
import { openStreamSource, type StreamEvent, type StreamSource } from "./stream-source"

export type FromTab = { type: "open"; after: number } | { type: "wake" } | { type: "bye" }

const RING = 500

const ports = new Set<MessagePort>()
let source: StreamSource | null = null
let status: StreamEvent = { type: "status", status: "connecting" }
let ring: Extract<StreamEvent, { type: "change" }>[] = []

function tell(event: StreamEvent): void {
  if (event.type === "status") status = event
  if (event.type === "change") ring = [...ring.slice(1 - RING), event]
  if (event.type === "resync") ring = []
  for (const port of ports) port.postMessage(event)
}

function open(port: MessagePort, after: number): void {
  ports.add(port)
  if (source === null) {
    source = openStreamSource(after, tell)
    return
  }
  port.postMessage(status)
  for (const event of ring) if (event.change.seq > after) port.postMessage(event)
  port.postMessage({ type: "head", seq: source.seq } satisfies StreamEvent)
}

function leave(port: MessagePort): void {
  ports.delete(port)
  if (ports.size > 0) return
  source?.close()
  source = null
  ring = []
}

/** A tab is online again: it hears how things stand, and what is not live tries anew. */
function wake(port: MessagePort): void {
  if (source === null) return
  if (status.type === "status" && status.status === "live") {
    port.postMessage(status)
    return
  }
  const after = source.seq
  source.close()
  source = openStreamSource(after, tell)
}

function receive(port: MessagePort, message: FromTab): void {
  if (message.type === "open") open(port, message.after)
  else if (message.type === "wake") wake(port)
  else leave(port)
}

self.addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0]
  if (port === undefined) return
  port.onmessage = (sent: MessageEvent<FromTab>) => receive(port, sent.data)
})
