import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef, useState, useSyncExternalStore } from "react"
import { accounts as accountsQuery } from "../api/accounts"
import { markRead } from "../api/conversations"
import { tellSeen } from "../api/indicators"
import type { Conversation, Message } from "../api/model"
import { isForLater } from "../lib/scheduled"

/**
 * Reading: what is on the screen of a visible tab is read, once. Returns the message that the "New" line stands above:
 * the first one that was unread when somebody came to look.
 */
export function useReading(
  conversation: Conversation,
  messages: readonly Message[] | undefined,
  isAtEnd: boolean,
) {
  const cache = useQueryClient()
  const isVisible = useSyncExternalStore(onVisibility, () => document.visibilityState === "visible")
  const [firstUnreadId, setFirstUnreadId] = useState<string | null>(null)
  const lastRead = useRef<string | null>(null)
  const isOpening = useRef(true)
  const newest = messages?.findLast((message) => !isForLater(message))?.id ?? null
  const { unread_count } = conversation

  useEffect(() => {
    if (messages === undefined || newest === null || unread_count === 0 || lastRead.current === newest) return
    const isLookedAt = isVisible && (isAtEnd || isOpening.current)
    if (isOpening.current || !isLookedAt) setFirstUnreadId(firstOfLast(messages, unread_count))
    if (!isLookedAt) return
    lastRead.current = newest
    isOpening.current = false
    void markRead(cache, conversation, newest)
    const accounts = cache.getQueryData(accountsQuery.queryKey)
    tellSeen(
      conversation.id,
      accounts?.items.find((one) => one.id === conversation.account.id),
    )
  }, [cache, conversation, messages, newest, unread_count, isVisible, isAtEnd])

  useEffect(() => {
    if (messages !== undefined && unread_count === 0) isOpening.current = false
  }, [messages, unread_count])

  return { firstUnreadId, forget: () => setFirstUnreadId(null) }
}

/** The message that begins the last `count` inbound ones. */
function firstOfLast(messages: readonly Message[], count: number): string | null {
  const inbound = messages.filter((message) => message.direction === "inbound" && message.deleted_at === null)
  return inbound.at(-Math.min(count, inbound.length))?.id ?? null
}

function onVisibility(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener)
  return () => document.removeEventListener("visibilitychange", listener)
}
