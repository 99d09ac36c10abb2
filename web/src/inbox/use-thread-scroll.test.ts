// @vitest-environment happy-dom

import { act, createElement } from "react"
import { createRoot } from "react-dom/client"
import { expect, test } from "vitest"
import { useThreadScroll } from "./use-thread-scroll"

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const HEIGHT = 100
const ROW = 50

/** A log of rows that are 50 high in a window of 100, as a browser would lay it out. */
function Log({ keys, conversationId }: { keys: readonly string[]; conversationId: string }) {
  const loadOlder = async () => {}
  const given = { conversationId, keys, startKey: null, hasOlder: false, loadOlder, isFilling: false }
  const { scroller } = useThreadScroll(given)
  const laid = (element: HTMLElement | null): void => {
    ;(scroller as { current: unknown }).current = element
    if (element === null) return
    const total = (): number => element.querySelectorAll("[data-key]").length * ROW
    Object.defineProperty(element, "clientHeight", { configurable: true, get: () => HEIGHT })
    Object.defineProperty(element, "scrollHeight", { configurable: true, get: total })
    element.querySelectorAll("[data-key]").forEach((row, nth) => {
      Object.defineProperty(row, "offsetTop", { configurable: true, get: () => nth * ROW })
      Object.defineProperty(row, "offsetHeight", { configurable: true, get: () => ROW })
    })
  }
  const rows = keys.map((key) => createElement("p", { key, "data-key": key }))
  return createElement("div", { ref: laid }, createElement("div", null, rows))
}

test("Whoever scrolls while something is added stays where they scrolled to", () => {
  const box = document.createElement("div")
  const root = createRoot(box)
  const draw = (...keys: string[]): void =>
    act(() => root.render(createElement(Log, { keys, conversationId: "c" })))
  draw("a", "b", "c", "d", "e", "f")
  const log = box.firstElementChild as HTMLElement
  expect(log.scrollTop).toBeGreaterThanOrEqual(4 * ROW) // at the end, which it follows
  log.scrollTop = ROW // the browser tells with its next frame; the rows come before that
  draw("a", "b", "c", "d", "e", "f", "g")
  expect(log.scrollTop).toBe(ROW)
  act(() => root.unmount())
})
