/** How long what waits will wait, in words. */
import type { Queue } from "../api/model"
import { formatTimeRemaining } from "./time"

const MOST = 10_000
const MINUTE_S = 60

/** "3 ahead, about 2 s", or why nothing goes. Null when nothing waits. */
export function describeQueue({ people, schedules, automatic, expected_s, paused_by }: Queue): string | null {
  const count = people + schedules + automatic
  if (count === 0) return null
  const many = count >= MOST ? `${MOST.toLocaleString()} or more` : count.toLocaleString()
  const time =
    expected_s < MINUTE_S
      ? `${Math.max(1, Math.round(expected_s))} s`
      : formatTimeRemaining(expected_s * 1000)
  return [paused_by?.replace(/\.$/u, ""), `${many} waiting`, `about ${time}`].filter(Boolean).join(", ")
}
