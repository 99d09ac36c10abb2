import type { QueryClient } from "@tanstack/react-query"
import type { ListEntry } from "../api/list-entry"
import type { Change, Conversation, Message } from "../api/model"
import { selectIsChecked } from "../lib/message-name"
import { selectDisplayName, selectSummary } from "../lib/selectors"
import { announce, announceMessage } from "../ui/announcer"

/** Says what came in, and which answer did not go out: whose it is, and its words where that conversation is open. */
export function announceMessages(cache: QueryClient, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.type !== "message_added" && change.type !== "message_updated") continue
    const { message, conversation_id: id } = change
    if (message.direction === "outbound") announceTrouble(nameOf(cache, id), message)
    else if (change.type === "message_added") announceMessage(describe(nameOf(cache, id), message))
  }
}

function announceTrouble(name: string, message: Message): void {
  if (message.status === "failed") announce(`An answer to ${name} was not sent`)
  if (selectIsChecked(message)) announce(`Instagram does not show an answer to ${name}`)
}

function describe(name: string, message: Message): string {
  const isOpen = window.location.pathname.endsWith(message.conversation_id)
  return isOpen ? `${name}: ${selectSummary(message)}` : `New message from ${name}`
}

function nameOf(cache: QueryClient, conversationId: string): string {
  const conversation = findConversation(cache, conversationId)
  return conversation === undefined ? "someone new" : selectDisplayName(conversation.participant)
}

function findConversation(cache: QueryClient, id: string): Conversation | undefined {
  const known = cache.getQueryData<Conversation>(["conversation", id])
  if (known !== undefined) return known
  const lists = cache.getQueriesData<ListEntry>({ queryKey: ["conversations"] })
  return lists.flatMap(([, entry]) => entry?.items.find((item) => item.id === id) ?? [])[0]
}
