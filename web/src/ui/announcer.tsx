import { useSyncExternalStore } from "react"

const GATHER_MS = 150
const SHOWN_MS = 3_000

let spoken = ""
let waiting: { messages: string[]; others: string[] } = { messages: [], others: [] }
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()

/** Says something politely to a screen reader, in full. */
export function announce(text: string): void {
  waiting.others.push(text)
  timer ??= setTimeout(speak, GATHER_MS)
}

/** Says that a message came in; many at once become a count. */
export function announceMessage(text: string): void {
  waiting.messages.push(text)
  timer ??= setTimeout(speak, GATHER_MS)
}

/** Says nothing of what was to be said, and leaves nothing to be read. */
export function silence(): void {
  clearTimeout(timer)
  timer = undefined
  waiting = { messages: [], others: [] }
  show("")
}

function speak(): void {
  const { messages, others } = waiting
  waiting = { messages: [], others: [] }
  show([...others, ...(messages.length > 1 ? [`${messages.length} new messages`] : messages)].join(". "))
  timer = setTimeout(pause, SHOWN_MS)
}

/** In between there is nothing, so that nothing stays to be found later, and the same text is heard twice. */
function pause(): void {
  show("")
  const isMore = waiting.messages.length + waiting.others.length > 0
  timer = isMore ? setTimeout(speak, GATHER_MS) : undefined
}

function show(text: string): void {
  spoken = text
  for (const listener of listeners) listener()
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
