/** Asks for what is new for as long as the stream brings nothing: at once when it breaks, then every minute. */
import type { StreamStatus } from "./stream-source"

const POLL_MS = 60_000

export type Polling = { follow: (status: StreamStatus) => void; stop: () => void }

export function createPolling(catchUp: () => void): Polling {
  let timer: ReturnType<typeof setInterval> | undefined
  let isBroken = false

  function stop(): void {
    clearInterval(timer)
    timer = undefined
    isBroken = false
  }

  return {
    follow(status) {
      if (status === "live") return stop()
      timer ??= setInterval(catchUp, POLL_MS)
      if (status === "down" && !isBroken) {
        isBroken = true
        catchUp()
      }
    },
    stop,
  }
}
