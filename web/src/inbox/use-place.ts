import { type RefObject, useLayoutEffect, useMemo, useRef } from "react"
import type { Conversation } from "../api/model"

type Place = { index: number; isGone: boolean }

/** Where the active row is. When it leaves the list its place stays, for the row that moves up into it. */
export function usePlace(rows: readonly Conversation[], activeId: string | null): Place {
  const last = useRef(0)
  const found = useMemo(() => rows.findIndex((row) => row.id === activeId), [rows, activeId])
  const index = found >= 0 ? found : Math.min(last.current, Math.max(0, rows.length - 1))
  useLayoutEffect(() => {
    last.current = index
  }, [index])
  return { index, isGone: activeId !== null && found < 0 }
}

/** Where the row that has the focus leaves, the row in its place gets it: a keyboard does not begin at the top again. */
export function useKeptFocus(
  list: RefObject<HTMLElement | null>,
  { isGone }: Place,
  focus: () => void,
): void {
  // Asked while drawing, because what leaves is still in the page then.
  const focused = document.activeElement
  const hadFocus = focused !== list.current && list.current?.contains(focused)
  useLayoutEffect(() => {
    if (isGone && hadFocus) focus()
  })
}
