/** Numbers in words, and lines through days: pure. What is unknown is null, and never drawn as 0. */

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 })
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 })

export type Unit = "count" | "people" | "percent" | "milliseconds" | "seconds"

export function formatFigure(value: number | null, unit: Unit): string {
  if (value === null) return "–"
  if (unit === "percent") return `${whole.format(value)} %`
  if (unit === "seconds") return formatSeconds(value)
  if (unit === "milliseconds") return formatSeconds(value / 1000)
  if (Math.abs(value) >= 10_000) return short.format(value)
  return whole.format(Math.abs(value) < 100 ? value : Math.round(value))
}

export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) {
    const minutes = Math.round(seconds / 60)
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  }
  return `${whole.format(seconds / 86_400)} days`
}

/** How much more or less than before; null where there is nothing to compare with. */
export function describeChange(value: number | null, before: number | null): string | null {
  if (value === null || before === null) return null
  if (before === 0) return value === 0 ? "no change" : "none before"
  const percent = Math.round(((value - before) / Math.abs(before)) * 100)
  return percent === 0 ? "no change" : `${percent > 0 ? "+" : "−"}${Math.abs(percent)} %`
}

/** The SVG path of values from left to right; an unknown one is a gap, a known one between two gaps a short dash. */
export function linePath(values: (number | null)[], top: number, width: number, height: number): string {
  const step = values.length > 1 ? width / (values.length - 1) : width
  const dash = (width / 60).toFixed(1) // of a day between two gaps, which would be a point
  let path = ""
  let isDrawing = false
  values.forEach((value, index) => {
    if (value === null) {
      isDrawing = false
      return
    }
    const x = (index * step).toFixed(1)
    const y = (height - (Math.max(value, 0) / (top || 1)) * height).toFixed(1)
    const isAlone = !isDrawing && (values[index + 1] ?? null) === null
    path += isDrawing ? `L${x} ${y}` : `M${x} ${y}${isAlone ? `h${dash}` : ""}`
    isDrawing = true
  })
  return path
}

/** A round number at or above the greatest value: where the axis ends. */
export function roundTop(values: (number | null)[]): number {
  const most = Math.max(0, ...values.map((value) => value ?? 0))
  if (most === 0) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((top) => top >= most) ?? most
}

/** The last so many whole days, as YYYY-MM-DD, ending the day before `now`, as Instagram tells whole days only. */
export function lastDays(count: number, now: number): { since: string; until: string } {
  const day = (back: number) => new Date(now - back * 86_400_000).toISOString().slice(0, 10)
  return { since: day(count), until: day(1) }
}

export function formatDay(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(undefined, {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
  })
}
