import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef } from "react"
import { Link } from "wouter"
import { explain } from "../api/client"
import { insightsRunsOf, readingProgress, useSyncNow } from "../api/insights"
import { useMe } from "../api/me"
import { formatExact } from "../lib/time"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"

/** What the last reading brought, how far the one that goes on is, and a button for the next. */
export function RunLine({ account, isOverdue }: { account: string; isOverdue: boolean }) {
  const { data: runs } = useQuery(insightsRunsOf(account))
  const cache = useQueryClient()
  const sync = useSyncNow()
  const role = useMe().agent.role
  const last = runs?.items[0]
  const isGoing = last?.state === "waiting" || last?.state === "running"
  // What came shows as it comes, and once more at the end.
  const known = last && `${last.id} ${last.state} ${last.result.total_inserted}`
  const before = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (before.current !== undefined && known !== before.current)
      void cache.invalidateQueries({ queryKey: ["insights", account] })
    before.current = known
  }, [known, cache, account])
  return (
    <div data-picture="off" className="flex flex-col gap-2">
      {isOverdue && (
        <p role="alert" className="flex items-center gap-2 rounded-lg bg-amber-soft p-3 text-amber text-sm">
          <Icon name="alert" size={16} /> There was no good reading for two days: these numbers are old.
        </p>
      )}
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 text-ink-2 text-sm">
        {last && isGoing && <Progress id={last.id} />}
        {last && !isGoing && (
          <p role="status">
            {last.says} · {formatExact(last.created_at)}
          </p>
        )}
        {role !== "agent" && (
          <Button small disabled={isGoing || sync.isPending} onClick={() => sync.mutate(account)}>
            {isGoing ? "Syncing …" : "Sync now"}
          </Button>
        )}
        {last && (
          <Link href={`/insights/runs?account=${account}`} className="text-accent-text hover:underline">
            All readings
          </Link>
        )}
      </div>
      {sync.error && <p className="text-red text-sm">{explain(sync.error)}</p>}
    </div>
  )
}

/** Questions asked of questions there are; how many there are is known after the first. */
function Progress({ id }: { id: string }) {
  const { data: run } = useQuery(readingProgress(id))
  const total = run?.steps_total ?? null
  const done = run?.steps_done ?? 0
  return (
    <span className="flex items-center gap-2">
      <progress
        aria-label="Reading"
        max={total ?? undefined}
        value={total === null ? undefined : done}
        className="h-2 w-40 accent-accent"
      />
      <span className="tabular-nums">
        {run?.waiting_until
          ? "Instagram asked to wait"
          : total === null
            ? "Finding out how far back there is anything …"
            : `${done} of ${total} questions`}
      </span>
    </span>
  )
}
