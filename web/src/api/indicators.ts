/** What the other side is shown of us, where the account wants it so: that somebody types, and that it was seen. */
import { http } from "./client"
import type { Account } from "./model"

const TYPING_MS = 5_000
const typedAt = new Map<string, number>()

/** At most every five seconds; whether it gets there is not worth a word. */
export function tellTyping(conversationId: string, account: Account | undefined): void {
  const last = typedAt.get(conversationId) ?? Number.NEGATIVE_INFINITY
  if (account?.shows_indicators !== true || performance.now() - last < TYPING_MS) return
  typedAt.set(conversationId, performance.now())
  tell(conversationId, "typing")
}

export function tellSeen(conversationId: string, account: Account | undefined): void {
  if (account?.shows_indicators === true) tell(conversationId, "seen")
}

function tell(id: string, what: "typing" | "seen"): void {
  http
    .POST("/api/v1/conversations/{id}/indicator", { params: { path: { id } }, body: { what } })
    .catch(() => {})
}
