import { useId } from "react"
import { formatDay, formatFigure, linePath, roundTop, type Unit } from "../lib/figures"

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
      <figcaption id={id} className="mb-2 font-semibold text-sm">
        {title}
      </figcaption>
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
      </div>
      <p className="mt-1 flex justify-between pl-12 text-2xs text-ink-3">
        <span>{points[0] && formatDay(points[0].day)}</span>
        <span>{points.length > 1 && formatDay(points[points.length - 1]?.day ?? "")}</span>
      </p>
      <details className="mt-2 text-xs">
        <summary className="cursor-pointer text-ink-2">As a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <section tabIndex={0} aria-label={`${title} by day`} className="mt-2 max-h-56 overflow-y-auto">
          <DayTable title={title} unit={unit} points={points} before={before} />
        </section>
      </details>
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

/** Parts of a number, the greatest first. */
export function Bars({
  title,
  unit,
  parts,
}: {
  title: string
  unit: Unit
  parts: { name: string; value: number }[]
}) {
  const most = Math.max(1, ...parts.map((part) => part.value))
  if (parts.length === 0) return null
  return (
    <section aria-label={title} className="rounded-xl border border-line bg-surface p-4">
      <h3 className="mb-2 font-semibold text-sm">{title}</h3>
      <ul className="flex flex-col gap-2 text-xs">
        {parts.slice(0, 8).map((part) => (
          <li key={part.name}>
            <span className="flex justify-between gap-2">
              <span className="truncate">{part.name}</span>
              <span className="tabular-nums">{formatFigure(part.value, unit)}</span>
            </span>
            <svg
              viewBox="0 0 100 4"
              preserveAspectRatio="none"
              className="mt-1 h-1.5 w-full"
              aria-hidden="true"
            >
              <rect width="100" height="4" className="fill-sunken" />
              <rect width={(part.value / most) * 100} height="4" className="fill-accent" />
            </svg>
          </li>
        ))}
      </ul>
    </section>
  )
}
