import { expect, test } from "vitest"
import { sizeInBytes } from "./bytes"

test.each([
  ["", 0],
  ["abc", 3],
  ["é", 2],
  ["€", 3],
  ["😀", 4],
  ["👩‍👩‍👧", 18],
  ["شكرا", 8],
])("A text is counted in UTF-8 bytes: %s", (text, bytes) => expect(sizeInBytes(text)).toBe(bytes))
