/** How long what waits will wait, in words. */
import type { Place, Queue } from "../api/model"
import { formatTimeRemaining } from "./time"

const MOST = 10_000
const MINUTE_S = 60

/** "3 waiting, about 2 s", or why nothing goes. Null when nothing waits. */
export function describeQueue({ people, schedules, automatic, ...rest }: Queue): string | null {
  const count = people + schedules + automatic
  return count === 0 ? null : joined(rest, `${many(count)} waiting`)
}

/** "3 ahead, about 2 s", or why it does not go. */
export function describePlace({ ahead, ...rest }: Place): string {
  return joined(rest, ahead === 0 ? "next in line" : `${many(ahead)} ahead`)
}

function joined({ expected_s, paused_by }: Pick<Queue, "expected_s" | "paused_by">, count: string): string {
  return [paused_by?.replace(/\.$/u, ""), count, expected_s !== null && `about ${time(expected_s)}`]
    .filter(Boolean)
    .join(", ")
}

function many(count: number): string {
  return count >= MOST ? `${MOST.toLocaleString()} or more` : count.toLocaleString()
}

function time(seconds: number): string {
  return seconds < MINUTE_S ? `${Math.max(1, Math.round(seconds))} s` : formatTimeRemaining(seconds * 1000)
}
