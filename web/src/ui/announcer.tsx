import { useSyncExternalStore } from "react"

const PAUSE_MS = 3_000

let spoken = ""
let waiting: string[] = []
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()

/** Says something politely to a screen reader; many things at once become a count. */
export function announce(text: string): void {
  waiting.push(text)
  if (timer === undefined) timer = setTimeout(speak, 150)
}

function speak(): void {
  if (waiting.length === 0) {
    timer = undefined
    return
  }
  spoken = waiting.length === 1 ? (waiting[0] ?? "") : `${waiting.length} new messages`
  waiting = []
  for (const listener of listeners) listener()
  timer = setTimeout(speak, PAUSE_MS)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Announcer() {
  const text = useSyncExternalStore(subscribe, () => spoken)
  return (
    <div role="status" aria-label="Announcements" className="sr-only">
      {text}
    </div>
  )
}
