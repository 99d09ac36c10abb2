import { formatFigure, type Unit } from "../lib/figures"

type BarsProps = { title: string; unit: Unit; parts: { name: string; value: number }[] }

/** Parts of a number, in their order. */
export function Bars({ title, unit, parts }: BarsProps) {
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
              <span className="tabular-nums">{formatFigure(Math.round(part.value), unit)}</span>
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

/** A number by the hours of a day, 0 to 23, as Instagram tells them. */
export function HourColumns({ title, unit, parts }: BarsProps) {
  const most = Math.max(1, ...parts.map((part) => part.value))
  const best = parts.reduce<BarsProps["parts"][number] | null>(
    (a, b) => (a && a.value >= b.value ? a : b),
    null,
  )
  if (best === null) return null
  return (
    <section aria-label={title} className="rounded-xl border border-line bg-surface p-4">
      <h3 className="font-semibold text-sm">{title}</h3>
      <p className="mb-2 text-ink-3 text-xs">
        Most at {best.name}:00 ({formatFigure(Math.round(best.value), unit)}); hours as Instagram tells them.
      </p>
      <svg viewBox="0 0 240 100" preserveAspectRatio="none" className="h-40 w-full" aria-hidden="true">
        {parts.map((part) => (
          <rect
            key={part.name}
            x={Number(part.name) * 10 + 1}
            y={100 - (part.value / most) * 100}
            width="8"
            height={(part.value / most) * 100}
            className="fill-accent"
          />
        ))}
      </svg>
      <p className="mt-1 flex justify-between text-2xs text-ink-3">
        <span>0:00</span>
        <span>23:00</span>
      </p>
    </section>
  )
}
