import { useSyncExternalStore } from "react"
import { Icon } from "./icon"

type Toast = { id: number; text: string; isError: boolean; action: { label: string; run: () => void } | null }

const SHOWN_MS = 6_000
const MOST = 3

let toasts: Toast[] = []
let nextId = 1
const listeners = new Set<() => void>()

/** Says in a few words what happened, with at most one thing to do about it. */
export function showToast(text: string, more: { isError?: boolean; action?: Toast["action"] } = {}): void {
  const toast = { id: nextId++, text, isError: more.isError ?? false, action: more.action ?? null }
  set([...toasts, toast].slice(-MOST))
  setTimeout(() => dismiss(toast.id), SHOWN_MS)
}

function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id))
}

function set(next: Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toaster() {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div
      role="status"
      aria-label="Notices"
      className="pointer-events-none fixed inset-x-3 top-16 z-50 flex flex-col items-center gap-2 pane:inset-x-auto pane:top-auto pane:bottom-4 pane:left-[4.5rem] pane:w-[17.25rem] pane:items-start drawer:w-[19.75rem]"
    >
      {shown.map((toast) => (
        <div
          key={toast.id}
          className="pointer-events-auto flex max-w-md animate-appear items-center gap-3 rounded-xl bg-raised py-2 pr-2 pl-3.5 text-sm shadow-pop"
        >
          {toast.isError && (
            <span className="text-red">
              <Icon name="alert" size={16} />
            </span>
          )}
          <span className="min-w-0 py-1">{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              onClick={() => {
                toast.action?.run()
                dismiss(toast.id)
              }}
              className="tap rounded-lg px-2.5 py-1 font-medium text-accent-text hover:bg-hover"
            >
              {toast.action.label}
            </button>
          )}
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => dismiss(toast.id)}
            className="tap inline-flex size-7 items-center justify-center rounded-lg text-ink-3 hover:bg-hover"
          >
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  )
}
