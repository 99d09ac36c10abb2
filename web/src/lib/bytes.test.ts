import { expect, test } from "vitest"
import { describeParts, sizeInBytes } from "./bytes"

test.each([
  ["", 0],
  ["abc", 3],
  ["é", 2],
  ["€", 3],
  ["😀", 4],
  ["👩‍👩‍👧", 18],
  ["شكرا", 8],
])("A text is counted in UTF-8 bytes: %s", (text, bytes) => expect(sizeInBytes(text)).toBe(bytes))

test("What a long text becomes is said, and when it is too much", () => {
  expect([0, 1, 3, 20, 21].map((parts) => describeParts(parts, 20))).toEqual([
    null,
    null,
    "Will be sent as 3 messages",
    "Will be sent as 20 messages",
    "Too long: it would be 21 messages, and at most 20 go together.",
  ])
})
