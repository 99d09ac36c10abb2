/** An `EventSource` that says what a test lets it say, and nothing else. */
import { vi } from "vitest"

export class PretendEventSource extends EventTarget {
  static all: PretendEventSource[] = []

  /** The one that was opened last. */
  static get newest(): PretendEventSource {
    return PretendEventSource.all.at(-1) as PretendEventSource
  }

  /** Takes the place of the browser's own. */
  static install(): void {
    PretendEventSource.all = []
    vi.stubGlobal("EventSource", PretendEventSource)
  }

  readonly url: string
  isClosed = false

  constructor(url: string) {
    super()
    this.url = url
    PretendEventSource.all.push(this)
  }

  close(): void {
    this.isClosed = true
  }

  opens(): void {
    this.dispatchEvent(new Event("open"))
  }

  breaks(): void {
    this.dispatchEvent(new Event("error"))
  }

  says(event: "change" | "heartbeat" | "resync" | "ended", data: object): void {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }))
  }
}
