import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { undoSend, useUndoUntil } from "../api/undo"
import { Button } from "../ui/button"
import { focusThread } from "./focus-thread"

/** While it waits: how long, and the way back. `otherwise`: what there is to say when it does not. */
export function UndoSend({ clientKey, otherwise }: { clientKey: string | null; otherwise: React.ReactNode }) {
  const cache = useQueryClient()
  const until = useUndoUntil(clientKey)
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (until === null) return
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [until])
  if (until === null || clientKey === null) return otherwise
  const left_s = Math.max(1, Math.ceil((until - now) / 1000))
  return (
    <span className="inline-flex items-center gap-1">
      <span aria-hidden="true" className="tabular-nums">
        · Sending in {left_s} s ·
      </span>
      <Button
        small
        look="quiet"
        icon="undo"
        onClick={(event) => {
          focusThread(event)
          void undoSend(cache, clientKey)
        }}
      >
        Undo
      </Button>
    </span>
  )
}
