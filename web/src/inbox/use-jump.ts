import { useQueryClient } from "@tanstack/react-query"
import { useCallback, useEffect, useRef } from "react"
import { fetchOlderMessages } from "../api/messages"
import type { Message } from "../api/model"
import type { ThreadEntry } from "../api/thread-entry"
import { showToast } from "../ui/toast"
import { dropHash, readMessageHash, useHash } from "../ui/use-hash"

const MOST_PAGES = 20

/** Brings a message of the thread into view, loading what lies between: one that is answered, or one that the address names. */
export function useJump(
  conversationId: string,
  reveal: (key: string) => void,
): (mid: string) => Promise<void> {
  const cache = useQueryClient()
  const wanted = readMessageHash(useHash())
  const underWay = useRef<string | null>(null)

  const jump = useCallback(
    async (is: (message: Message) => boolean): Promise<boolean> => {
      for (let page = 0; page <= MOST_PAGES; page++) {
        const entry = cache.getQueryData<ThreadEntry>(["messages", conversationId])
        const found = entry?.items.find(is)
        if (found !== undefined) {
          reveal(found.client_key ?? found.id)
          return true
        }
        if (!entry?.next) return false
        await fetchOlderMessages(cache, conversationId, { isFar: true })
      }
      return false
    },
    [cache, conversationId, reveal],
  )

  useEffect(() => {
    if (wanted === null || underWay.current === wanted) return
    underWay.current = wanted
    jump((message) => message.id === wanted)
      .then(
        (isFound) =>
          isFound || showToast("The message is not here any more, or further back than we could look."),
      )
      .catch(() => showToast("The messages up to that one could not be loaded.", { isError: true }))
      .finally(() => {
        underWay.current = null
        dropHash()
      })
  }, [wanted, jump])

  return useCallback(
    async (mid) => {
      const isFound = await jump((message) => message.mid === mid)
      if (!isFound) showToast("The message it answers is not here, or further back than we could look.")
    },
    [jump],
  )
}
