import { useMemo } from "react"
import type { Run } from "../api/model"
import { describeDone, describeLeft, describeRate, selectImportProgress } from "../lib/import-progress"
import { formatMoment, plural } from "../lib/time"
import { Button } from "../ui/button"
import { useNow } from "../ui/use-now"

type ProgressProps = {
  run: Run
  username: string
  /** Null for those who may only look on. */
  onStop: (() => void) | null
  isStopping: boolean
}

/** An import under way. It is drawn anew when the run says something new: nobody is asked. */
export function ImportProgress({ run, username, onStop, isStopping }: ProgressProps) {
  const now = useNow()
  const progress = useMemo(() => selectImportProgress(run, Date.now()), [run])
  const done = describeDone(progress)
  const messages = `${plural(run.messages_new, "new message")}`
  const pace = [describeRate(progress), describeLeft(progress)].filter((part) => part !== null)
  const waits = run.waiting_until !== null && Date.parse(run.waiting_until) > Date.now()
  return (
    <div className="flex w-full flex-col gap-2">
      <div className="flex items-center justify-between gap-4">
        <p className="font-medium tabular-nums">
          {run.state === "waiting" ? "The import begins in a moment" : done}
        </p>
        {onStop && (
          <Button small aria-disabled={isStopping} onClick={() => isStopping || onStop()}>
            {isStopping ? "Stopping…" : "Stop"}
          </Button>
        )}
      </div>
      <Bar share={progress.share} name={`Import of @${username}`} text={`${done}, ${messages}`} />
      <p className="flex flex-wrap gap-x-3 text-xs text-ink-3 tabular-nums">
        <span>{messages}</span>
        {pace.map((part) => (
          <span key={part}>{part}</span>
        ))}
        {waits && run.waiting_until !== null && (
          <span className="text-amber">
            Waiting for Instagram until {formatMoment(Date.parse(run.waiting_until), now)}
          </span>
        )}
      </p>
    </div>
  )
}

type BarProps = { share: number | null; name: string; text: string }

/** Without a share the bar says only that something goes on. */
function Bar({ share, name, text }: BarProps) {
  const percent = share === null ? null : Math.round(share * 100)
  return (
    <div
      role="progressbar"
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
      aria-valuetext={text}
      className="h-2 overflow-hidden rounded-full bg-line-strong"
    >
      <div
        className={`h-full rounded-full bg-accent transition-[width] duration-300 ${percent === null ? "w-1/4 motion-safe:animate-pulse" : ""}`}
        style={percent === null ? undefined : { width: `${percent}%` }}
      />
    </div>
  )
}
