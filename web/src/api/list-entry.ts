/**
 * One list of conversations as the cache holds it: the loaded part of what a filter selects, in the server's order.
 * Pure functions: an entry goes in, an entry comes out, and the same one when nothing changed.
 */
import type { Filters } from "../lib/filters"
import { timeKey } from "../lib/time"
import type { Account, Change, Conversation } from "./model"

const DAY = 24 * 3_600_000

/** Where a page ended: its cursor, and the sort key of its last row. */
type Mark = { cursor: string; at: string; id: string }

export type ListEntry = {
  items: Conversation[]
  marks: Mark[]
  /** The cursor of the page below the loaded part; null when all is loaded. */
  next: string | null
  seq: number
}

export type ListScope = { filters: Filters; viewerId: string }
type Page = { items: Conversation[]; next: string | null; seq: number }

export function listFromPage(page: Page, scope: ListScope): ListEntry {
  return appendPage({ items: [], marks: [], next: null, seq: page.seq }, page, scope)
}

/** The entry with the page below it. A row that is already there keeps the newer of its versions. */
export function appendPage(entry: ListEntry, page: Page, scope: ListScope): ListEntry {
  const byId = new Map(entry.items.map((item) => [item.id, item]))
  for (const item of page.items) {
    const known = byId.get(item.id)
    if (known === undefined || known.version < item.version) byId.set(item.id, item)
  }
  const items = [...byId.values()].sort((a, b) => compare(a, b, scope.filters))
  const last = page.items.at(-1)
  const mark = page.next !== null &&
    last !== undefined && { cursor: page.next, ...sortKey(last, scope.filters) }
  return {
    items,
    marks: mark ? [...entry.marks, mark] : entry.marks,
    next: page.next,
    seq: Math.min(entry.seq, page.seq),
  }
}

/** Only the first `pages` pages: what is worth keeping in the browser. */
export function trimList(entry: ListEntry, pages: number, scope: ListScope): ListEntry {
  const mark = entry.marks[pages - 1]
  if (mark === undefined) return entry
  const items = entry.items.filter((item) => !isBelow(sortKey(item, scope.filters), mark, scope.filters))
  return { ...entry, items, marks: entry.marks.slice(0, pages), next: mark.cursor }
}

export function applyToList(entry: ListEntry, change: Change, scope: ListScope): ListEntry {
  switch (change.type) {
    case "conversation_updated":
      return withConversation(entry, change.conversation, scope)
    case "agent_updated":
      return mapItems(entry, (item) =>
        item.assignee?.id === change.agent.id && item.assignee.name !== change.agent.name
          ? { ...item, assignee: { id: change.agent.id, name: change.agent.name } }
          : item,
      )
    case "account_updated":
      return mapItems(entry, (item) => withAccount(item, change.account))
    case "account_erased":
      return withoutAccount(entry, change.account_id)
    default:
      return entry
  }
}

/** Everything of the account is gone: what was loaded of it, and what may be below is fetched as it is then. */
function withoutAccount(entry: ListEntry, accountId: string): ListEntry {
  const items = entry.items.filter((item) => item.account.id !== accountId)
  return items.length === entry.items.length ? entry : { ...entry, items }
}

/** What a conversation shows of its account follows the account: no change of its own tells it. Rule F5. */
export function withAccount(conversation: Conversation, account: Account): Conversation {
  if (conversation.account.id !== account.id) return conversation
  const { username } = account
  const human_agent_until = account.human_agent ? weekAfter(conversation.window_opened_at) : null
  const isSame =
    conversation.account.username === username && conversation.human_agent_until === human_agent_until
  return isSame
    ? conversation
    : { ...conversation, account: { ...conversation.account, username }, human_agent_until }
}

/** To the microsecond, as the server writes it. */
function weekAfter(iso: string | null): string | null {
  return iso && new Date(Date.parse(iso) + 7 * DAY).toISOString().slice(0, 19) + iso.slice(19)
}

/**
 * The entry after a conversation became what it is now: inserted, moved, replaced or taken out. An older version than the
 * one that is there changes nothing, unless `force` says that this is our own guess, or its undoing.
 */
export function withConversation(
  entry: ListEntry,
  conversation: Conversation,
  scope: ListScope,
  force = false,
): ListEntry {
  const index = entry.items.findIndex((item) => item.id === conversation.id)
  const known = entry.items[index]
  if (known !== undefined && known.version >= conversation.version && !force) return entry
  const belongs = matches(conversation, scope) && isLoaded(entry, conversation, scope.filters)
  if (known === undefined && !belongs) return entry
  const items = entry.items.slice()
  if (known !== undefined) items.splice(index, 1)
  if (belongs) items.splice(positionOf(items, conversation, scope.filters), 0, conversation)
  return { ...entry, items }
}

/** Whether a filter selects a conversation, as the server would. */
export function matches(conversation: Conversation, { filters, viewerId }: ListScope): boolean {
  return (
    inView(conversation, filters.view, viewerId) &&
    (filters.status === "any" || conversation.status === filters.status) &&
    (filters.account === null || conversation.account.id === filters.account) &&
    (filters.label === null || conversation.labels.includes(filters.label)) &&
    sortMoment(conversation, filters) !== null
  )
}

function inView(conversation: Conversation, view: Filters["view"], viewerId: string): boolean {
  switch (view) {
    case "unread":
      return conversation.unread_count > 0
    case "mine":
      return conversation.assignee?.id === viewerId
    case "unassigned":
      return conversation.assignee === null
    default:
      return true
  }
}

function isLoaded(entry: ListEntry, conversation: Conversation, filters: Filters): boolean {
  // Labels are looked for page by page: a page may end further down than its last row says.
  if (filters.label !== null) return true
  const end = entry.marks.at(-1)
  return entry.next === null || end === undefined || !isBelow(sortKey(conversation, filters), end, filters)
}

type Key = { at: string; id: string }

function sortKey(conversation: Conversation, filters: Filters): Key {
  return { at: timeKey(sortMoment(conversation, filters)), id: conversation.id }
}

/** What the server sorts by: a conversation without it is not in the list. */
function sortMoment(conversation: Conversation, filters: Filters): string | null {
  return filters.sort === "ending" ? conversation.window_opened_at : conversation.last_message_at
}

/** Newest first, or soonest to end first; rows of the same moment by id, in the same direction. */
function isBelow(a: Key, b: Key, filters: Filters): boolean {
  const later = a.at === b.at ? a.id > b.id : a.at > b.at
  const same = a.at === b.at && a.id === b.id
  return !same && (filters.sort === "ending" ? later : !later)
}

function compare(a: Conversation, b: Conversation, filters: Filters): number {
  if (a.id === b.id) return 0
  return isBelow(sortKey(a, filters), sortKey(b, filters), filters) ? 1 : -1
}

function positionOf(items: readonly Conversation[], conversation: Conversation, filters: Filters): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = items[middle]
    if (other !== undefined && compare(other, conversation, filters) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function mapItems(entry: ListEntry, change: (item: Conversation) => Conversation): ListEntry {
  const items = entry.items.map(change)
  return items.some((item, index) => item !== entry.items[index]) ? { ...entry, items } : entry
}
