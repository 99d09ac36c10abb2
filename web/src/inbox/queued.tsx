import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import type { Conversation, Message } from "../api/model"
import { queues } from "../api/outbox"
import { describeQueue } from "../lib/queue-words"

/** So long nobody wonders. */
const PATIENCE_MS = 4_000

/** It waits for its turn; where that takes longer, how many are before it, and why. */
export function Queued({ message }: { message: Message }) {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return isLate ? <Late message={message} /> : <span>· Queued</span>
}

function Late({ message }: { message: Message }) {
  const cache = useQueryClient()
  const account = cache.getQueryData<Conversation>(["conversation", message.conversation_id])?.account.id
  const { data } = useQuery(queues)
  const queue = data?.items.find((one) => one.account_id === account)
  const words = message.error?.message ?? (queue && describeQueue(queue))
  return <span>· Queued{words ? `: ${words}` : ""}</span>
}
