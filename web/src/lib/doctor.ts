/** What is needed of the doctor wherever one is: as little as can be, because every visit loads it. */

export const DOCTOR = "/doctor"
export const GUIDE = "/doctor/guide"

/** "Doctor: 2 things are broken". */
export function describeBroken(count: number): string {
  if (count === 0) return "Doctor"
  return count === 1 ? "Doctor: one thing is broken" : `Doctor: ${count} things are broken`
}
