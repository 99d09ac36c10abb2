/** How far an import is, how fast, and when it will be done: from what the run says and the moment it is asked for. */
import type { Run } from "../api/model"
import { formatTimeRemaining, plural } from "./time"

const MINUTE = 60_000
/** Before that a rate says more about the beginning than about what follows. */
const SETTLED_MS = 5_000

export type ImportProgress = {
  done: number
  /** Null until Instagram has listed all conversations. */
  total: number | null
  /** From 0 to 1, where the total is known. */
  share: number | null
  perMinute: number | null
  leftMs: number | null
}

type Facts = Pick<
  Run,
  "started_at" | "conversations_read" | "conversations_skipped" | "conversations_total" | "waiting_until"
>

export function selectImportProgress(run: Facts, now: number): ImportProgress {
  const done = run.conversations_read + run.conversations_skipped
  // Conversations that began since they were counted are read as well.
  const total = run.conversations_total === null ? null : Math.max(run.conversations_total, done)
  const tookMs = run.started_at === null ? 0 : now - Date.parse(run.started_at)
  const perMinute = done > 0 && tookMs >= SETTLED_MS ? (done / tookMs) * MINUTE : null
  const left = total === null || perMinute === null ? null : ((total - done) / perMinute) * MINUTE
  return {
    done,
    total,
    share: total === null ? null : total === 0 ? 1 : done / total,
    perMinute,
    leftMs: left === null ? null : left + waitingMs(run.waiting_until, now),
  }
}

/** Whether somebody waits for its end. */
export function isUnderWay(run: Pick<Run, "state"> | undefined): boolean {
  return run?.state === "waiting" || run?.state === "running"
}

/** "12 of 30 conversations", "12 conversations, counting…" */
export function describeDone({ done, total }: ImportProgress): string {
  return total === null
    ? `${plural(done, "conversation")}, counting…`
    : `${done} of ${plural(total, "conversation")}`
}

/** "about 70 a minute", or null while nobody can say. */
export function describeRate({ perMinute }: ImportProgress): string | null {
  if (perMinute === null) return null
  return perMinute < 1 ? "less than 1 a minute" : `about ${Math.round(perMinute)} a minute`
}

/** "about 4 m left", or null while nobody can say. */
export function describeLeft({ leftMs }: ImportProgress): string | null {
  if (leftMs === null) return null
  return leftMs < MINUTE ? "less than a minute left" : `about ${formatTimeRemaining(leftMs)} left`
}

/** What came of an import that is over; when, is said beside it. */
export function describeImported(run: Run): string {
  const { conversations_total, conversations_skipped: skipped } = run
  const read = run.conversations_read
  switch (run.state) {
    case "failed":
      return `The import failed: ${run.error ?? "Instagram gave no reason"}`
    case "stopped": {
      const of = conversations_total === null ? "" : ` of ${conversations_total}`
      const by = run.error === null ? "" : ` (${run.error})`
      return `Stopped after ${read + skipped}${of} conversations${by}. What was read stays`
    }
    default:
      if (read + skipped === 0 && run.unreadable === 0) {
        return "There are no conversations at Instagram to import"
      }
      return describeBrought(run) + describeUnreadable(run)
  }
}

function describeBrought({ messages_new, conversations_read, conversations_skipped }: Run): string {
  return messages_new === 0
    ? `Nothing new in ${plural(conversations_read + conversations_skipped, "conversation")}`
    : `Imported ${plural(messages_new, "message")} of ${plural(conversations_read, "conversation")}`
}

/** " (2 could not be understood)", or nothing. */
function describeUnreadable({ unreadable }: Run): string {
  return unreadable === 0 ? "" : ` (${unreadable} could not be understood)`
}

function waitingMs(until: string | null, now: number): number {
  return until === null ? 0 : Math.max(0, Date.parse(until) - now)
}
