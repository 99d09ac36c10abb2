/** What the stream says lands here, and nowhere else: one pure function for each kind of cache entry. */
import type { QueryClient, QueryKey } from "@tanstack/react-query"
import type { CommentFilters } from "../lib/comment-filters"
import type { Filters } from "../lib/filters"
import { lastKeyOf } from "../lib/parts"
import { timeKey } from "../lib/time"
import { applyToOutbox, applyToScheduled, applyToTroubled, type Tracked } from "./apply-outbox"
import { refreshCounts } from "./comment-counts"
import { applyToComments, type CommentEntry, type Person } from "./comment-entry"
import { underGuesses } from "./guesses"
import { applyToList, type ListEntry, withAccount } from "./list-entry"
import type {
  Account,
  Activity,
  Agent,
  Change,
  Checkup,
  Conversation,
  LibraryItem,
  Me,
  Note,
  Outbox,
  PendingSend,
  Run,
  Scheduled,
  Troubled,
} from "./model"
import { applyToThread, type ThreadEntry } from "./thread-entry"

export type Listed<T> = { items: T[]; seq: number }

/** Brings every entry of the cache up to what the server said. Applying a change twice does nothing. */
export function applyChanges(cache: QueryClient, changes: readonly Change[]): void {
  showChanges(cache, changes.map(underGuesses))
}

export function applyChange(cache: QueryClient, change: Change): void {
  applyChanges(cache, [change])
}

/** Shows changes as they are, as a guess of our own. */
export function showChanges(cache: QueryClient, changes: readonly Change[]): void {
  const viewerId = cache.getQueryData<Me>(["me"])?.agent.id ?? ""
  for (const { queryKey, state } of cache.getQueryCache().getAll()) {
    if (state.data === undefined) continue
    const after = changes.reduce(
      (data: unknown, change) => applyToEntry(queryKey, data, change, viewerId),
      state.data,
    )
    if (after !== state.data) cache.setQueryData(queryKey, after)
  }
  refreshCounts(cache, changes)
}

/** What one entry becomes. The first word of its key says which kind it is. */
export function applyToEntry(key: QueryKey, data: unknown, change: Change, viewerId: string): unknown {
  const [kind, of] = key
  switch (kind) {
    case "conversations":
      return applyToList(data as ListEntry, change, { filters: of as Filters, viewerId })
    case "conversation":
      return applyToConversation(data as Conversation, change)
    case "messages":
      return applyToThread(data as ThreadEntry, change, of as string)
    case "notes":
      return applyToNotes(data as Listed<Note>, change, of as string)
    case "activities":
      return applyToActivities(data as Listed<Activity>, change, of as string)
    case "pending":
      return applyToPending(data as PendingSend[], change, of as string)
    case "comments":
      return applyToComments(data as CommentEntry, change, { filters: of as CommentFilters, viewerId })
    case "comment":
      return applyToComments(data as CommentEntry, change, { thread: true })
    case "persons-comments":
      return applyToComments(data as CommentEntry, change, { person: key[2] as Person })
    case "accounts":
      return applyToAccounts(data as Listed<Account>, change)
    case "outbox":
      return applyToOutbox(data as Outbox, change)
    case "scheduled":
      return applyToScheduled(data as Tracked<Scheduled>, change)
    case "troubled":
      return applyToTroubled(data as Tracked<Troubled>, change)
    case "doctor":
      return applyToStanding(data as { checkup: Checkup | null; seq: number }, change)
    case "runs":
      return applyToRuns(data as Listed<Run>, change, of as string)
    case "library":
      return applyToLibrary(data as Listed<LibraryItem>, change, of as string)
    case "agents":
      return applyToAgents(data as Listed<Agent>, change)
    case "labels":
      return applyToLabels(data as Listed<{ name: string }>, change)
    case "me":
      return applyToMe(data as Me, change)
    default:
      return data
  }
}

export function applyToConversation(conversation: Conversation, change: Change): Conversation {
  if (change.type === "agent_updated" && conversation.assignee?.id === change.agent.id) {
    return { ...conversation, assignee: { id: change.agent.id, name: change.agent.name } }
  }
  if (change.type === "account_updated") return withAccount(conversation, change.account)
  if (change.type !== "conversation_updated" || change.conversation.id !== conversation.id)
    return conversation
  return change.conversation.version > conversation.version ? change.conversation : conversation
}

export function applyToNotes(notes: Listed<Note>, change: Change, conversationId: string): Listed<Note> {
  if (change.type === "note_removed" && change.conversation_id === conversationId)
    return { ...notes, items: notes.items.filter((note) => note.id !== change.note_id) }
  if (change.type !== "note_added" || change.conversation_id !== conversationId) return notes
  if (notes.items.some((note) => note.id === change.note.id)) return notes
  const items = [...notes.items, change.note].sort((a, b) => (noteKey(a) < noteKey(b) ? -1 : 1))
  return { ...notes, items }
}

export function applyToActivities(
  activities: Listed<Activity>,
  change: Change,
  conversationId: string,
): Listed<Activity> {
  if (change.type !== "activity_added" || change.conversation_id !== conversationId) return activities
  if (activities.items.some((activity) => activity.id === change.activity.id)) return activities
  const items = [...activities.items, change.activity].sort((a, b) =>
    activityKey(a) < activityKey(b) ? -1 : 1,
  )
  return { ...activities, items }
}

/** A send is no longer pending as soon as a message with its key is there, whoever tells it first. */
export function applyToPending(
  pending: PendingSend[],
  change: Change,
  conversationId: string,
): PendingSend[] {
  if (change.type !== "message_added" && change.type !== "message_updated") return pending
  if (change.conversation_id !== conversationId || change.message.client_key === null) return pending
  const left = pending.filter((one) => lastKeyOf(one) !== change.message.client_key)
  return left.length === pending.length ? pending : left
}

export function applyToAccounts(accounts: Listed<Account>, change: Change): Listed<Account> {
  if (change.type !== "account_updated") return accounts
  const known = accounts.items.find((account) => account.id === change.account.id)
  if (known === undefined) return { ...accounts, items: [...accounts.items, change.account] }
  if (known.version >= change.account.version) return accounts
  return { ...accounts, items: accounts.items.map((one) => (one === known ? change.account : one)) }
}

export function applyToStanding<T extends { checkup: Checkup | null }>(standing: T, change: Change): T {
  if (change.type !== "checkup_updated") return standing
  const known = standing.checkup?.version ?? 0
  return change.checkup.version > known ? { ...standing, checkup: change.checkup } : standing
}

/** How many imports of an account are listed. */
export const RUNS_LISTED = 5

/** Imports, newest first, as the server lists them: ids of runs sort by the time they were asked for. */
export function applyToRuns(runs: Listed<Run>, change: Change, accountId: string): Listed<Run> {
  if (change.type !== "run_updated" || change.run.account_id !== accountId) return runs
  const { run } = change
  if (run.what !== "messages") return runs
  const known = runs.items.find((one) => one.id === run.id)
  if (known === undefined) {
    const items = [...runs.items, run].sort((a, b) => (a.id > b.id ? -1 : 1))
    return { ...runs, items: items.slice(0, RUNS_LISTED) }
  }
  if (known.version >= run.version) return runs
  return { ...runs, items: runs.items.map((one) => (one === known ? run : one)) }
}

/** What a customer shared in a conversation, the newest share first. */
export function applyToLibrary(
  library: Listed<LibraryItem>,
  change: Change,
  conversationId: string,
): Listed<LibraryItem> {
  if (change.type === "library_item_removed" && change.conversation_id === conversationId) {
    const left = library.items.filter((item) => item.id !== change.item_id)
    return left.length === library.items.length ? library : { ...library, items: left }
  }
  if (change.type !== "library_item_updated" || change.conversation_id !== conversationId) return library
  const known = library.items.find((item) => item.id === change.item.id)
  if (known !== undefined && known.version >= change.item.version) return library
  const others = library.items.filter((item) => item !== known)
  const items = [...others, change.item].sort((a, b) => (itemKey(a) > itemKey(b) ? -1 : 1))
  return { ...library, items }
}

export function applyToAgents(agents: Listed<Agent>, change: Change): Listed<Agent> {
  if (change.type !== "agent_updated") return agents
  const others = agents.items.filter((agent) => agent.id !== change.agent.id)
  const items = change.removed
    ? others
    : [...others, change.agent].sort((a, b) => a.name.localeCompare(b.name))
  return { ...agents, items }
}

function labelledBy(change: Change): { labels: string[] } | null {
  if (change.type === "conversation_updated") return change.conversation
  return change.type === "comment_updated" ? change.comment : null
}

/** A label that is new on a conversation or a comment becomes one to choose. */
export function applyToLabels(labels: Listed<{ name: string }>, change: Change): Listed<{ name: string }> {
  const labelled = labelledBy(change)
  if (labelled === null) return labels
  const known = new Set(labels.items.map((label) => label.name))
  const added = labelled.labels.filter((name) => !known.has(name))
  if (added.length === 0) return labels
  const items = [...labels.items, ...added.map((name) => ({ name }))].sort((a, b) =>
    a.name.localeCompare(b.name),
  )
  return { ...labels, items }
}

export function applyToMe(me: Me, change: Change): Me {
  return change.type === "agent_updated" && change.agent.id === me.agent.id
    ? { ...me, agent: change.agent }
    : me
}

function noteKey(note: Note): string {
  return `${timeKey(note.created_at)} ${note.id}`
}

function itemKey(item: LibraryItem): string {
  return `${timeKey(item.last_sent_at)} ${item.id}`
}

function activityKey(activity: Activity): string {
  return `${timeKey(activity.happened_at)} ${activity.id}`
}
