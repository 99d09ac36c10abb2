import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef } from "react"
import { explain } from "../api/client"
import { insightsRunsOf, useSyncNow } from "../api/insights"
import { useMe } from "../api/me"
import { formatExact } from "../lib/time"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"

/** What the last reading brought, all of them on demand, and a button for the next. */
export function RunLine({ account, isOverdue }: { account: string; isOverdue: boolean }) {
  const { data: runs } = useQuery(insightsRunsOf(account))
  const cache = useQueryClient()
  const sync = useSyncNow()
  const role = useMe().agent.role
  const isGoing = runs?.items.some((run) => run.state === "waiting" || run.state === "running") ?? false
  const wasGoing = useRef(false)
  useEffect(() => {
    if (wasGoing.current && !isGoing) void cache.invalidateQueries({ queryKey: ["insights", account] })
    wasGoing.current = isGoing
  }, [isGoing, cache, account])
  const last = runs?.items[0]
  return (
    <div className="flex flex-col gap-2">
      {isOverdue && (
        <p role="alert" className="flex items-center gap-2 rounded-lg bg-amber-soft p-3 text-amber text-sm">
          <Icon name="alert" size={16} /> There was no good reading for two days: these numbers are old.
        </p>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <p role="status" className="min-h-5 text-ink-2 text-sm">
          {last && `${last.says} · ${formatExact(last.created_at)}`}
        </p>
        {role !== "agent" && (
          <Button small disabled={isGoing || sync.isPending} onClick={() => sync.mutate(account)}>
            {isGoing ? "Syncing …" : "Sync now"}
          </Button>
        )}
      </div>
      {sync.error && <p className="text-red text-sm">{explain(sync.error)}</p>}
      {runs && runs.items.length > 0 && (
        <details className="text-sm">
          <summary className="cursor-pointer text-ink-2">All readings ({runs.items.length})</summary>
          <ul className="mt-2 flex flex-col gap-2">
            {runs.items.map((run) => (
              <li key={run.id} className="border-line border-t pt-2">
                {formatExact(run.created_at)} · {run.asked_by} · {run.says}
                <ul className="text-ink-3 text-xs">
                  {run.result.errors.map((error) => (
                    <li key={`${error.metric}${error.media ?? ""}`}>
                      {error.metric}: {error.says}
                    </li>
                  ))}
                </ul>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
