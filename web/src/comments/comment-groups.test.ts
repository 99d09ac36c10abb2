import { describe, expect, test } from "vitest"
import { appendComments, applyToComments, beginComments, type CommentEntry } from "../api/comment-entry"
import type { Comment } from "../api/model"
import { makeComment, makePost } from "../testing/make-comments"
import { heirOf, type Row, rowsOf } from "./comment-groups"

const POSTS = ["bread", "cake", "tea"].map((id) => makePost({ id, caption: id }))
const SCOPE = { filters: { view: "all", account: null, post: null }, viewerId: "agent-1" } as const

function said(post: string, minute: number): Comment {
  const at = String(minute).padStart(2, "0")
  return makeComment({ id: `${post}-${at}`, post_id: post, created_at: `2026-11-02T09:${at}:00Z` })
}

function page(next: string | null, ...items: Comment[]): CommentEntry {
  return beginComments({ items, answers: [], posts: POSTS, next, seq: 1 })
}

function words(rows: Row[]): string[] {
  return rows.map(({ comment, post }) => comment?.id ?? `# ${post?.caption}`)
}

describe("comments of all posts", () => {
  const first = page("below", said("bread", 50), said("cake", 49), said("bread", 48), said("cake", 47))

  test("stand together under their post, the newest talk first", () => {
    expect(words(rowsOf(first))).toEqual(["# bread", "bread-50", "bread-48", "# cake", "cake-49", "cake-47"])
  })

  test("the page below moves nothing above it", () => {
    const before = rowsOf(first)
    const longer = rowsOf(
      appendComments(first, page(null, said("cake", 40), said("tea", 39), said("cake", 38))),
    )
    expect(longer.slice(0, before.length).map(({ key }) => key)).toEqual(before.map(({ key }) => key))
    expect(words(longer.slice(before.length))).toEqual(["# cake", "cake-40", "cake-38", "# tea", "tea-39"])
  })

  test("what comes stands on top, and moves nothing below it", () => {
    const keys = rowsOf(first).map(({ key }) => key)
    let entry = first
    for (const comment of [said("cake", 51), said("cake", 52), said("tea", 53)]) {
      entry = applyToComments(entry, { seq: 2, type: "comment_updated", comment }, SCOPE)
    }
    const rows = rowsOf(entry)
    expect(words(rows.slice(0, 5))).toEqual(["# tea", "tea-53", "# cake", "cake-52", "cake-51"])
    expect(rows.slice(5).map(({ key }) => key)).toEqual(keys)
  })

  test("a post whose newest comment leaves stays where it is, and comes back to where it was", () => {
    const gone = (entry: CommentEntry, comment_id: string): CommentEntry =>
      applyToComments(entry, { seq: 2, type: "comment_removed", comment_id }, SCOPE)
    const left = gone(first, "bread-50")
    expect(words(rowsOf(left))).toEqual(["# bread", "bread-48", "# cake", "cake-49", "cake-47"])
    const comment = said("bread", 48)
    const back = applyToComments(gone(left, "bread-48"), { seq: 3, type: "comment_updated", comment }, SCOPE)
    expect(rowsOf(back)).toEqual(rowsOf(left))
  })

  test("no two rows have one key, and a head whose comments are gone is gone", () => {
    let entry = applyToComments(first, { seq: 2, type: "comment_updated", comment: said("bread", 51) }, SCOPE)
    entry = appendComments(entry, page(null, said("bread", 40)))
    const keys = rowsOf(entry).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    for (const id of ["cake-49", "cake-47"]) {
      entry = applyToComments(entry, { seq: 3, type: "comment_removed", comment_id: id }, SCOPE)
    }
    expect(words(rowsOf(entry))).not.toContain("# cake")
  })

  test("a list that was empty fills from the top", () => {
    const entry = applyToComments(
      page(null),
      { seq: 2, type: "comment_updated", comment: said("tea", 1) },
      SCOPE,
    )
    expect(words(rowsOf(entry))).toEqual(["# tea", "tea-01"])
  })

  test("when one is gone it is the next one's turn, wherever that stands now, and at the end the one before", () => {
    const before = rowsOf(first)
    const heir = (id: string): string | undefined => {
      const left = applyToComments(first, { seq: 2, type: "comment_removed", comment_id: id }, SCOPE)
      return heirOf(before, id, rowsOf(left))?.id
    }
    expect(heir("bread-50")).toBe("bread-48")
    expect(heir("bread-48")).toBe("cake-49")
    expect(heir("cake-47")).toBe("cake-49")
    expect(heirOf(before, "bread-50", [])).toBeUndefined()
  })
})
