/** How a tab hears the stream: through the shared worker, or by a stream of its own where there is none. */
import { openStreamSource, type StreamEvent } from "./stream-source"
import type { FromTab } from "./stream-worker"
import workerUrl from "./stream-worker.ts?worker&url"

export type Transport = { wake: () => void; close: () => void }

export function openTransport(
  sessionKey: string,
  after: number,
  tell: (event: StreamEvent) => void,
): Transport {
  return typeof SharedWorker === "undefined" ? openOwn(after, tell) : openShared(sessionKey, after, tell)
}

function openShared(sessionKey: string, after: number, tell: (event: StreamEvent) => void): Transport {
  const worker = new SharedWorker(workerUrl, {
    type: "module",
    name: `confab-${sessionKey}`,
  })
  const say = (message: FromTab): void => worker.port.postMessage(message)
  let own: Transport | null = null
  worker.addEventListener("error", () => {
    own ??= openOwn(after, tell) // the worker could not be loaded
  })
  worker.port.onmessage = (event: MessageEvent<StreamEvent>) => tell(event.data)
  say({ type: "open", after })
  return {
    wake: () => (own === null ? say({ type: "wake" }) : own.wake()),
    close() {
      say({ type: "bye" })
      worker.port.close()
      own?.close()
    },
  }
}

function openOwn(after: number, tell: (event: StreamEvent) => void): Transport {
  let source = openStreamSource(after, tell)
  return {
    wake() {
      source.close()
      source = openStreamSource(source.seq, tell)
    },
    close: () => source.close(),
  }
}
