/** A server in a few lines: the truth that a browser's cache is compared with. Every write is a change with its `seq`. */

import type { ListScope } from "../api/list-entry"
import { matches } from "../api/list-entry"
import type { Change, Conversation, Message } from "../api/model"
import { makeConversation, makeMessage, type makeRandom } from "./make"

type Random = ReturnType<typeof makeRandom>

export const AGENTS = [
  { id: "agent-1", name: "Dana" },
  { id: "agent-2", name: "Marco" },
]
export const THREAD = "conversation-1"

export class PretendServer {
  readonly changes: Change[] = []
  readonly conversations = new Map<string, Conversation>()
  readonly messages = new Map<string, Message>()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  get seq(): number {
    return this.changes.length
  }

  /** Something happens: anything that can happen to a list or a thread. */
  step(): void {
    const ways = [
      this.#newConversation,
      this.#changeConversation,
      this.#newMessage,
      this.#earlierMessage,
      this.#changeMessage,
      this.#removeMessage,
    ]
    this.#random.of(ways).call(this)
  }

  after(seq: number): Change[] {
    return this.changes.slice(seq)
  }

  /** Every row of a list, in the server's order. */
  list(scope: ListScope): Conversation[] {
    const isEnding = scope.filters.sort === "ending"
    const key = (one: Conversation): string =>
      `${(isEnding ? one.window_opened_at : one.last_message_at) ?? ""} ${one.id}`
    const rows = [...this.conversations.values()].filter((one) => matches(one, scope))
    return rows.sort((a, b) => (key(a) < key(b) === isEnding ? -1 : 1))
  }

  page(scope: ListScope, limit: number, cursor: string | null) {
    const rows = this.list(scope)
    const isEnding = scope.filters.sort === "ending"
    const key = (one: Conversation): string =>
      `${(isEnding ? one.window_opened_at : one.last_message_at) ?? ""} ${one.id}`
    const rest =
      cursor === null ? rows : rows.filter((one) => (isEnding ? key(one) > cursor : key(one) < cursor))
    const items = rest.slice(0, limit)
    const last = items.at(-1)
    return { items, next: rest.length > limit && last !== undefined ? key(last) : null, seq: this.seq }
  }

  thread(): Message[] {
    const key = (one: Message): string => `${one.sent_at} ${one.id}`
    return [...this.messages.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  }

  threadPage(limit: number, before: string | null) {
    const all = this.thread()
    const end = before === null ? all.length : all.findIndex((one) => one.id === before)
    if (end < 0) throw new Error("404: no such message")
    const items = all.slice(Math.max(0, end - limit), end)
    return { items, next: end > limit ? (items[0]?.id ?? null) : null, seq: this.seq }
  }

  #moment(): string {
    return `2026-11-02T${String(this.#random.below(24)).padStart(2, "0")}:00:0${this.#random.below(3)}Z`
  }

  #say(change: Record<string, unknown>): void {
    this.changes.push({ seq: this.seq + 1, ...change } as Change)
  }

  #put(conversation: Conversation): void {
    this.conversations.set(conversation.id, conversation)
    this.#say({ type: "conversation_updated", conversation })
  }

  #newConversation(): void {
    this.#put(makeConversation({ last_message_at: this.#moment(), window_opened_at: this.#moment() }))
  }

  #changeConversation(): void {
    const known = [...this.conversations.values()]
    if (known.length === 0) return
    const random = this.#random
    const before = random.of(known)
    const change = random.of<Partial<Conversation>>([
      { last_message_at: this.#moment() },
      { unread_count: random.below(3) },
      { status: random.of(["open", "closed", "snoozed"] as const) },
      { assignee: random.of([null, ...AGENTS]) },
      { labels: random.of([[], ["vip"], ["vip", "order"]]) },
      { window_opened_at: random.of([null, this.#moment()]) },
    ])
    this.#put({ ...before, ...change, version: before.version + 1 })
  }

  #newMessage(): void {
    const message = makeMessage({ conversation_id: THREAD, sent_at: this.#moment() })
    this.messages.set(message.id, message)
    this.#say({ type: "message_added", conversation_id: THREAD, message })
  }

  /** What was said before, read at Instagram because somebody asked. */
  #earlierMessage(): void {
    const sent_at = this.#moment().replace("-02T", "-01T")
    const message = makeMessage({ conversation_id: THREAD, sent_at, is_history: true })
    this.messages.set(message.id, message)
    this.#say({ type: "message_added", conversation_id: THREAD, message })
  }

  #changeMessage(): void {
    const known = [...this.messages.values()]
    if (known.length === 0) return
    const before = this.#random.of(known)
    const change = this.#random.of<Partial<Message>>([
      { status: "seen" },
      { text: null, deleted_at: this.#moment() },
      { text: "edited" },
    ])
    const message = { ...before, ...change, version: before.version + 1 }
    this.messages.set(message.id, message)
    this.#say({ type: "message_updated", conversation_id: THREAD, message })
  }

  #removeMessage(): void {
    const known = this.thread()
    if (known.length < 20) return
    const { id } = this.#random.of(known)
    this.messages.delete(id)
    this.#say({ type: "message_removed", conversation_id: THREAD, message_id: id })
  }
}
