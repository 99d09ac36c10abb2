// @vitest-environment happy-dom
import { act, createElement, type ReactNode } from "react"
import { createRoot } from "react-dom/client"
import { beforeEach, expect, test, vi } from "vitest"
import { later } from "./later"

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true)
  vi.stubGlobal("ToggleEvent", Event)
})

const Greeting = ({ name }: { name: string }): ReactNode => `Hello ${name}`

async function shown(element: ReactNode): Promise<{ text: () => string; end: () => Promise<void> }> {
  const into = document.createElement("div")
  const root = createRoot(into)
  await act(async () => root.render(element))
  return { text: () => into.textContent ?? "", end: () => act(async () => root.unmount()) }
}

test("A part stands there as soon as its file does, and without a gap from then on; the file is fetched once", async () => {
  let arrive: (component: typeof Greeting) => void = () => undefined
  const load = vi.fn(
    () =>
      new Promise<typeof Greeting>((resolve) => {
        arrive = resolve
      }),
  )
  const Later = later(load, "a gap")
  const first = await shown(createElement(Later, { name: "Dana" }))
  expect(first.text()).toBe("a gap")
  await act(async () => arrive(Greeting))
  expect(first.text()).toBe("Hello Dana")
  const second = await shown(createElement(Later, { name: "Ada" }))
  expect(second.text()).toBe("Hello Ada")
  expect(load).toHaveBeenCalledTimes(1)
  await first.end()
  await second.end()
})

test("Of a part that cannot be fetched it says so, and offers to reload", async () => {
  const Later = later<{ name: string }>(() => Promise.reject(new TypeError("404")))
  const part = await shown(createElement(Later, { name: "Dana" }))
  expect(part.text()).toContain("could not be fetched")
  expect(part.text()).toContain("Reload")
  await part.end()
})
