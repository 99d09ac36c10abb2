import { expect, test } from "vitest"
import { sizeInBytes, speakLength } from "./bytes"

test.each([
  ["", 0],
  ["abc", 3],
  ["é", 2],
  ["€", 3],
  ["😀", 4],
  ["👩‍👩‍👧", 18],
  ["شكرا", 8],
])("A text is counted in UTF-8 bytes: %s", (text, bytes) => expect(sizeInBytes(text)).toBe(bytes))

test("The length is spoken at its thresholds, and not again in between", () => {
  const heard = Array.from({ length: 1101 }, (_, bytes) => speakLength(bytes))
  const changes = heard.filter((words, bytes) => words !== heard[bytes - 1])
  expect(changes).toEqual([
    "",
    "At most 200 bytes left.",
    "At most 100 bytes left.",
    "At most 20 bytes left.",
    "Too long. Instagram takes 1000 bytes in one message.",
  ])
  expect(heard.indexOf("At most 200 bytes left.")).toBe(800)
})
