import { QueryClient } from "@tanstack/react-query"
import { describe, expect, test } from "vitest"
import { DEFAULT_FILTERS, type Filters, SORTS, STATUSES, VIEWS } from "../lib/filters"
import { ACCOUNT, makeActivity, makeConversation, makeMessage, makeNote, makeRandom } from "../testing/make"
import { PretendServer, THREAD } from "../testing/pretend-server"
import { applyChange, applyToEntry } from "./apply-change"
import { appendPage, applyToList, type ListEntry, listFromPage } from "./list-entry"
import type { Change, Conversation, Message, PendingSend } from "./model"
import { applyToThread, prependPage, type ThreadEntry } from "./thread-entry"

const VIEWER = "agent-1"

function randomFilters(random: ReturnType<typeof makeRandom>): Filters {
  return {
    view: random.of(VIEWS),
    status: random.of(STATUSES),
    sort: random.of(SORTS),
    account: random.of([null, null, "account-1"]),
    label: random.of([null, null, null, "vip"]),
    archived: random.of([false, false, true]),
  }
}

/** The part of the truth that an entry has loaded. */
function loaded(all: Conversation[], entry: ListEntry, filters: Filters): Conversation[] {
  const end = entry.marks.at(-1)
  if (entry.next === null || end === undefined) return all
  const isEnding = filters.sort === "ending"
  const key = (one: Conversation): string =>
    `${((isEnding ? one.window_opened_at : one.last_message_at) ?? "").replace("Z", ".000000")} ${one.id}`
  const edge = `${end.at} ${end.id}`
  const isAbove = (one: Conversation): boolean => (isEnding ? key(one) <= edge : key(one) >= edge)
  // By label nothing is held back: what changed below the loaded part may be there already.
  const isEarly = (one: Conversation): boolean =>
    filters.label !== null && entry.items.some((item) => item.id === one.id)
  return all.filter((one) => isAbove(one) || isEarly(one))
}

function loadedMessages(all: Message[], entry: ThreadEntry): Message[] {
  const oldest = entry.items[0]
  return entry.next === null || oldest === undefined
    ? all
    : all.slice(all.findIndex((one) => one.id === oldest.id))
}

/** What a browser does: holds an entry, hears changes (some twice), and has a page under way while they come. */
function listen<Entry extends { next: string | null }>(
  server: PretendServer,
  random: ReturnType<typeof makeRandom>,
  doors: {
    apply: (entry: Entry, change: Change) => Entry
    read: (cursor: string) => { seq: number }
    add: (entry: Entry, page: never) => Entry
    check: (entry: Entry) => void
  },
  first: Entry & { seq: number },
): void {
  let entry: Entry = first
  let at = first.seq
  for (let round = 0; round < 12; round++) {
    const page = entry.next !== null && random.below(2) === 0 ? doors.read(entry.next) : null
    for (let step = random.below(12); step >= 0; step--) server.step()
    const twice = random.below(6)
    entry = server
      .after(at)
      .flatMap((change, index) => (index === twice ? [change, change] : [change]))
      .reduce(doors.apply, entry)
    at = server.seq
    if (page !== null) entry = server.after(page.seq).reduce(doors.apply, doors.add(entry, page as never))
    doors.check(entry)
  }
}

function grow(server: PretendServer, steps: number): void {
  for (let step = 0; step < steps; step++) server.step()
}

const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed)

describe("a snapshot and the changes after it make a fresh snapshot", () => {
  test.each(seeds(60))("of a list, whatever its filters (seed %i)", (seed) => {
    const random = makeRandom(seed)
    const server = new PretendServer(random)
    grow(server, 150)
    const scope = { filters: randomFilters(random), viewerId: VIEWER }
    const doors = {
      apply: (entry: ListEntry, change: Change) => applyToList(entry, change, scope),
      read: (cursor: string) => server.page(scope, 8, cursor),
      add: (entry: ListEntry, page: ReturnType<PretendServer["page"]>) => appendPage(entry, page, scope),
      check: (entry: ListEntry) =>
        expect(entry.items).toEqual(loaded(server.list(scope), entry, scope.filters)),
    }
    listen<ListEntry>(server, random, doors, listFromPage(server.page(scope, 8, null), scope))
  })

  test.each(seeds(30))("of a thread (seed %i)", (seed) => {
    const random = makeRandom(1000 + seed)
    const server = new PretendServer(random)
    grow(server, 300)
    const doors = {
      apply: (entry: ThreadEntry, change: Change) => applyToThread(entry, change, THREAD),
      read: (before: string) => server.threadPage(10, before),
      add: (entry: ThreadEntry, page: ThreadEntry) => prependPage(entry, page),
      check: (entry: ThreadEntry) => expect(entry.items).toEqual(loadedMessages(server.thread(), entry)),
    }
    listen<ThreadEntry>(server, random, doors, server.threadPage(10, null))
  })
})

describe("a list", () => {
  const scope = { filters: DEFAULT_FILTERS, viewerId: VIEWER }
  const rows = ["09", "08", "07"].map((hour) =>
    makeConversation({ last_message_at: `2026-11-02T${hour}:00:00Z` }),
  )
  const [first, second, third] = rows as [Conversation, Conversation, Conversation]
  const entry = listFromPage({ items: rows, next: null, seq: 1 }, scope)
  const update = (conversation: Conversation): Change => ({
    seq: 2,
    type: "conversation_updated",
    conversation,
  })
  const ids = (after: ListEntry): string[] => after.items.map((item) => item.id)

  test("moves a conversation up when a message comes in", () => {
    const newer = { ...third, last_message_at: "2026-11-02T10:00:00Z", version: 2 }
    expect(ids(applyToList(entry, update(newer), scope))).toEqual([third.id, first.id, second.id])
  })

  test("drops a conversation that its filter selects no more", () => {
    expect(ids(applyToList(entry, update({ ...second, status: "closed", version: 2 }), scope))).toEqual([
      first.id,
      third.id,
    ])
  })

  test("is the very same after a change that is older than what it has", () => {
    expect(applyToList(entry, update({ ...second, status: "closed", version: 1 }), scope)).toBe(entry)
  })

  test("leaves a conversation below its loaded part to the page it comes with", () => {
    const part = listFromPage({ items: rows, next: "cursor", seq: 1 }, scope)
    const old = makeConversation({ last_message_at: "2026-11-01T09:00:00Z" })
    expect(applyToList(part, update(old), scope)).toBe(part)
  })

  test("orders moments by the microsecond, however they are written", () => {
    const half = makeConversation({ last_message_at: "2026-11-02T09:00:00.5Z" })
    expect(ids(applyToList(entry, update(half), scope))[0]).toBe(half.id)
  })
})

describe("a thread", () => {
  test("learns from its conversation what was read here and seen there", () => {
    const [theirs, ours] = [
      makeMessage({ is_unread: true, sent_at: "2026-11-02T09:00:00Z" }),
      makeMessage({ direction: "outbound", status: "sent", sent_at: "2026-11-02T09:01:00Z" }),
    ]
    const marks = { read_up_to: "2026-11-02T09:00:00Z", seen_up_to: "2026-11-02T09:01:00.000Z" }
    const conversation = makeConversation({ id: THREAD, ...marks })
    const entry = { items: [theirs, ours], next: null, seq: 0 }
    const after = applyToThread(entry, { seq: 1, type: "conversation_updated", conversation }, THREAD)
    expect(after.items).toMatchObject([{ is_unread: false }, { status: "seen" }])
    const earlier = makeConversation({ id: THREAD, read_up_to: "2026-11-01T09:00:00Z" })
    expect(
      applyToThread(after, { seq: 2, type: "conversation_updated", conversation: earlier }, THREAD),
    ).toBe(after)
  })
})

describe("the cache", () => {
  const pending: PendingSend = {
    client_key: "key-1",
    conversation_id: THREAD,
    text: "Hello",
    created_at: "2026-11-02T09:00:00Z",
    state: "sending",
    error: null,
  }

  test("shows one message, not two, whether the answer or the stream is first, or both come", () => {
    const cache = new QueryClient()
    cache.setQueryData(["messages", THREAD], { items: [], next: null, seq: 0 })
    cache.setQueryData(["pending", THREAD], [pending])
    const message = makeMessage({
      conversation_id: THREAD,
      client_key: "key-1",
      direction: "outbound",
      status: "queued",
    })
    applyChange(cache, { seq: 1, type: "message_added", conversation_id: THREAD, message })
    applyChange(cache, { seq: 0, type: "message_added", conversation_id: THREAD, message })
    expect(cache.getQueryData(["pending", THREAD])).toEqual([])
    expect(cache.getQueryData(["messages", THREAD])).toMatchObject({ items: [{ client_key: "key-1" }] })
  })

  test("takes a note once, in its place", () => {
    const [early, late] = [makeNote({ created_at: "2026-11-02T08:00:00Z" }), makeNote()]
    const change: Change = { seq: 1, type: "note_added", conversation_id: THREAD, note: early }
    const once = applyToEntry(["notes", THREAD], { items: [late], seq: 0 }, change, VIEWER)
    expect(once).toMatchObject({ items: [early, late] })
    expect(applyToEntry(["notes", THREAD], once, change, VIEWER)).toBe(once)
  })

  test("takes an activity once, in its place, and in its own conversation", () => {
    const [early, late] = [makeActivity({ happened_at: "2026-11-02T08:00:00Z" }), makeActivity()]
    const change: Change = { seq: 1, type: "activity_added", conversation_id: THREAD, activity: early }
    const once = applyToEntry(["activities", THREAD], { items: [late], seq: 0 }, change, VIEWER)
    expect(once).toMatchObject({ items: [early, late] })
    expect(applyToEntry(["activities", THREAD], once, change, VIEWER)).toBe(once)
    expect(applyToEntry(["activities", "another"], once, change, VIEWER)).toBe(once)
  })

  test("forgets an agent who left, and gives a renamed one the new name everywhere", () => {
    const marco = { id: "agent-2", name: "Marco", email: "m@example.com", role: "agent" as const }
    const agents = { items: [marco], seq: 0 }
    const left: Change = { seq: 1, type: "agent_updated", agent: marco, removed: true }
    expect(applyToEntry(["agents"], agents, left, VIEWER)).toMatchObject({ items: [] })
    const renamed: Change = {
      seq: 1,
      type: "agent_updated",
      agent: { ...marco, name: "Marc" },
      removed: false,
    }
    const assigned = makeConversation({ assignee: { id: "agent-2", name: "Marco" } })
    expect(applyToEntry(["conversation", assigned.id], assigned, renamed, VIEWER)).toMatchObject({
      assignee: { name: "Marc" },
    })
  })

  test("keeps the newer version of an account", () => {
    const accounts = { items: [{ ...ACCOUNT, version: 3 }], seq: 0 }
    const older: Change = { seq: 1, type: "account_updated", account: { ...ACCOUNT, version: 2 } }
    expect(applyToEntry(["accounts"], accounts, older, VIEWER)).toBe(accounts)
    const newer: Change = {
      seq: 1,
      type: "account_updated",
      account: { ...ACCOUNT, health: "paused", version: 4 },
    }
    expect(applyToEntry(["accounts"], accounts, newer, VIEWER)).toMatchObject({
      items: [{ health: "paused" }],
    })
  })

  test("is not touched by what was superseded", () => {
    const entry = { items: [], next: null, seq: 0 }
    expect(applyToEntry(["messages", THREAD], entry, { seq: 1, type: "superseded" }, VIEWER)).toBe(entry)
  })
})
