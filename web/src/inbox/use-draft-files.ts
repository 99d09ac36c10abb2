import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useCallback, useEffect } from "react"
import { addFiles, checkKept, draftFilesOf } from "../api/draft-files"
import type { DraftFile } from "../api/model"
import { showToast } from "../ui/toast"

/** The files of the answer that is being written, and the way to add some: what cannot be sent is said at once. */
export function useDraftFiles(conversationId: string): {
  files: DraftFile[]
  add: (files: readonly File[]) => void
} {
  const cache = useQueryClient()
  const { data: files } = useQuery(draftFilesOf(conversationId))
  const add = useCallback(
    (given: readonly File[]) => {
      for (const refusal of addFiles(cache, conversationId, given)) showToast(refusal, { isError: true })
    },
    [cache, conversationId],
  )
  return { files, add }
}

/** Asks once whether the files of a kept draft are still there, and says which are not. */
export function useKeptFiles(conversationId: string): void {
  const cache = useQueryClient()
  useEffect(() => {
    void checkKept(cache, conversationId).then((gone) => {
      if (gone.length > 0) showToast(`Kept for a day and forgotten: ${gone.join(", ")}. Attach it again.`)
    })
  }, [cache, conversationId])
}
