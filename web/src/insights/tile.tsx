import { describeChange, formatFigure, type Unit } from "../lib/figures"
import { Sparkline } from "./chart"

type TileProps = {
  title: string
  unit: Unit
  value: number | null
  before: number | null
  values: (number | null)[]
  per: string | null
  says?: string | null
  isChosen: boolean
  onChoose: () => void
}

/** A metric: its number, how it changed, its days; pressing it draws them large. */
export function Tile({ title, unit, value, before, values, per, says, isChosen, onChoose }: TileProps) {
  const change = describeChange(value, before)
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onChoose}
      className="flex min-h-28 min-w-0 flex-col items-stretch rounded-xl border border-line bg-surface p-3.5 text-left hover:bg-hover aria-pressed:border-accent"
    >
      <span className="text-ink-2 text-xs">{title}</span>
      <span className="font-semibold text-xl tabular-nums">
        {formatFigure(value, unit)}
        {per && value !== null && <span className="font-normal text-ink-3 text-xs"> {per}</span>}
      </span>
      <span className="mb-1 min-h-4 text-ink-3 text-xs tabular-nums">
        {says ?? (change && `${change} (${formatFigure(before, unit)} before)`)}
      </span>
      <span className="mt-auto">
        <Sparkline values={values} />
      </span>
    </button>
  )
}
