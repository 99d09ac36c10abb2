/** The person on the other side: asked for anew, and their picture reported when it does not show. */
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { answer, http } from "./client"
import { landConversation } from "./conversations"
import type { Conversation } from "./model"

/** Has the profile read at Instagram. The answer says that it is asked for; the stream says what came of it. */
export function useRefreshProfile() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      answer(
        http.POST("/api/v1/conversations/{id}/participant/refresh", { params: { path: { id } } }),
      ) as Promise<Conversation>, // a 202 with the conversation as it is meanwhile
    onSuccess: (conversation) => landConversation(cache, conversation),
  })
}

/** Whose picture was reported since this page was loaded. */
const reported = new Set<string>()

/** The picture of this conversation's participant does not show. Said once for each page; what comes of it the stream says. */
export function reportBrokenPicture(id: string): void {
  if (reported.has(id)) return
  reported.add(id)
  answer(
    http.POST("/api/v1/conversations/{id}/participant/picture-broken", { params: { path: { id } } }),
  ).catch(() => {}) // the initials are there; nobody has to hear of it
}
