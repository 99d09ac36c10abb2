import { useQuery } from "@tanstack/react-query"
import { useRef } from "react"
import { useLocation, useSearch } from "wouter"
import { accounts as accountsQuery } from "../api/accounts"
import { exportLink } from "../api/insights"
import { formatDay, lastDays } from "../lib/figures"
import { useNow } from "../ui/use-now"
import { useTitle } from "../ui/use-title"
import { MetaSection } from "./meta-section"
import { OwnSection } from "./own-section"
import { PictureButton } from "./picture-button"

const RANGES = [7, 28, 90]
const LINK = "inline-flex h-8 items-center rounded-lg border border-line-strong px-3 text-sm hover:bg-hover"

/** What Instagram says of an account, and how the team answers; what is looked at stands in the address. */
export function InsightsScreen() {
  useTitle("Insights")
  const { data: accounts } = useQuery(accountsQuery)
  const search = new URLSearchParams(useSearch())
  const [, navigate] = useLocation()
  const now = useNow()
  const account = accounts?.items.find(({ id }) => id === search.get("account")) ?? accounts?.items[0]
  const count = Number(search.get("days") ?? 28)
  const usual = lastDays(RANGES.includes(count) ? count : 28, now)
  const days = { since: search.get("since") ?? usual.since, until: search.get("until") ?? usual.until }
  const isCustom = search.has("since")
  const seen = useRef<HTMLDivElement>(null)

  function show(changes: Record<string, string | null>) {
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) search.delete(name)
      else search.set(name, value)
    }
    navigate(`/insights?${search}`, { replace: true })
  }

  return (
    <main className="min-w-0 flex-1 overflow-y-auto bg-canvas">
      <div className="mx-auto flex max-w-5xl flex-col gap-5 p-4 pane:p-6">
        <header className="flex flex-wrap items-center gap-3">
          <h1 className="mr-auto font-semibold text-xl">Insights</h1>
          {account && (
            <>
              <select
                aria-label="Account"
                value={account.id}
                onChange={(event) => show({ account: event.target.value })}
                className="h-8 rounded-lg border border-line-strong bg-surface px-2 text-sm"
              >
                {accounts?.items.map((one) => (
                  <option key={one.id} value={one.id}>
                    @{one.username}
                  </option>
                ))}
              </select>
              <fieldset className="flex flex-wrap items-center gap-1">
                <legend className="sr-only">Days</legend>
                {RANGES.map((range) => (
                  <button
                    key={range}
                    type="button"
                    aria-pressed={!isCustom && (RANGES.includes(count) ? count : 28) === range}
                    onClick={() => show({ days: String(range), since: null, until: null })}
                    className="h-8 rounded-lg px-2.5 text-sm hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
                  >
                    {range} days
                  </button>
                ))}
                <span className="flex gap-1">
                  {(["since", "until"] as const).map((end) => (
                    <input
                      key={end}
                      type="date"
                      aria-label={end === "since" ? "First day" : "Last day"}
                      value={days[end]}
                      max={lastDays(0, now).since}
                      onChange={({ target }) => target.value && show({ ...days, [end]: target.value })}
                      className="h-8 rounded-lg border border-line-strong bg-surface px-2 text-sm"
                    />
                  ))}
                </span>
              </fieldset>
              <a className={LINK} href={exportLink(account.id, days, "csv")} download>
                CSV
              </a>
              <a className={LINK} href={exportLink(account.id, days, "json")} download>
                JSON
              </a>
              <PictureButton
                className={LINK}
                of={seen}
                name={`insights-${account.username}-${days.since}-${days.until}.png`}
              />
            </>
          )}
        </header>
        {accounts?.items.length === 0 && <NoAccount />}
        {account && (
          <div ref={seen} className="flex flex-col gap-5">
            <p className="text-ink-2 text-sm">
              @{account.username} · {formatDay(days.since)} – {formatDay(days.until)}, beside as many days
              before
            </p>
            <OwnSection account={account.id} days={days} />
            <MetaSection account={account.id} days={days} />
          </div>
        )}
      </div>
    </main>
  )
}

function NoAccount() {
  return (
    <p className="rounded-xl border border-line border-dashed p-8 text-center text-ink-2">
      No Instagram account is connected yet.{" "}
      <a href="#accounts" className="text-accent-text hover:underline">
        Connect one
      </a>
      , and its numbers appear here.
    </p>
  )
}
