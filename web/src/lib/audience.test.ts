import { describe, expect, test } from "vitest"
import { makeComment, makePost } from "../testing/make-comments"
import { describeAudience, refusalOf } from "./audience"

const NOW = Date.parse("2026-11-02T12:00:00Z")
const COMMENT = makeComment({ created_at: "2026-11-02T09:00:00Z" })
const POST = makePost()

describe("who reads it", () => {
  test("is said in words that cannot be taken for each other", () => {
    expect(describeAudience("public", COMMENT)).toContain("everybody who sees the post")
    expect(describeAudience("private", COMMENT)).toContain("only they can read it")
  })

  test("both may be written to a fresh comment", () => {
    expect(refusalOf("public", COMMENT, POST, NOW)).toBeNull()
    expect(refusalOf("private", COMMENT, POST, NOW)).toBeNull()
    expect(refusalOf("public", COMMENT, undefined, NOW)).toBeNull()
  })

  test.each([
    ["a deleted comment", { deleted_at: "2026-11-02T10:00:00Z" }, {}, true, true],
    ["a hidden comment", { hidden: true }, {}, true, false],
    ["a live comment", { kind: "live_comment" as const }, { product_type: "LIVE" }, true, false],
    [
      "a live comment afterwards",
      { kind: "live_comment" as const },
      { product_type: "LIVE", ended_at: "2026-11-02T11:00:00Z" },
      true,
      true,
    ],
    ["a post without comments", {}, { comments_enabled: false }, true, false],
    ["a mention", { kind: "mention" as const }, { is_own: false }, false, true],
    ["an old comment", { created_at: "2026-10-26T12:00:30Z" }, {}, false, true],
    ["an answered comment", { private_conversation_id: "c" }, {}, false, true],
    ["an author without an id", { author: { ig_id: null, username: "ada" } }, {}, false, true],
  ])("%s", (_what, comment, post, noPublic, noPrivate) => {
    const said = { ...COMMENT, ...comment }
    const under = { ...POST, ...post }
    expect(refusalOf("public", said, under, NOW) !== null).toBe(noPublic)
    expect(refusalOf("private", said, under, NOW) !== null).toBe(noPrivate)
  })
})
