import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { explain } from "../api/client"
import { type Days, insightsOf } from "../api/insights"
import type { Insights } from "../api/model"
import { formatFigure } from "../lib/figures"
import { Bars, DayChart } from "./chart"
import { RunLine } from "./run-line"
import { Tile } from "./tile"

/** What Instagram says of the account. */
export function MetaSection({ account, days }: { account: string; days: Days }) {
  const { data, error } = useQuery(insightsOf(account, days))
  const [chosen, choose] = useState<string | null>(null)
  if (data === undefined) {
    return error ? (
      <p className="text-red text-sm">{explain(error)}</p>
    ) : (
      <div aria-busy="true" className="h-96 rounded-xl bg-sunken motion-safe:animate-pulse" />
    )
  }
  const metric = data.metrics.find(({ name }) => name === chosen) ?? data.metrics[0]
  return (
    <section aria-labelledby="meta-numbers" className="flex flex-col gap-3">
      <h2 id="meta-numbers" className="font-semibold text-lg">
        On Instagram
      </h2>
      <RunLine account={account} isOverdue={data.is_overdue} />
      {data.last_run === null && (
        <p className="rounded-xl border border-line border-dashed p-4 text-ink-2 text-sm">
          Instagram has not been asked for this account's numbers yet. “Sync now” does; after that it happens
          by itself.
        </p>
      )}
      <div className="grid grid-cols-2 gap-3 drawer:grid-cols-3">
        {data.metrics.map((one) => (
          <Tile
            key={one.name}
            title={one.title}
            unit={one.unit}
            value={one.total}
            before={one.previous_total}
            values={one.series.map(({ value }) => value)}
            says={one.state === "ok" ? null : one.says}
            isChosen={one.name === metric?.name}
            onChoose={() => choose(one.name)}
          />
        ))}
      </div>
      {metric && (
        <DayChart
          title={metric.title}
          unit={metric.unit}
          points={metric.series}
          before={metric.previous_series}
        />
      )}
      <div className="grid gap-3 pane:grid-cols-2">
        {metric?.breakdowns.map(({ by, parts }) => (
          <Bars
            key={by}
            title={`${metric.title} by ${by.replaceAll("_", " ").replaceAll(",", ", ")}`}
            unit={metric.unit}
            parts={named(parts)}
          />
        ))}
        <Bars title="Followers by age" unit="people" parts={named(data.audience.age)} />
        <Bars title="Followers by gender" unit="people" parts={named(data.audience.gender)} />
        <Bars title="Followers by country" unit="people" parts={named(data.audience.country)} />
        <Bars title="Followers by city" unit="people" parts={named(data.audience.city)} />
      </div>
      <TopMedia media={data.top_media} />
    </section>
  )
}

function named(parts: { key: string[]; value: number }[]) {
  return parts.map(({ key, value }) => ({ name: key.join(" · "), value }))
}

function TopMedia({ media }: { media: Insights["top_media"] }) {
  if (media.length === 0) return null
  return (
    <section aria-label="Top posts" className="rounded-xl border border-line bg-surface p-4">
      <h3 className="mb-2 font-semibold text-sm">Top posts</h3>
      <ol className="flex flex-col gap-2 text-sm">
        {media.map((one) => (
          <li key={one.ig_id} className="flex flex-wrap items-baseline gap-x-3 border-line border-t pt-2">
            <span className="rounded bg-sunken px-1.5 text-ink-2 text-xs">{one.kind}</span>
            <span dir="auto" className="min-w-0 flex-1 truncate">
              {one.caption ?? "Without a caption"}
            </span>
            <span className="text-ink-3 text-xs tabular-nums">
              {Object.entries(one.metrics)
                .slice(0, 3)
                .map(([name, value]) => `${formatFigure(value, "count")} ${name.replaceAll("_", " ")}`)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
