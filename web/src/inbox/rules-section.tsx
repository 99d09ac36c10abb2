import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { explain } from "../api/client"
import { conversationRules, useLetRules } from "../api/rules"
import { formatExact } from "../lib/time"
import { Button } from "../ui/button"
import { showToast } from "../ui/toast"
import { useNow } from "../ui/use-now"

/** Whether rules answer in this conversation; asked once somebody wants to know. */
export function RulesSection({ conversationId }: { conversationId: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details
      className="border-t border-line pt-4 text-sm"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="cursor-pointer text-xs font-semibold text-ink-3">Rules</summary>
      {isOpen && <Standing conversationId={conversationId} />}
    </details>
  )
}

function Standing({ conversationId }: { conversationId: string }) {
  const { data, error } = useQuery(conversationRules(conversationId))
  const now = useNow()
  const put = useLetRules(conversationId)
  if (data === undefined) return error ? <p className="pt-2 text-red">Not loaded: {explain(error)}</p> : null
  const isPaused = data.paused_until !== null && Date.parse(data.paused_until) > now
  const isOut = isPaused || data.opted_out_at !== null
  return (
    <div className="flex flex-col gap-2 pt-2 text-ink-2">
      <p>
        {data.opted_out_at !== null &&
          `They asked for no automatic answers on ${formatExact(data.opted_out_at)}.`}
        {data.opted_out_at === null && isPaused && `Rules keep quiet: ${data.pause_reason}.`}
        {!isOut && "Rules may answer here, where no person has just answered."}
      </p>
      <Button
        small
        className="self-start"
        disabled={put.isPending}
        onClick={() =>
          put.mutate(!isOut, { onError: (failure) => showToast(explain(failure), { isError: true }) })
        }
      >
        {isOut ? "Let rules in again" : "Keep rules out"}
      </Button>
    </div>
  )
}
