/** The account's reaction to a message: shown at once, taken back if the server refuses. */
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query"
import { answer, http } from "./client"
import { landMessage, messagesOf } from "./messages"
import type { Message } from "./model"

type Wanted = { message: Message; emoji: string | null }

export function ourReaction(message: Message): string | null {
  const ours = message.reactions.find((reaction) => reaction.by === "account")
  return ours === undefined ? null : (ours.emoji ?? "❤️")
}

export function useReact() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ message, emoji }: Wanted) =>
      answer(
        http.PUT("/api/v1/conversations/{id}/messages/{message_id}/reaction", {
          params: { path: { id: message.conversation_id, message_id: message.id } },
          body: { emoji },
        }),
      ),
    onMutate: ({ message, emoji }) => show(cache, message, withOurs(message, emoji)),
    onSuccess: (message) => landMessage(cache, message),
    onError: (_error, { message }) => show(cache, message, message.reactions),
  })
}

function withOurs({ reactions }: Message, emoji: string | null): Message["reactions"] {
  const others = reactions.filter((reaction) => reaction.by !== "account")
  return emoji === null ? others : [...others, { by: "account", emoji, reaction: null }]
}

/** Only while the message is what it was when somebody reacted. */
function show(cache: QueryClient, message: Message, reactions: Message["reactions"]): void {
  cache.setQueryData(messagesOf(message.conversation_id).queryKey, (entry) => {
    const index = entry?.items.findIndex((one) => one.id === message.id) ?? -1
    const known = entry?.items[index]
    if (entry === undefined || known === undefined || known.version !== message.version) return entry
    return { ...entry, items: entry.items.with(index, { ...known, reactions }) }
  })
}
