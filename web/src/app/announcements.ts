import type { QueryClient } from "@tanstack/react-query"
import type { ListEntry } from "../api/list-entry"
import type { Change, Conversation, Message } from "../api/model"
import { selectDisplayName, selectSummary } from "../lib/selectors"
import { announce } from "../ui/announcer"

/** Says what came in: its sender, and its words where the conversation is the one that is open. */
export function announceMessages(cache: QueryClient, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.type === "message_added" && change.message.direction === "inbound") {
      announce(describe(cache, change.conversation_id, change.message))
    }
  }
}

function describe(cache: QueryClient, conversationId: string, message: Message): string {
  const conversation = findConversation(cache, conversationId)
  const name = conversation === undefined ? "someone new" : selectDisplayName(conversation.participant)
  const isOpen = window.location.pathname.endsWith(conversationId)
  return isOpen ? `${name}: ${selectSummary(message)}` : `New message from ${name}`
}

function findConversation(cache: QueryClient, id: string): Conversation | undefined {
  const known = cache.getQueryData<Conversation>(["conversation", id])
  if (known !== undefined) return known
  const lists = cache.getQueriesData<ListEntry>({ queryKey: ["conversations"] })
  return lists.flatMap(([, entry]) => entry?.items.find((item) => item.id === id) ?? [])[0]
}
