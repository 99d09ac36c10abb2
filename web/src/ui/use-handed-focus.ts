import { useLayoutEffect, useRef } from "react"

/**
 * What had the focus goes away when `state` becomes another: the focus goes to its heir, not to the top of the page. The
 * heir needs a `tabIndex`.
 */
export function useHandedFocus<Heir extends HTMLElement>(state: unknown) {
  const heir = useRef<Heir>(null)
  const isHeld = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is about the moment of that change
  useLayoutEffect(() => {
    if (isHeld.current && document.activeElement === document.body)
      heir.current?.focus({ preventScroll: true })
  }, [state])
  return {
    heir,
    holder: {
      onFocus: () => {
        isHeld.current = true
      },
      onBlur: () => {
        isHeld.current = false
      },
    },
  }
}
