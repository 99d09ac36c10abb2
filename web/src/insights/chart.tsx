import { useId } from "react"
import { formatDay, formatFigure, linePath, roundTop, type Unit } from "../lib/figures"
import { AsTable } from "./as-table"

export type Point = { day: string; value: number | null }

const WIDTH = 600
const HEIGHT = 160

/** A line through the days and, dashed, through as many before; a gap is a day that nobody knows. With a table for who cannot see. */
export function DayChart(properties: { title: string; unit: Unit; points: Point[]; before: Point[] }) {
  const { title, unit, points, before } = properties
  const id = useId()
  const values = points.map((point) => point.value)
  const earlier = before.map((point) => point.value)
  const top = roundTop([...values, ...earlier])
  return (
    <figure aria-labelledby={id} className="rounded-xl border border-line bg-surface p-4">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <figcaption id={id} className="font-semibold text-sm">
          {title}
        </figcaption>
        <p aria-hidden="true" className="flex items-center gap-3 text-2xs text-ink-3">
          <Key className="stroke-accent" /> these days
          {earlier.some((value) => value !== null) && (
            <>
              <Key className="stroke-ink-3 [stroke-dasharray:5_5]" /> the days before
            </>
          )}
        </p>
      </div>
      <div className="relative pl-12">
        <span className="absolute top-0 left-0 text-2xs text-ink-3 tabular-nums">
          {formatFigure(top, unit)}
        </span>
        <span className="absolute bottom-0 left-0 text-2xs text-ink-3 tabular-nums">
          {formatFigure(0, unit)}
        </span>
        <svg
          viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`}
          preserveAspectRatio="none"
          className="h-40 w-full"
          aria-hidden="true"
        >
          <path d={`M0 ${HEIGHT}h${WIDTH}M0 0h${WIDTH}`} className="stroke-line" fill="none" />
          <Line
            path={linePath(earlier, top, WIDTH, HEIGHT)}
            className="stroke-ink-3 [stroke-dasharray:5_5]"
          />
          <Line path={linePath(values, top, WIDTH, HEIGHT)} className="stroke-accent" />
        </svg>
        {values.every((value) => value === null) && (
          <p className="absolute inset-0 grid place-items-center pl-12 text-ink-3 text-sm">
            Nothing is known of these days.
          </p>
        )}
      </div>
      <p className="mt-1 flex justify-between pl-12 text-2xs text-ink-3 tabular-nums">
        <span>{points[0] && formatDay(points[0].day)}</span>
        <span>{points.length > 1 && formatDay(points[points.length - 1]?.day ?? "")}</span>
      </p>
      <AsTable label={`${title} by day`} className="max-h-56 overflow-y-auto">
        {() => <DayTable title={title} unit={unit} points={points} before={before} />}
      </AsTable>
    </figure>
  )
}

function Line({ path, className }: { path: string; className: string }) {
  return (
    <path
      d={path}
      className={className}
      fill="none"
      strokeWidth={2}
      strokeLinecap="round"
      strokeLinejoin="round"
      vectorEffect="non-scaling-stroke"
    />
  )
}

function Key({ className }: { className: string }) {
  return (
    <svg viewBox="0 -2 20 4" className="-mr-1.5 h-1 w-5" aria-hidden="true">
      <Line path="M0 0h20" className={className} />
    </svg>
  )
}

function DayTable({
  title,
  unit,
  points,
  before,
}: {
  title: string
  unit: Unit
  points: Point[]
  before: Point[]
}) {
  return (
    <table className="w-full text-left tabular-nums">
      <caption className="sr-only">{title}</caption>
      <thead className="text-ink-3">
        <tr>
          <th scope="col">Day</th>
          <th scope="col">{title}</th>
          <th scope="col">Before</th>
        </tr>
      </thead>
      <tbody>
        {points.map((point, index) => (
          <tr key={point.day} className="border-line border-t">
            <th scope="row" className="py-1 font-normal">
              {formatDay(point.day)}
            </th>
            <td>{formatFigure(point.value, unit)}</td>
            <td className="text-ink-3">{formatFigure(before[index]?.value ?? null, unit)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The same line, small, beside its number, which says what there is to say. */
export function Sparkline({ values }: { values: (number | null)[] }) {
  return (
    <svg viewBox="0 -2 120 32" preserveAspectRatio="none" className="h-8 w-full" aria-hidden="true">
      <Line path={linePath(values, roundTop(values), 120, 28)} className="stroke-accent" />
    </svg>
  )
}
