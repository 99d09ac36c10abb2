import { type FocusEvent, useLayoutEffect, useRef } from "react"

/** What is decided about leaves the list: the focus goes to what takes its place, at last to the heading, never to the page. */
export function useListFocus() {
  const ref = useRef<HTMLElement>(null)
  const at = useRef<number | null>(null)
  useLayoutEffect(() => {
    const { activeElement, body } = document
    if (at.current === null || ref.current === null || activeElement !== body) return
    const items = [...ref.current.querySelectorAll<HTMLElement>("article")]
    const heir = items[Math.min(at.current, items.length - 1)] ?? ref.current.querySelector("h1")
    heir?.focus()
  })
  return {
    ref,
    onFocus: ({ target }: FocusEvent<HTMLElement>) => {
      const item = target.closest("article")
      const items = [...(ref.current?.querySelectorAll("article") ?? [])]
      at.current = item === null ? 0 : items.indexOf(item)
    },
    // A button that works is disabled for a moment, which is no leaving.
    onBlur: ({ target }: FocusEvent<HTMLElement>) => {
      if (!target.matches(":disabled")) at.current = null
    },
  }
}
