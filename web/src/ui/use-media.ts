import { useMemo, useSyncExternalStore } from "react"

/** Below: one pane at a time. Above: room for the details. The breakpoints of `styles.css`. */
export const NARROW = "(max-width: 37.49rem)"
export const WIDE = "(min-width: 75rem)"

/** Whether a media query holds, kept up to date. */
export function useMedia(query: string): boolean {
  const list = useMemo(() => window.matchMedia(query), [query])
  return useSyncExternalStore(
    (listener) => {
      list.addEventListener("change", listener)
      return () => list.removeEventListener("change", listener)
    },
    () => list.matches,
  )
}
