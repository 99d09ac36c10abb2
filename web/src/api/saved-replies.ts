/** Saved replies. Nobody tells of changes: whoever opens the list fetches it, if it was not just now. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query"
import { answer, http } from "./client"
import type { SavedReply } from "./model"

const FRESH_MS = 60_000

export const savedReplies = queryOptions({
  queryKey: ["saved-replies"] as const,
  queryFn: () => answer(http.GET("/api/v1/saved-replies")),
  staleTime: FRESH_MS,
  refetchOnMount: true,
})

export type SavedReplyDraft = Pick<SavedReply, "scope" | "shortcut" | "title" | "text">

function useChanged() {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ queryKey: savedReplies.queryKey })
}

/** Keeps a new one, or changes the one with this id. */
export function useSaveReply() {
  return useMutation({
    mutationFn: ({ id, draft }: { id: string | null; draft: SavedReplyDraft }) => {
      if (id === null) return answer(http.POST("/api/v1/saved-replies", { body: draft }))
      const { scope: _, ...body } = draft
      return answer(http.PATCH("/api/v1/saved-replies/{id}", { params: { path: { id } }, body }))
    },
    onSuccess: useChanged(),
  })
}

export function useDeleteReply() {
  return useMutation({
    mutationFn: (id: string) =>
      answer(http.DELETE("/api/v1/saved-replies/{id}", { params: { path: { id } } })),
    onSuccess: useChanged(),
  })
}
