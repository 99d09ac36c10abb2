import { describe, expect, test } from "vitest"
import { ACCOUNT } from "../testing/make"
import { makeComment, makePost } from "../testing/make-comments"
import {
  answersOf,
  appendComments,
  applyToComments,
  beginComments,
  type CommentEntry,
  type CommentScope,
  threadOf,
} from "./comment-entry"
import type { Change, Comment } from "./model"

const SCOPE: CommentScope = { filters: { view: "open", account: null, post: null }, viewerId: "agent-1" }

function entryOf(...items: Comment[]): CommentEntry {
  return beginComments({ items, answers: [], posts: [], next: null, seq: 1 })
}

function updated(comment: Comment): Change {
  return { seq: 2, type: "comment_updated", comment }
}

describe("a list of comments", () => {
  test("takes what is new in its place, and nothing twice", () => {
    const older = makeComment({ id: "a", created_at: "2026-11-02T09:00:00Z" })
    const newer = makeComment({ id: "b", created_at: "2026-11-02T10:00:00Z" })
    const once = applyToComments(entryOf(older), updated(newer), SCOPE)
    expect(once.items.map(({ id }) => id)).toEqual(["b", "a"])
    expect(applyToComments(once, updated(newer), SCOPE)).toBe(once)
    expect(applyToComments(once, updated({ ...newer, text: "old", version: 0 }), SCOPE)).toBe(once)
  })

  test("lets go of what its view does not select any more, and takes it back", () => {
    const comment = makeComment({ id: "a" })
    const done = { ...comment, done_at: "2026-11-02T10:00:00Z", version: 2 }
    const after = applyToComments(entryOf(comment), updated(done), SCOPE)
    expect(after.items).toEqual([])
    expect(applyToComments(after, updated({ ...comment, version: 3 }), SCOPE).items).toHaveLength(1)
  })

  test.each([
    ["mine", { assignee: { id: "agent-1", name: "Dana" } }, { assignee: { id: "agent-2", name: "Eli" } }],
    ["unassigned", {}, { assignee: { id: "agent-2", name: "Eli" } }],
    ["done", { done_at: "2026-11-02T10:00:00Z" }, {}],
    ["hidden", { hidden: true }, {}],
    ["mentions", { kind: "mention" as const }, {}],
    ["all", {}, { is_archived: true }],
  ] as const)("knows what the view %s selects", (view, inside, outside) => {
    const scope = { ...SCOPE, filters: { ...SCOPE.filters, view } }
    expect(applyToComments(entryOf(), updated(makeComment(inside)), scope).items).toHaveLength(1)
    expect(applyToComments(entryOf(), updated(makeComment(outside)), scope).items).toEqual([])
  })

  test("leaves what lies below the loaded part to its page", () => {
    const loaded = {
      ...entryOf(makeComment({ id: "b", created_at: "2026-11-02T10:00:00Z" })),
      next: "cursor",
    }
    const below = makeComment({ id: "a", created_at: "2026-11-02T09:00:00Z" })
    expect(applyToComments(loaded, updated(below), SCOPE)).toBe(loaded)
    const page = { ...entryOf(below), posts: [makePost()] }
    const whole = appendComments(loaded, page)
    expect([whole.items.length, whole.posts.length, whole.next]).toEqual([2, 1, null])
  })

  test("puts an answer of ours where the guess under its key stood, and takes it out when it is removed", () => {
    const comment = makeComment({ id: "a", ig_id: "1" })
    const guess = makeComment({
      id: "key",
      client_key: "key",
      is_own: true,
      ig_id: null,
      parent_ig_id: "1",
      version: 0,
    })
    const made = { ...guess, id: "real", version: 1 }
    const shown = applyToComments(entryOf(comment), updated(guess), SCOPE)
    expect(answersOf(shown, comment)).toHaveLength(1)
    const landed = applyToComments(shown, updated(made), SCOPE)
    expect(answersOf(landed, comment).map(({ id }) => id)).toEqual(["real"])
    const gone = applyToComments(landed, { seq: 3, type: "comment_removed", comment_id: "real" }, SCOPE)
    expect(answersOf(gone, comment)).toEqual([])
    expect(landed.items).toHaveLength(1)
  })

  test("has a post's newest state, and a colleague's new name", () => {
    const post = makePost({ version: 1 })
    const entry = { ...entryOf(makeComment({ assignee: { id: "agent-2", name: "Eli" } })), posts: [post] }
    const closed = { ...post, comments_enabled: false, version: 2 }
    const after = applyToComments(entry, { seq: 2, type: "post_updated", post: closed }, SCOPE)
    expect(after.posts).toEqual([closed])
    const agent = { id: "agent-2", name: "Elias", email: "e@example.org", role: "agent" as const }
    const renamed = applyToComments(after, { seq: 3, type: "agent_updated", agent, removed: false }, SCOPE)
    expect(renamed.items[0]?.assignee?.name).toBe("Elias")
  })
})

describe("what a person said under posts", () => {
  const person = { account: ACCOUNT.id, ig_id: "1087654321098765" }

  test("takes all of theirs, archived or done, and nobody else's", () => {
    const theirs = makeComment({ id: "a", is_archived: true, done_at: "2026-11-02T10:00:00Z" })
    const after = applyToComments(entryOf(), updated(theirs), { person })
    expect(after.items).toEqual([theirs])
    const others = [
      makeComment({ id: "b", author: { ig_id: "1", username: "bo" } }),
      makeComment({ id: "c", account: { ...theirs.account, id: "account-2" } }),
    ]
    for (const comment of others) expect(applyToComments(after, updated(comment), { person })).toBe(after)
    expect(applyToComments(after, { seq: 3, type: "post_updated", post: makePost() }, { person })).toBe(after)
  })

  test("lists the newest twenty", () => {
    const said = (minute: number) =>
      makeComment({ id: `${minute}`, created_at: `2026-11-02T09:${String(minute).padStart(2, "0")}:00Z` })
    let entry = entryOf()
    for (let minute = 0; minute < 25; minute++) {
      entry = applyToComments(entry, updated(said(minute)), { person })
    }
    expect(entry.items.map(({ id }) => Number(id))).toEqual(Array.from({ length: 20 }, (_, n) => 24 - n))
  })
})

describe("one comment with what stands with it", () => {
  const root = makeComment({ id: "root", ig_id: "1" })
  const reply = makeComment({ id: "reply", parent_ig_id: "1", created_at: "2026-11-02T10:00:00Z" })
  const ours = makeComment({ id: "ours", ig_id: "2", is_own: true, parent_ig_id: "1" })
  const thread = { comment: reply, parent: root, post: makePost(), replies: [reply, ours], seq: 1 }

  test("has each once, what we wrote as answers", () => {
    const entry = threadOf(thread)
    expect(entry.items.map(({ id }) => id)).toEqual(["reply", "root"])
    expect(answersOf(entry, root)).toEqual([ours])
    const found = threadOf({ ...thread, comment: ours, parent: null, replies: [] })
    expect(found.items).toEqual([ours])
  })

  test("takes what comes under it, and keeps it whatever becomes of it", () => {
    const later = makeComment({ id: "later", parent_ig_id: "1", created_at: "2026-11-02T11:00:00Z" })
    const elsewhere = makeComment({ id: "elsewhere" })
    let entry = threadOf(thread)
    for (const comment of [later, elsewhere, { ...root, done_at: "2026-11-02T12:00:00Z", version: 2 }]) {
      entry = applyToComments(entry, updated(comment), { thread: true })
    }
    expect(entry.items.map(({ id }) => id)).toEqual(["later", "reply", "root"])
    expect(entry.items.at(-1)?.done_at).not.toBeNull()
  })
})
