// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test } from "vitest"
import { focusSoon } from "./focus-soon"

const row = document.createElement("button")
const other = document.createElement("button")
const field = document.createElement("textarea")

const nextFrame = (): Promise<unknown> => new Promise(requestAnimationFrame)

beforeEach(() => document.body.replaceChildren(row, other, field))
afterEach(() => document.body.replaceChildren())

test("What is asked for has the focus in the next frame, also when it moved on to another row", async () => {
  focusSoon(() => other)
  row.focus()
  await nextFrame()
  expect(document.activeElement).toBe(other)
})

test("Who began to write meanwhile keeps the focus", async () => {
  focusSoon(() => row)
  field.focus()
  await nextFrame()
  expect(document.activeElement).toBe(field)
})

test("Who leaves a field by asking for a row is there in the next frame", async () => {
  field.focus()
  focusSoon(() => row)
  await nextFrame()
  expect(document.activeElement).toBe(row)
})

test("Who opened a dialog meanwhile keeps the focus there, and what is in the dialog can ask for it", async () => {
  const dialog = document.createElement("dialog")
  const inside = document.createElement("button")
  dialog.append(inside)
  document.body.append(dialog)
  focusSoon(() => row)
  dialog.show()
  other.focus()
  await nextFrame()
  expect(document.activeElement).toBe(other)
  focusSoon(() => inside)
  await nextFrame()
  expect(document.activeElement).toBe(inside)
})
