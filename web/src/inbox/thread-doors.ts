import { useMemo } from "react"

/** A place in the thread that a key can press: at once, or as soon as the thread is drawn. */
export type Door<T extends HTMLElement> = {
  ref: (element: T | null) => void
  whenReady: () => void
}

export type ThreadDoors = {
  reply: Door<HTMLButtonElement>
  note: Door<HTMLButtonElement>
  snooze: Door<HTMLButtonElement>
  assign: Door<HTMLButtonElement>
  label: Door<HTMLButtonElement>
}

export function useThreadDoors(): ThreadDoors {
  return useMemo(() => ({ reply: door(), note: door(), snooze: door(), assign: door(), label: door() }), [])
}

const WAIT_MS = 800

function door(): Door<HTMLButtonElement> {
  let element: HTMLButtonElement | null = null
  let wantedUntil = 0
  const press = (): void => {
    wantedUntil = 0
    element?.click()
  }
  return {
    ref(next) {
      element = next
      if (next !== null && wantedUntil > Date.now()) queueMicrotask(press)
    },
    whenReady() {
      if (element !== null) press()
      else wantedUntil = Date.now() + WAIT_MS
    },
  }
}
