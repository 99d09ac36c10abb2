import { describe, expect, test } from "vitest"
import type { SavedReply } from "../api/model"
import { findSlash, insert, matching } from "./slash"

const saved = (shortcut: string, title: string): SavedReply => ({
  id: shortcut,
  scope: "workspace",
  shortcut,
  title,
  text: "",
  created_at: "",
  updated_at: "",
  version: 1,
})

describe("a word after a slash", () => {
  test.each([
    ["/", 1, ""],
    ["/ho", 3, "ho"],
    ["Hello /ho", 9, "ho"],
    ["Hello\n/ho and more", 9, "ho"],
    ["1/2", 3, null],
    ["and/or", 6, null],
    ["/ho me", 6, null],
    ["https://", 8, null],
  ])("%j at %i", (text, caret, query) => expect(findSlash(text, caret)?.query ?? null).toBe(query))

  test("means what begins so, then what holds it", () => {
    const all = [saved("bye", "Thank them"), saved("hours", "When we open"), saved("thanks", "Thank them")]
    expect(matching(all, "th").map((one) => one.shortcut)).toEqual(["thanks", "bye"])
    expect(matching(all, "")).toHaveLength(3)
    expect(matching(all, "OPEN").map((one) => one.shortcut)).toEqual(["hours"])
  })

  test("is replaced, and the rest stays", () => {
    const slash = findSlash("Hi /ho, see you", 6)
    expect(slash && insert("Hi /ho, see you", slash, "we open at 9")).toEqual({
      text: "Hi we open at 9, see you",
      caret: 15,
    })
  })
})
