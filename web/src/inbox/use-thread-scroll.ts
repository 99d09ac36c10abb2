import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react"

const NEAR_END = 48
const NEAR_START = 400

/** Where somebody was in each conversation, for when they come back: the row at the top edge, or the end. */
const places = new Map<string, Anchor | "end">()

type Anchor = { key: string; offset: number }

type Given = {
  conversationId: string
  /** The keys of what is drawn, oldest first; they are the `data-key` of the elements. */
  keys: readonly string[]
  /** The key to begin at, if it is not the place somebody left. */
  startKey: string | null
  hasOlder: boolean
  loadOlder: () => Promise<void>
  /** Earlier messages come in one after the other, oldest first. */
  isFilling: boolean
}

/**
 * A timeline that stays where it is. At its end it follows; anywhere else, whatever is added, loaded or resized above or
 * below, the row at the top edge keeps its place.
 */
export function useThreadScroll({ conversationId, keys, startKey, hasOlder, loadOlder, isFilling }: Given) {
  const scroller = useRef<HTMLDivElement>(null)
  const anchor = useRef<Anchor | "end">(places.get(conversationId) ?? "end")
  const isPlaced = useRef(false)
  /** Where we scrolled to ourselves: that is nobody's wish to look at something else. */
  const ownTop = useRef<number | null>(null)
  /** Where it was when we last looked. Elsewhere, somebody has scrolled, and the browser has yet to tell. */
  const knownTop = useRef(0)
  const areFilling = useRef(isFilling)
  areFilling.current = isFilling
  const isLoading = useRef(false)
  const [hasFailed, setFailed] = useState(false)
  const [isAtEnd, setAtEnd] = useState(anchor.current === "end" && startKey === null)

  const remember = useCallback(() => {
    const element = scroller.current
    if (element === null || !isPlaced.current) return
    knownTop.current = element.scrollTop
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END
    // The next ones go between the first of them, which may be the top row by now, and the row that is looked at.
    const isOwn = areFilling.current && Math.abs(element.scrollTop - (ownTop.current ?? -1)) < 1
    const kept = isOwn && anchor.current !== "end" ? findRow(element, anchor.current.key) : null
    anchor.current = atEnd ? "end" : kept === null ? topRow(element) : anchorAt(element, kept)
    places.set(conversationId, anchor.current)
    setAtEnd(atEnd)
  }, [conversationId])

  const restore = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    if (Math.abs(element.scrollTop - knownTop.current) >= 1) remember()
    if (anchor.current === "end") element.scrollTop = element.scrollHeight
    else {
      const row = findRow(element, anchor.current.key)
      if (row !== null) element.scrollTop = row.offsetTop - anchor.current.offset
    }
    ownTop.current = element.scrollTop
    knownTop.current = element.scrollTop
  }, [remember])

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null || keys.length === 0) return
    const start = !isPlaced.current && startKey !== null ? findRow(element, startKey) : null
    if (start !== null) {
      element.scrollTop = start.offsetTop - element.clientHeight / 4
      isPlaced.current = true
      remember()
      return
    }
    isPlaced.current = true
    restore()
  }, [keys, startKey, remember, restore])

  const wantOlder = useCallback(() => {
    const element = scroller.current
    if (element === null || !hasOlder || isLoading.current || element.scrollTop > NEAR_START) return
    isLoading.current = true
    loadOlder()
      .then(
        () => setFailed(false),
        () => setFailed(true),
      )
      .finally(() => {
        isLoading.current = false
      })
  }, [hasOlder, loadOlder])

  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const onScroll = (): void => {
      remember()
      wantOlder()
    }
    const observer = new ResizeObserver(restore)
    observer.observe(element)
    if (element.firstElementChild) observer.observe(element.firstElementChild)
    element.addEventListener("scroll", onScroll, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener("scroll", onScroll)
    }
  }, [remember, restore, wantOlder])

  // A page that is shorter than the screen leaves nothing to scroll.
  useEffect(() => {
    if (keys.length > 0) wantOlder()
  }, [keys, wantOlder])

  const toEnd = useCallback(() => {
    knownTop.current = scroller.current?.scrollTop ?? 0 // wherever somebody was on the way to
    anchor.current = "end"
    restore()
    remember()
  }, [remember, restore])

  /** Brings a row to the middle and lets it light up, as soon as it is drawn. */
  const reveal = useCallback(
    (key: string, frames = 20): void => {
      const element = scroller.current
      const row = element && findRow(element, key)
      if (row) {
        knownTop.current = element.scrollTop
        anchor.current = { key, offset: Math.max(0, (element.clientHeight - row.offsetHeight) / 2) }
        restore()
        remember()
        row.classList.remove("animate-flash")
        void row.offsetWidth // starts the animation anew
        row.classList.add("animate-flash")
      } else if (frames > 0) requestAnimationFrame(() => reveal(key, frames - 1))
    },
    [remember, restore],
  )

  return { scroller, isAtEnd, toEnd, reveal, older: { hasFailed, retry: wantOlder } }
}

/**
 * The first row that is still in view, and how far its top is below the upper edge. Never the line of a day: it moves up to
 * older messages of that day as soon as they are there. Nor the line above what is new: it moves down to what is newer.
 */
function topRow(element: HTMLElement): Anchor {
  const rows = element.firstElementChild?.children ?? []
  for (const row of rows) {
    if (!(row instanceof HTMLElement) || row.dataset.key === undefined) continue
    if (row.dataset.key.startsWith("day-") || row.dataset.key === "unread") continue
    if (row.offsetTop + row.offsetHeight > element.scrollTop) return anchorAt(element, row)
  }
  return { key: "", offset: 0 }
}

function anchorAt(element: HTMLElement, row: HTMLElement): Anchor {
  return { key: row.dataset.key ?? "", offset: row.offsetTop - element.scrollTop }
}

function findRow(element: HTMLElement, key: string): HTMLElement | null {
  return element.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
}
