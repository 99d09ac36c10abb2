import { type ReactNode, useId, useState } from "react"
import type { OnReply } from "../api/model"
import {
  formatRelease,
  ON_REPLY,
  schedulePresets,
  toLocalField,
  whyNotThen,
  zoneName,
} from "../lib/scheduled"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"

type FormProps = {
  /** Warns of a time that can be chosen all the same. */
  outlook: (at: number) => string | null
  onReply: OnReply
  onChangeReply: (onReply: OnReply) => void
  onChoose: (at: Date) => void
  chosen?: Date | undefined
  verb?: string
}

/** When: some times that are often meant, any other, and what becomes of it when they write before. */
export function ScheduleForm(props: FormProps) {
  const { outlook, onReply, onChangeReply, onChoose, chosen, verb = "Schedule" } = props
  const id = useId()
  const [picked, setPicked] = useState(() => (chosen ? toLocalField(chosen) : ""))
  const now = Date.now()
  const at = new Date(picked)
  const wrong = picked === "" ? null : whyNotThen(at.getTime(), now)
  const warning = picked === "" || wrong !== null ? null : outlook(at.getTime())
  return (
    <div className="flex flex-col">
      {schedulePresets(now).map((preset) => (
        <button
          key={preset.label}
          type="button"
          onClick={() => onChoose(preset.at)}
          className="inset-focus tap flex flex-wrap items-center justify-between gap-x-6 rounded-lg px-2.5 py-1.5 text-left hover:bg-hover focus-visible:bg-hover"
        >
          {preset.label}
          <span className="text-ink-3 text-xs">{formatRelease(preset.at.toISOString(), now)}</span>
          <Warning text={outlook(preset.at.getTime())} />
        </button>
      ))}
      <form
        className="mt-1 flex flex-col gap-2 border-line border-t px-2.5 pt-2.5 pb-1.5"
        onSubmit={(event) => {
          event.preventDefault()
          if (picked !== "" && wrong === null) onChoose(at)
        }}
      >
        <div className="flex items-end gap-2">
          <label className="flex flex-1 flex-col gap-1 font-medium text-ink-3 text-xs">
            Another time
            <input
              type="datetime-local"
              value={picked}
              onChange={(event) => setPicked(event.target.value)}
              aria-invalid={wrong !== null}
              aria-describedby={`${id}-about`}
              className="h-8 rounded-lg border border-line-strong bg-surface px-2 text-ink text-sm"
            />
          </label>
          <Button type="submit" disabled={picked === "" || wrong !== null}>
            {verb}
          </Button>
        </div>
        <p id={`${id}-about`} className={`text-xs ${wrong ? "text-red" : "text-ink-3"}`}>
          {wrong ?? `Times of ${zoneName()}.`}
        </p>
        <Warning text={warning} />
        <label className="flex items-center justify-between gap-2 text-xs">
          If they write before
          <select
            value={onReply}
            onChange={(event) => onChangeReply(event.target.value as OnReply)}
            className="rounded-md border border-line bg-surface px-2 py-1 text-sm"
          >
            {Object.entries(ON_REPLY).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </form>
    </div>
  )
}

function Warning({ text }: { text: ReactNode }) {
  if (text === null) return null
  return (
    <span className="flex w-full items-start gap-1 text-amber text-xs">
      <Icon name="alert" size={13} />
      {text}
    </span>
  )
}
