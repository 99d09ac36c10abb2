// @vitest-environment happy-dom
import { act, createElement } from "react"
import { createRoot } from "react-dom/client"
import { afterEach, expect, test, vi } from "vitest"
import { setSingleKeys } from "./single-keys"
import { useShortcuts } from "./use-shortcuts"

const pressed = vi.fn()

const note = (event: KeyboardEvent): void => pressed(event.key)

function Page(): null {
  useShortcuts({ e: note, "?": note, Escape: note })
  return null
}

afterEach(() => {
  setSingleKeys(true)
  vi.unstubAllGlobals()
})

test("Keys that type a character can be switched off; Escape stays", async () => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true)
  vi.stubGlobal("ToggleEvent", Event)
  const root = createRoot(document.createElement("div"))
  await act(async () => root.render(createElement(Page)))
  const press = (key: string): void => void document.dispatchEvent(new KeyboardEvent("keydown", { key }))
  for (const isOn of [true, false]) {
    setSingleKeys(isOn)
    for (const key of ["e", "?", "Escape"]) press(key)
  }
  expect(pressed.mock.calls.flat()).toEqual(["e", "?", "Escape", "Escape"])
  await act(async () => root.unmount())
})
