import type { Automation } from "../api/model"
import { Button, IconButton } from "../ui/button"
import { INPUT } from "./parts"

type Span = Automation["hours"][number]

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
const USUAL: Span = { days: [0, 1, 2, 3, 4], start: "09:00", end: "18:00" }

/** Hours of the week, a line for each span. */
export function SpanFields({ spans, onChange }: { spans: Span[]; onChange: (spans: Span[]) => void }) {
  const put = (index: number, span: Span) => onChange(spans.map((one, at) => (at === index ? span : one)))
  return (
    <div className="flex flex-col gap-2">
      {spans.map((span, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a span is its place in the list
        <fieldset key={index} className="flex flex-wrap items-center gap-2">
          <legend className="sr-only">Hours {index + 1}</legend>
          {DAYS.map((name, day) => (
            <button
              key={name}
              type="button"
              aria-pressed={span.days.includes(day)}
              onClick={() => put(index, { ...span, days: toggled(span.days, day) })}
              className="h-7 rounded-md border border-line px-1.5 text-xs aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
            >
              {name}
            </button>
          ))}
          {(["start", "end"] as const).map((end) => (
            <input
              key={end}
              aria-label={end === "start" ? "From" : "Until"}
              value={span[end]}
              pattern="([01]\d|2[0-4]):[0-5]\d"
              placeholder="HH:MM"
              onChange={({ target }) => put(index, { ...span, [end]: target.value })}
              className={`${INPUT} w-18`}
            />
          ))}
          <IconButton
            icon="close"
            label="Remove these hours"
            onClick={() => onChange(spans.filter((_, at) => at !== index))}
          />
        </fieldset>
      ))}
      <Button small icon="plus" className="self-start" onClick={() => onChange([...spans, USUAL])}>
        Hours
      </Button>
    </div>
  )
}

function toggled(days: number[], day: number): number[] {
  return days.includes(day) ? days.filter((one) => one !== day) : [...days, day].sort()
}
