/**
 * One list of comments as the cache holds it: the loaded part of what a filter selects, newest first, with what we wrote under
 * them and what they stand under. Pure functions: an entry goes in, an entry comes out, and the same one when nothing changed.
 */
import type { CommentFilters } from "../lib/comment-filters"
import { timeKey } from "../lib/time"
import type { Change, Comment, CommentThread, Post } from "./model"

export type CommentEntry = {
  items: Comment[]
  answers: Comment[]
  posts: Post[]
  /** The cursor of the page below the loaded part; null when all is loaded. */
  next: string | null
  seq: number
  /** The loaded pages, the newest first; what lies before the first one came since. */
  parts: Part[]
}

/** A loaded page: where it began, and its posts in the order of their newest comments, as it was when it came. */
export type Part = { place: string; posts: (string | null)[] }

/** The first page of a list. */
export function beginComments(page: Omit<CommentEntry, "parts">): CommentEntry {
  const posts = [...new Set(page.items.map(({ post_id }) => post_id))]
  return { ...page, parts: page.items.slice(0, 1).map((first) => ({ place: placeOf(first), posts })) }
}

/** A person as the author of comments: Meta's id of them, which is known per account. */
export type Person = { account: string; ig_id: string }

/** What one list selects: a filter; all that a person said, of which the newest are listed; or what stands with what it has. */
export type CommentScope =
  | { filters: CommentFilters; viewerId: string }
  | { person: Person }
  | { thread: true }

/** How many of a person's comments are listed. */
const OF_A_PERSON = 20

/** One comment with what it answers and what stands under that. */
export function threadOf({ comment, post, parent, replies, seq }: CommentThread): CommentEntry {
  const all = merge(parent === null ? [comment] : [parent, comment], replies)
  const isAnswer = (one: Comment): boolean =>
    one.is_own && one.parent_ig_id !== null && all.some((above) => isUnder(one, above))
  return {
    items: all.filter((one) => !isAnswer(one)).sort(newestFirst),
    answers: all.filter(isAnswer).sort(oldestFirst),
    posts: post === null ? [] : [post],
    next: null,
    seq,
    parts: [],
  }
}

/** The entry with the page below it. What is already there keeps the newer of its versions. */
export function appendComments(entry: CommentEntry, page: CommentEntry): CommentEntry {
  return {
    items: merge(entry.items, page.items).sort(newestFirst),
    answers: merge(entry.answers, page.answers).sort(oldestFirst),
    posts: merge(entry.posts, page.posts),
    next: page.next,
    seq: Math.min(entry.seq, page.seq),
    parts: [...entry.parts, ...page.parts],
  }
}

export function applyToComments(entry: CommentEntry, change: Change, scope: CommentScope): CommentEntry {
  switch (change.type) {
    case "comment_updated":
      return withComment(entry, change.comment, scope)
    case "comment_removed":
      return without(entry, change.comment_id)
    case "post_updated":
      return withPost(entry, change.post, scope)
    case "agent_updated":
      return renamed(entry, change.agent)
    default:
      return entry
  }
}

/** Whether a filter selects a comment, as the server would. */
export function selects(scope: CommentScope, comment: Comment): boolean {
  if ("person" in scope)
    return comment.account.id === scope.person.account && comment.author.ig_id === scope.person.ig_id
  if ("thread" in scope) return false
  const { filters, viewerId } = scope
  if (comment.is_archived || (comment.is_own && comment.parent_ig_id !== null)) return false
  if (filters.account !== null && comment.account.id !== filters.account) return false
  if (filters.post !== null && comment.post_id !== filters.post) return false
  const isOpen = comment.done_at === null && comment.deleted_at === null && !comment.is_own
  switch (filters.view) {
    case "open":
      return isOpen
    case "mine":
      return isOpen && comment.assignee?.id === viewerId
    case "unassigned":
      return isOpen && comment.assignee === null
    case "done":
      return comment.done_at !== null
    case "hidden":
      return comment.hidden && comment.deleted_at === null
    case "mentions":
      return comment.kind === "mention"
    default:
      return true
  }
}

/** What stands under a comment is found by Meta's id, of a mention in a caption by that of the post. */
export function answersOf(entry: CommentEntry, comment: Comment): Comment[] {
  return entry.answers.filter((one) => isUnder(one, comment))
}

function isUnder(answer: Comment, comment: Comment): boolean {
  return comment.ig_id !== null && answer.parent_ig_id === comment.ig_id
}

function withComment(entry: CommentEntry, comment: Comment, scope: CommentScope): CommentEntry {
  if (comment.is_own && comment.parent_ig_id !== null) return withAnswer(entry, comment)
  const known = entry.items.find((one) => one.id === comment.id)
  if (known !== undefined && known.version >= comment.version) return entry
  const belongs =
    "thread" in scope ? isOfThread(entry, comment) : selects(scope, comment) && isLoaded(entry, comment)
  if (known === undefined && !belongs) return entry
  const items = entry.items.filter((one) => one !== known)
  if (belongs) items.splice(positionOf(items, comment), 0, comment)
  return { ...entry, items: "person" in scope ? items.slice(0, OF_A_PERSON) : items }
}

function isOfThread({ items }: CommentEntry, comment: Comment): boolean {
  return items.some((one) => one.id === comment.id || isUnder(comment, one))
}

function positionOf(items: readonly Comment[], comment: Comment): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = items[middle]
    if (other !== undefined && newestFirst(other, comment) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** An answer that the server knows takes the place of the one that was shown under its key. */
function withAnswer(entry: CommentEntry, answer: Comment): CommentEntry {
  const known = entry.answers.find((one) => isSame(one, answer))
  if (known !== undefined && known.version >= answer.version && known.id === answer.id) return entry
  if (known === undefined && !entry.items.some((one) => isUnder(answer, one))) return entry
  const others = entry.answers.filter((one) => one !== known)
  return { ...entry, answers: [...others, answer].sort(oldestFirst) }
}

function isSame(a: Comment, b: Comment): boolean {
  return a.id === b.id || (a.client_key !== null && a.client_key === b.client_key)
}

function without(entry: CommentEntry, id: string): CommentEntry {
  const items = entry.items.filter((one) => one.id !== id)
  const answers = entry.answers.filter((one) => one.id !== id)
  const isSameEntry = items.length === entry.items.length && answers.length === entry.answers.length
  return isSameEntry ? entry : { ...entry, items, answers }
}

function withPost(entry: CommentEntry, post: Post, scope: CommentScope): CommentEntry {
  const known = entry.posts.find((one) => one.id === post.id)
  if (known !== undefined && known.version >= post.version) return entry
  const isWanted =
    "filters" in scope && (scope.filters.account === null || scope.filters.account === post.account.id)
  if (known === undefined && !isWanted) return entry
  return { ...entry, posts: [...entry.posts.filter((one) => one !== known), post] }
}

function renamed(entry: CommentEntry, agent: { id: string; name: string }): CommentEntry {
  const isTheirs = (one: Comment) => one.assignee?.id === agent.id && one.assignee.name !== agent.name
  if (!entry.items.some(isTheirs)) return entry
  const items = entry.items.map((one) =>
    isTheirs(one) ? { ...one, assignee: { id: agent.id, name: agent.name } } : one,
  )
  return { ...entry, items }
}

/** What lies below the loaded part comes with its page. */
function isLoaded(entry: CommentEntry, comment: Comment): boolean {
  const last = entry.items.at(-1)
  return entry.next === null || last === undefined || newestFirst(comment, last) < 0
}

function merge<T extends { id: string; version: number }>(known: T[], more: T[]): T[] {
  const byId = new Map(known.map((one) => [one.id, one]))
  for (const one of more) {
    const before = byId.get(one.id)
    if (before === undefined || before.version < one.version) byId.set(one.id, one)
  }
  return [...byId.values()]
}

/** Where a comment stands in the order of time, to compare with another's. */
export function placeOf(comment: Comment): string {
  return `${timeKey(comment.created_at)} ${comment.id}`
}

function newestFirst(a: Comment, b: Comment): number {
  const [placeA, placeB] = [placeOf(a), placeOf(b)]
  return placeA > placeB ? -1 : placeA < placeB ? 1 : 0
}

function oldestFirst(a: Comment, b: Comment): number {
  return -newestFirst(a, b)
}
