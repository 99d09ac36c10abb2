// @vitest-environment happy-dom
import { act, createElement } from "react"
import { createRoot, type Root } from "react-dom/client"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Announcer, announce, announceMessage, silence } from "./announcer"

let root: Root
let heard: string[]
let region: HTMLElement

beforeEach(async () => {
  vi.useFakeTimers()
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true)
  region = document.createElement("div")
  root = createRoot(region)
  await act(async () => root.render(createElement(Announcer)))
  heard = []
})

afterEach(async () => {
  await act(async () => {
    silence()
    root.unmount()
  })
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const text = (): string => region.textContent ?? ""

/** Time passes; a screen reader says what is new in the region. */
async function pass(ms: number): Promise<void> {
  for (let step = 0; step < ms; step += 50) {
    const before = text()
    await act(async () => vi.advanceTimersByTime(50))
    if (text() !== before && text() !== "") heard.push(text())
  }
}

test("What was said is not there to be found later", async () => {
  announceMessage("Ana: my card number is 4000")
  await pass(200)
  expect(text()).toContain("4000")
  await pass(3_000)
  expect(text()).toBe("")
})

test("The same words twice are heard twice", async () => {
  announceMessage("New message from Ana")
  await pass(200)
  announceMessage("New message from Ana")
  await pass(4_000)
  expect(heard).toEqual(["New message from Ana", "New message from Ana"])
})

test("Many messages become a count, and what is no message is said in full beside it", async () => {
  for (const name of ["Ana", "Ben", "Cas"]) announceMessage(`New message from ${name}`)
  announce("An answer to Dot was not sent")
  await pass(200)
  expect(heard).toEqual(["An answer to Dot was not sent. 3 new messages"])
})

test("After signing out nothing is said any more, not even what waits", async () => {
  announceMessage("Ana: a secret")
  await pass(200)
  announceMessage("Ana: another secret")
  await act(async () => silence())
  expect(text()).toBe("")
  await pass(10_000)
  expect(heard).toEqual(["Ana: a secret"])
})
