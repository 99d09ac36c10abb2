// @vitest-environment happy-dom
import { MutationObserver, QueryClient } from "@tanstack/react-query"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { DEFAULT_FILTERS } from "../lib/filters"
import { makeConversation } from "../testing/make"
import { makeComment } from "../testing/make-comments"
import { applyChange } from "./apply-change"
import { moderateIn, workIn } from "./comment-actions"
import { beginComments, type CommentEntry } from "./comment-entry"
import { updateIn } from "./conversations"
import { type ListEntry, listFromPage } from "./list-entry"
import type { Comment, Conversation } from "./model"

const OPEN = ["conversations", DEFAULT_FILTERS]
const COMMENTS = ["comments", { view: "all", account: null, post: null }]
const REOPEN = { patch: { status: "open" }, guess: { status: "open" } } as const
const DONE = { patch: { status: "closed" }, guess: { status: "closed" } } as const
const LABEL = { patch: { labels: ["vip"] }, guess: { labels: ["vip"] } }

let cache: QueryClient
/** What was sent and is not answered yet. */
let sent: { body: unknown; answer: (answer: Response) => void }[]

beforeEach(() => {
  cache = new QueryClient()
  sent = []
  vi.stubGlobal("fetch", async (request: Request) => {
    const body = await request.json()
    return new Promise<Response>((answer) => sent.push({ body, answer }))
  })
})

afterEach(() => vi.unstubAllGlobals())

const soon = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 5))
const refusal = (): Response => Response.json({ code: "conflict", detail: "No." }, { status: 409 })

async function answer(response: Response): Promise<void> {
  sent.shift()?.answer(response)
  await soon()
}

function listed(conversation: Conversation): Conversation {
  const scope = { filters: DEFAULT_FILTERS, viewerId: "" }
  cache.setQueryData(OPEN, listFromPage({ items: [conversation], next: null, seq: 1 }, scope))
  return conversation
}

/** What comes of it is seen on the screen. */
function ask(conversation: Conversation, what: typeof REOPEN | typeof DONE | typeof LABEL): void {
  const update = { conversation, patch: { ...what.patch }, guess: { ...what.guess } }
  new MutationObserver(cache, updateIn(cache)).mutate(update).catch(() => {})
}

const rows = (): Conversation[] | undefined => cache.getQueryData<ListEntry>(OPEN)?.items

test("What is asked of a conversation goes out in its order, and no answer takes back what was asked since", async () => {
  const conversation = listed(makeConversation())
  ask(conversation, REOPEN)
  ask(conversation, DONE)
  await soon()
  expect(sent.map(({ body }) => body)).toEqual([{ status: "open" }])

  const reopened = { ...conversation, unread_count: 7, version: 2 }
  applyChange(cache, { seq: 2, type: "conversation_updated", conversation: reopened })
  expect(rows()).toEqual([])
  await answer(Response.json(reopened))
  expect(rows()).toEqual([])
  expect(sent.map(({ body }) => body)).toEqual([{ status: "closed" }])

  await answer(refusal())
  expect(rows()).toMatchObject([{ status: "open", unread_count: 7 }])
})

test("A refusal takes back its own guess alone, and what waits behind it goes out all the same", async () => {
  const conversation = listed(makeConversation())
  ask(conversation, LABEL)
  ask(conversation, DONE)
  await soon()
  await answer(refusal())
  expect(rows()).toEqual([])
  await answer(refusal())
  expect(rows()).toMatchObject([{ status: "open", labels: [] }])

  ask(conversation, LABEL)
  await soon()
  await answer(Response.json({ ...conversation, labels: ["vip"], version: 2 }))
  expect(rows()).toMatchObject([{ status: "open", labels: ["vip"] }])
})

test("What is asked of a comment goes out in its order, and no answer takes back what was asked since", async () => {
  const comment = makeComment()
  const page = { items: [comment], answers: [], posts: [], next: null, seq: 1 }
  cache.setQueryData(COMMENTS, beginComments(page))
  const shown = (): Comment | undefined => cache.getQueryData<CommentEntry>(COMMENTS)?.items[0]
  const work = { comment, patch: { labels: ["vip"] }, guess: { labels: ["vip"] } }
  new MutationObserver(cache, moderateIn(cache)).mutate({ comment, what: "hide" }).catch(() => {})
  new MutationObserver(cache, workIn(cache)).mutate(work).catch(() => {})
  await soon()
  expect(sent.map(({ body }) => body)).toEqual([{ what: "hide" }])
  expect(shown()).toMatchObject({ hidden: true, labels: ["vip"] })

  await answer(Response.json({ ...comment, hidden: true, pending: "hide", version: 2 }))
  expect(shown()).toMatchObject({ hidden: true, labels: ["vip"] })
  expect(sent.map(({ body }) => body)).toEqual([{ labels: ["vip"] }])

  await answer(refusal())
  expect(shown()).toMatchObject({ hidden: true, labels: [] })
})

test("A comment that is gone by the time of the answer does not come back with it", async () => {
  const comment = makeComment()
  const page = { items: [comment], answers: [], posts: [], next: null, seq: 1 }
  cache.setQueryData(COMMENTS, beginComments(page))
  new MutationObserver(cache, moderateIn(cache)).mutate({ comment, what: "hide" }).catch(() => {})
  await soon()
  applyChange(cache, { seq: 2, type: "comment_removed", comment_id: comment.id })
  await answer(refusal())
  expect(cache.getQueryData<CommentEntry>(COMMENTS)?.items).toEqual([])
})
