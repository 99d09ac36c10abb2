/** Values for tests: complete, plausible, and different only where a test says so. */
import type { Account, Activity, Conversation, Finding, LibraryItem, Message, Note, Run } from "../api/model"

let count = 0

export function makeId(): string {
  count += 1
  return `00000000-0000-7000-8000-${String(count).padStart(12, "0")}`
}

export const ACCOUNT: Account = {
  id: "account-1",
  ig_id: "17841461234567890",
  username: "harbourbakery",
  name: "Harbour Bakery",
  human_agent: false,
  health: "ok",
  health_reason: null,
  media_mode: null,
  token_expires_at: null,
  token_error: null,
  complete_up_to: null,
  incomplete_reason: null,
  receiving: "webhooks",
  polling_since: null,
  restricted_until: null,
  restricted_reason: null,
  shows_indicators: false,
  connects_customers: false,
  acknowledges_every_s: null,
  platform: "instagram",
  meta_app: null,
  scopes: null,
  missing: null,
  is_development: false,
  disconnected_at: null,
  disconnected_by: null,
  erase_at: null,
  stopped_at: null,
  stopped_by: null,
  all_stopped_at: null,
  all_stopped_by: null,
  version: 1,
}

export function makeConversation(given: Partial<Conversation> = {}): Conversation {
  return {
    id: makeId(),
    account: { id: ACCOUNT.id, ig_id: ACCOUNT.ig_id, username: ACCOUNT.username },
    participant: {
      ig_id: "1087654321098765",
      username: "ana.ruiz",
      name: "Ana Ruiz",
      avatar_url: null,
      avatar_fetch_failed: false,
      follower_count: null,
      is_follower: null,
      is_followed: null,
      is_verified: null,
      connected_user_id: null,
      linked_lead_id: null,
      profile_read_at: null,
      profile_asked_at: null,
      profile_error: null,
    },
    status: "open",
    snoozed_until: null,
    unread_count: 0,
    read_up_to: "2010-01-01T00:00:00Z",
    seen_up_to: null,
    last_message_at: "2026-11-02T09:00:00Z",
    last_message_preview: "Hello",
    last_message_direction: "inbound",
    last_message_status: "received",
    can_reply_until: "2026-11-03T09:00:00Z",
    human_agent_until: null,
    window_opened_at: "2026-11-02T09:00:00Z",
    window_opened_by: "message",
    window_refused_at: null,
    unreachable_at: null,
    assignee: null,
    labels: [],
    is_self: false,
    handled_elsewhere: false,
    earlier: "unknown",
    earlier_reason: null,
    version: 1,
    ...given,
  }
}

export function makeMessage(given: Partial<Message> = {}): Message {
  const id = given.id ?? makeId()
  return {
    id,
    conversation_id: "conversation-1",
    mid: `mid-${id}`,
    client_key: null,
    direction: "inbound",
    author: { kind: "participant", name: null },
    text: "Hello",
    attachments: [],
    reply_to: null,
    reactions: [],
    quick_reply_payload: null,
    postback_payload: null,
    referral: null,
    sent_at: "2026-11-02T09:00:00Z",
    edited_at: null,
    edits: [],
    deleted_at: null,
    is_unread: false,
    processed: true,
    is_unsupported: false,
    is_standby: false,
    is_history: false,
    status: "received",
    error: null,
    version: 1,
    ...given,
  }
}

export function makeNote(given: Partial<Note> = {}): Note {
  return {
    id: makeId(),
    conversation_id: "conversation-1",
    author: { id: "agent-1", name: "Dana" },
    text: "A regular",
    created_at: "2026-11-02T09:30:00Z",
    ...given,
  }
}

export function makeActivity(given: Partial<Activity> = {}): Activity {
  return {
    id: makeId(),
    conversation_id: "conversation-1",
    kind: "referral",
    happened_at: "2026-11-02T09:40:00Z",
    referral: {
      source: "SHORTLINKS",
      type: "OPEN_THREAD",
      ref: "table-12",
      ad_id: null,
      ad_title: null,
      product_id: null,
    },
    app_id: null,
    note: null,
    ...given,
  }
}

export function makeRun(given: Partial<Run> = {}): Run {
  return {
    id: makeId(),
    account_id: ACCOUNT.id,
    what: "messages",
    state: "running",
    asked_by: "Dana",
    created_at: "2026-11-02T09:00:00Z",
    started_at: "2026-11-02T09:00:00Z",
    finished_at: null,
    calls: 0,
    conversations_total: null,
    conversations_read: 0,
    conversations_skipped: 0,
    messages_read: 0,
    messages_new: 0,
    unreadable: 0,
    people: 0,
    steps_total: null,
    steps_done: 0,
    values_new: 0,
    comments_new: 0,
    waiting_until: null,
    error: null,
    version: 1,
    ...given,
  }
}

/** The same numbers for the same seed: a failure can be had again. */
export function makeRandom(seed: number): {
  below: (limit: number) => number
  of: <T>(all: readonly T[]) => T
} {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { below, of: (all) => all[below(all.length)] as (typeof all)[number] }
}

export function makeLibraryItem(given: Partial<LibraryItem> = {}): LibraryItem {
  return {
    id: makeId(),
    kind: "reel",
    media_id: "18021147735902264",
    permalink: null,
    caption: "How we laminate croissants",
    author: null,
    note: "",
    tags: [],
    first_sent_at: "2026-11-02T12:00:00Z",
    last_sent_at: "2026-11-02T12:00:00Z",
    preview_url: null,
    version: 1,
    ...given,
  }
}

export function makeFinding(given: Partial<Finding> = {}): Finding {
  return {
    check: "token",
    title: "Access token",
    account_id: null,
    about: null,
    level: "green",
    says: "Instagram takes it.",
    means: null,
    remedy: null,
    path: null,
    guide: "meta-setup.md#the-access-token",
    ...given,
  }
}
