import { useQuery } from "@tanstack/react-query"
import { useRef, useState } from "react"
import { explain } from "../api/client"
import { type Days, insightsOf } from "../api/insights"
import type { Insights } from "../api/model"
import { formatFigure } from "../lib/figures"
import { breakdownName, partName } from "../lib/part-words"
import { selectThumbnailUrl } from "../lib/selectors"
import { Bars, HourColumns } from "./bars"
import { DayChart } from "./chart"
import { RunLine } from "./run-line"
import { Tile } from "./tile"

type Metric = Insights["metrics"][number]

/** What Instagram says of the account. */
export function MetaSection({ account, days }: { account: string; days: Days }) {
  const { data, error } = useQuery(insightsOf(account, days))
  const [chosen, choose] = useState<string | null>(null)
  const chart = useRef<HTMLDivElement>(null)
  if (data === undefined) {
    return error ? (
      <p className="text-red text-sm">{explain(error)}</p>
    ) : (
      <div aria-busy="true" className="h-96 rounded-xl bg-sunken motion-safe:animate-pulse" />
    )
  }
  const metric = data.metrics.find(({ name }) => name === chosen) ?? data.metrics[0]
  const isEmpty = data.last_run === null && data.metrics.every(({ state }) => state !== "ok")
  return (
    <section aria-labelledby="meta-numbers" className="flex flex-col gap-3">
      <h2 id="meta-numbers" className="font-semibold text-lg">
        On Instagram
      </h2>
      <RunLine account={account} isOverdue={data.is_overdue} />
      {isEmpty ? (
        <NeverAsked />
      ) : (
        <>
          <TooFew errors={data.last_run?.result.errors ?? []} />
          <div ref={chart} className="scroll-mt-4">
            {metric && <Large metric={metric} />}
          </div>
          <div className="grid grid-cols-2 gap-3 drawer:grid-cols-3 wide:grid-cols-4">
            {data.metrics.map((one) => (
              <Tile
                key={one.name}
                title={one.title}
                unit={one.unit}
                value={one.total}
                before={comparable(one)}
                values={one.series.map(({ value }) => value)}
                per={one.total_is === "average" ? "a day" : null}
                says={saysOf(one)}
                isChosen={one.name === metric?.name}
                onChoose={() => {
                  choose(one.name)
                  chart.current?.scrollIntoView({ block: "nearest" })
                }}
              />
            ))}
          </div>
          <div className="grid gap-3 pane:grid-cols-2">
            {metric && <Parts metric={metric} />}
            {(["age", "gender", "country", "city"] as const).map((by) => (
              <Bars
                key={by}
                title={`Followers by ${by}`}
                unit="people"
                parts={named(data.audience[by], by)}
              />
            ))}
          </div>
          <TopMedia media={data.top_media} />
        </>
      )}
    </section>
  )
}

function NeverAsked() {
  return (
    <p className="rounded-xl border border-line border-dashed p-8 text-center text-ink-2 text-sm">
      Instagram has not been asked for this account's numbers yet. “Sync now” asks for all that it still has;
      after that it happens by itself, each night.
    </p>
  )
}

/** Said once for all the numbers that are missing for it. */
function TooFew({ errors }: { errors: { kind: string; says: string; media?: string | null }[] }) {
  const reason = errors.find(({ kind, media }) => kind === "too_few" && !media)
  if (reason === undefined) return null
  return (
    <p className="rounded-xl border border-line border-dashed p-4 text-ink-2 text-sm">
      {reason.says} Instagram gives numbers of followers, and who they are, from 100 on. They appear here by
      themselves then.
    </p>
  )
}

/** What the days before came to, unless too many of them are unknown to add up. */
function comparable({ total_is, previous_total, previous_series }: Metric): number | null {
  const known = previous_series.filter(({ value }) => value !== null).length
  return total_is === "sum" && known < previous_series.length * 0.9 ? null : previous_total
}

function saysOf(metric: Metric): string | null {
  if (metric.state !== "ok") return metric.says ?? "Not known"
  return hoursOf(metric) ? "By hour" : null
}

function hoursOf(metric: Metric) {
  return metric.breakdowns.find(({ by }) => by === "hour")
}

function Large({ metric }: { metric: Metric }) {
  const hours = hoursOf(metric)
  if (hours) return <HourColumns title={metric.title} unit={metric.unit} parts={named(hours.parts, "hour")} />
  return (
    <DayChart
      title={metric.title}
      unit={metric.unit}
      points={metric.series}
      before={metric.previous_series}
    />
  )
}

function Parts({ metric }: { metric: Metric }) {
  return metric.breakdowns
    .filter(({ by }) => by !== "hour")
    .map(({ by, parts }) => (
      <Bars
        key={by}
        title={`${metric.title} by ${breakdownName(by)}`}
        unit={metric.unit}
        parts={named(parts, by)}
      />
    ))
}

function named(parts: { key: string[]; value: number }[], by: string) {
  return parts.map(({ key, value }) => ({ name: partName(key, by), value }))
}

function TopMedia({ media }: { media: Insights["top_media"] }) {
  if (media.length === 0) return null
  return (
    <section aria-label="Top posts" className="rounded-xl border border-line bg-surface p-4">
      <h3 className="mb-2 font-semibold text-sm">Top posts</h3>
      <ol className="flex flex-col gap-2 text-sm">
        {media.map((one) => (
          <li key={one.ig_id} className="flex flex-wrap items-center gap-x-3 border-line border-t pt-2">
            <Picture url={selectThumbnailUrl(one)} kind={one.kind} />
            <span dir="auto" className="min-w-0 flex-1 basis-40 truncate">
              {one.caption ?? "Without a caption"}
            </span>
            <span className="text-ink-3 text-xs tabular-nums">{figuresOf(one.metrics)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** What was posted, small; its kind in words where there is no picture. */
function Picture({ url, kind }: { url: string | null; kind: string }) {
  const [isBroken, setBroken] = useState(false)
  return (
    <span className="relative grid size-12 shrink-0 place-items-center overflow-hidden rounded bg-sunken text-ink-2 text-xs">
      {kind}
      {url !== null && !isBroken && (
        <img
          src={url}
          alt=""
          loading="lazy"
          width={48}
          height={48}
          onError={() => setBroken(true)}
          className="absolute inset-0 size-full object-cover"
        />
      )}
    </span>
  )
}

/** Three that every kind has. */
function figuresOf(metrics: Record<string, number>): string {
  const names = { reach: "reached", views: "views", total_interactions: "interactions" }
  const told = Object.entries(names).filter(([name]) => metrics[name] !== undefined)
  if (told.length === 0) return "not read yet"
  return told.map(([name, word]) => `${formatFigure(metrics[name] ?? null, "count")} ${word}`).join(" · ")
}
