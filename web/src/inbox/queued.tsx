import { useQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import type { Message } from "../api/model"
import { places } from "../api/outbox"
import { describePlace } from "../lib/queue-words"

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
  const { data } = useQuery(places(message.conversation_id))
  const place = data?.items.find((one) => one.message_id === message.id)
  const reason = place?.paused_by ? null : message.error?.message
  const words = [reason, place && describePlace(place)].filter(Boolean).join(" ")
  return <span className="text-right">· Queued{words ? `: ${words}` : ""}</span>
}
