import { useQuery } from "@tanstack/react-query"
import { Link, useSearch } from "wouter"
import { accounts as accountsQuery } from "../api/accounts"
import { explain } from "../api/client"
import { insightsRunsOf } from "../api/insights"
import type { InsightsRun } from "../api/model"
import { formatDay } from "../lib/figures"
import { formatExact, plural } from "../lib/time"
import { useTitle } from "../ui/use-title"

/** The newest readings of an account: who asked, when, how long it took, what came, and what did not and why. */
export function RunsScreen() {
  useTitle("Readings of insights")
  const { data: accounts } = useQuery(accountsQuery)
  const wanted = new URLSearchParams(useSearch()).get("account")
  const account = accounts?.items.find(({ id }) => id === wanted) ?? accounts?.items[0]
  return (
    <main className="min-w-0 flex-1 overflow-y-auto bg-canvas">
      <div className="mx-auto flex max-w-5xl flex-col gap-4 p-4 pane:p-6">
        <Link
          href={account ? `/insights?account=${account.id}` : "/insights"}
          className="text-accent-text text-sm hover:underline"
        >
          ← Insights
        </Link>
        <h1 className="font-semibold text-xl">Readings{account && ` of @${account.username}`}</h1>
        {account && <Runs account={account.id} />}
      </div>
    </main>
  )
}

function Runs({ account }: { account: string }) {
  const { data, error } = useQuery(insightsRunsOf(account))
  if (data === undefined)
    return error ? (
      <p className="text-red text-sm">{explain(error)}</p>
    ) : (
      <div aria-busy="true" className="h-40 rounded-xl bg-sunken motion-safe:animate-pulse" />
    )
  if (data.items.length === 0)
    return (
      <p className="rounded-xl border border-line border-dashed p-8 text-center text-ink-2 text-sm">
        Instagram has not been asked for this account's numbers yet.
      </p>
    )
  return (
    <ol className="flex flex-col gap-3">
      {data.items.map((run) => (
        <Run key={run.id} run={run} />
      ))}
    </ol>
  )
}

const STATES = { waiting: "Waiting", running: "Reading", done: "Done", failed: "Failed", stopped: "Stopped" }

function Run({ run }: { run: InsightsRun }) {
  const { result } = run
  const facts = [
    `asked by ${run.asked_by}`,
    run.took_ms !== null && `took ${Math.max(1, Math.round(run.took_ms / 1000))} s`,
    plural(run.calls, "call"),
    run.since && run.until && `${formatDay(run.since)} – ${formatDay(run.until)}`,
    run.metrics && `only ${run.metrics.join(", ")}`,
  ].filter(Boolean)
  return (
    <li className="rounded-xl border border-line bg-surface p-4 text-sm">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="font-semibold">{formatExact(run.created_at)}</span>
        <span className={run.state === "failed" ? "text-red" : "text-ink-2"}>{STATES[run.state]}</span>
      </p>
      <p>{run.says}</p>
      <p className="text-ink-3 text-xs">{facts.join(" · ")}</p>
      {(result.errors.length > 0 || result.total_inserted > 0) && (
        <details className="mt-2 text-xs">
          <summary className="cursor-pointer text-ink-2">Details</summary>
          <Details run={run} />
        </details>
      )}
    </li>
  )
}

function Details({ run }: { run: InsightsRun }) {
  const { errors, metrics_inserted, total_changed, total_unchanged } = run.result
  const inserted = Object.entries(metrics_inserted).sort(([, a], [, b]) => b - a)
  return (
    <div className="mt-2 flex flex-col gap-3 break-words">
      {errors.length > 0 && (
        <ul aria-label="What did not come" className="flex flex-col gap-1">
          {errors.map((error) => (
            <li key={`${error.metric} ${error.media ?? ""} ${error.says}`}>
              <span className="font-medium">{error.metric.replaceAll("_", " ")}</span>
              {error.media && ` of post ${error.media}`}: {error.says}
            </li>
          ))}
        </ul>
      )}
      <p className="text-ink-2">
        {total_changed} corrected, {total_unchanged} as they were. New:{" "}
        {inserted.map(([name, count]) => `${name.replaceAll("_", " ")} ${count}`).join(" · ") || "none"}
      </p>
    </div>
  )
}
