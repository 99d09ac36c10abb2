import { useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import { explain } from "../api/client"
import { useMe } from "../api/me"
import type { Account, Run } from "../api/model"
import { runsOf, useStartImport, useStopRun } from "../api/runs"
import { describeImported, isUnderWay } from "../lib/import-progress"
import { formatAgo, formatExact } from "../lib/time"
import { Button } from "../ui/button"
import { useHandedFocus } from "../ui/use-handed-focus"
import { useNow } from "../ui/use-now"
import { ImportProgress } from "./import-progress"

/** The account's past: have it read at Instagram, see how far that is, stop it, and what came of it. */
export function ImportPanel({ account }: { account: Account }) {
  const { data: runs, error, refetch } = useQuery(runsOf(account.id))
  const latest = useMemo(() => runs?.items.find((run) => run.what === "messages"), [runs])
  const start = useStartImport()
  const stop = useStopRun()
  const mayImport = useMe().agent.role !== "agent"
  const running = isUnderWay(latest) ? latest : undefined
  const focus = useHandedFocus<HTMLElement>(running === undefined)
  const refused = start.error ?? stop.error
  return (
    <section
      ref={focus.heir}
      {...focus.holder}
      tabIndex={-1}
      aria-label={`Import of @${account.username}`}
      className="mt-3 flex min-h-20 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-t pt-3 text-sm outline-none"
    >
      {running && (
        <ImportProgress
          run={running}
          username={account.username}
          onStop={mayImport ? () => stop.mutate(running.id) : null}
          isStopping={stop.isPending}
        />
      )}
      {/* It is there before it says how an import ended: only then is that told to a screen reader. */}
      <p role="status" className={running ? "sr-only" : "min-w-0 flex-1 basis-56 text-ink-2"}>
        {!running && <Outcome latest={latest} isKnown={runs !== undefined} hasFailed={error !== null} />}
      </p>
      {runs === undefined && error !== null && <Button onClick={() => void refetch()}>Try again</Button>}
      {runs !== undefined && !running && mayImport && (
        <StartButton
          hasFailed={latest?.state === "failed"}
          isStarting={start.isPending}
          onStart={() => start.mutate(account.id)}
        />
      )}
      {!mayImport && <p className="w-full text-xs text-ink-3">Owners and admins can import conversations.</p>}
      {refused && (
        <p role="alert" className="w-full text-xs text-red">
          {explain(refused)}
        </p>
      )}
    </section>
  )
}

type OutcomeProps = { latest: Run | undefined; isKnown: boolean; hasFailed: boolean }

function Outcome({ latest, isKnown, hasFailed }: OutcomeProps) {
  if (latest !== undefined) {
    return (
      <>
        {describeImported(latest)}
        <When run={latest} />
      </>
    )
  }
  if (isKnown) return "What was written before the account was connected can be read at Instagram."
  return hasFailed ? "Whether something is being imported could not be loaded." : "Looking for imports…"
}

/** Not a part of what is told: it becomes another each minute. */
function When({ run }: { run: Run }) {
  const now = useNow()
  if (run.finished_at === null) return null
  return (
    <time
      aria-live="off"
      dateTime={run.finished_at}
      title={formatExact(run.finished_at)}
      className="text-ink-3"
    >
      {", "}
      {formatAgo(Date.parse(run.finished_at), now)}
    </time>
  )
}

type StartProps = { hasFailed: boolean; isStarting: boolean; onStart: () => void }

/** It keeps the focus while it is asked for; what comes next takes it over. */
function StartButton({ hasFailed, isStarting, onStart }: StartProps) {
  return (
    <Button
      icon={hasFailed ? "retry" : "down"}
      aria-disabled={isStarting}
      onClick={() => isStarting || onStart()}
    >
      {hasFailed ? "Try again" : "Import conversations"}
    </Button>
  )
}
