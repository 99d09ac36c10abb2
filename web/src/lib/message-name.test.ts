import { expect, test } from "vitest"
import { makeMessage } from "../testing/make"
import { selectIsChecked } from "./message-name"

test("A person decides about an answer in doubt only when nobody looks for it any more", () => {
  const inDoubt = (code: string) =>
    selectIsChecked(makeMessage({ status: "in_doubt", error: { code, message: "No answer." } }))
  expect(inDoubt("checking")).toBe(false)
  expect(inDoubt("in_doubt")).toBe(true)
  expect(selectIsChecked(makeMessage({ status: "in_doubt", error: null }))).toBe(true)
  expect(selectIsChecked(makeMessage({ status: "failed" }))).toBe(false)
})
