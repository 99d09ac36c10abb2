import { type RefObject, useEffect, useRef, useState } from "react"

/** At the very top new rows may come in as soon as the pointer has rested this long: nobody is about to press then. */
const REST_MS = 1_500

/**
 * Whether the order of a list must stand still: while the pointer or the focus is inside it and it is scrolled, and at its
 * top while the pointer moves.
 */
export function useHold(scroller: RefObject<HTMLElement | null>) {
  const [isInside, setInside] = useState(false)
  const [hasFocus, setFocus] = useState(false)
  const [isScrolled, setScrolled] = useState(false)
  const [isMoving, setMoving] = useState(false)
  const [isReleased, setReleased] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  useEffect(() => {
    const element = scroller.current
    const update = (): void => setScrolled((element?.scrollTop ?? 0) > 8)
    element?.addEventListener("scroll", update, { passive: true })
    return () => element?.removeEventListener("scroll", update)
  }, [scroller])

  useEffect(() => {
    if (isReleased) setReleased(false) // for one drawing only: the order as it is now is then held again
  }, [isReleased])

  function moved(event: React.PointerEvent): void {
    if (event.pointerType !== "mouse") return
    setMoving(true)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setMoving(false), REST_MS)
  }

  return {
    isHeld: !isReleased && ((isScrolled && (isInside || hasFocus)) || (isInside && isMoving)),
    release: () => setReleased(true),
    listeners: {
      onPointerEnter: (event: React.PointerEvent) => setInside(event.pointerType === "mouse"),
      onPointerLeave: () => setInside(false),
      onPointerMove: moved,
      onFocus: () => setFocus(true),
      onBlur: () => setFocus(false),
    },
  }
}
