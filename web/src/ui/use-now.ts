import { useSyncExternalStore } from "react"

/** One clock for all that depends on the time of day: it ticks with the minute, and when the page is seen again. */
const MINUTE = 60_000

let now = Date.now()
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()

function tick(): void {
  clearTimeout(timer)
  now = Date.now()
  timer = setTimeout(tick, MINUTE - (now % MINUTE) + 20)
  for (const listener of listeners) listener()
}

function onVisible(): void {
  if (document.visibilityState === "visible") tick()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (listeners.size === 1) {
    now = Date.now()
    timer = setTimeout(tick, MINUTE - (Date.now() % MINUTE) + 20)
    document.addEventListener("visibilitychange", onVisible)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearTimeout(timer)
    document.removeEventListener("visibilitychange", onVisible)
  }
}

/** The present, to the minute. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}
