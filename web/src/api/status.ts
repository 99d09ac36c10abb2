/** How the live connection fares: a tiny store, because it is no state of the server. */
import { useSyncExternalStore } from "react"

export type LiveStatus = "live" | "connecting" | "down" | "offline"

let current: LiveStatus = "connecting"
const listeners = new Set<() => void>()

export function setLiveStatus(status: LiveStatus): void {
  if (status === current) return
  current = status
  for (const listener of listeners) listener()
}

export function liveStatus(): LiveStatus {
  return current
}

export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(onLiveStatus, liveStatus)
}

export function onLiveStatus(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
