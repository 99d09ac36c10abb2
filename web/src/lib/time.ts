/** Times as text. Every function takes the moment it is asked for; nothing here reads the clock. */
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" })
const monthDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" })
const fullDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" })
const longDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" })
const longDate = new Intl.DateTimeFormat(undefined, { dateStyle: "full" })
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" })

/** A text that sorts as its moment does, to the microsecond, however many digits the server wrote. */
export function timeKey(iso: string | null): string {
  if (iso === null) return ""
  const fraction = /\.(\d+)/u.exec(iso)?.[1] ?? ""
  return `${iso.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, "0")}`
}

/** "14:03": the time of a message in its group. */
export function formatMessageTime(iso: string): string {
  return clock.format(new Date(iso))
}

/** "21 Nov 2026, 14:03:22": for a title, where the exact moment is asked for. */
export function formatExact(iso: string): string {
  return exact.format(new Date(iso))
}

/** The time in a list row: "now", "12m", "14:03", "Tue", "2 May", "2 May 2025". */
export function formatRowTime(iso: string | null, now: number): string {
  if (iso === null) return ""
  const at = Date.parse(iso)
  const age = now - at
  if (age < MINUTE) return "now"
  if (age < HOUR) return `${Math.floor(age / MINUTE)}m`
  if (sameDay(at, now)) return clock.format(at)
  if (age < 6 * DAY) return weekday.format(at)
  return new Date(at).getFullYear() === new Date(now).getFullYear()
    ? monthDay.format(at)
    : fullDate.format(at)
}

/** "Today", "Yesterday", "Tuesday, 3 November": a separator between days. */
export function formatDay(iso: string, now: number): string {
  const at = Date.parse(iso)
  if (sameDay(at, now)) return "Today"
  if (sameDay(at, now - DAY)) return "Yesterday"
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? longDay.format(at) : longDate.format(at)
}

/** "09:41", "Tue 18:20" or "2 May, 18:20": a moment in a sentence. */
export function formatMoment(at: number, now: number): string {
  if (sameDay(at, now)) return clock.format(at)
  if (Math.abs(now - at) < 6 * DAY) return `${weekday.format(at)} ${clock.format(at)}`
  return `${monthDay.format(at)}, ${clock.format(at)}`
}

/** "just now", "2 minutes ago", "1 hour ago", "5 days ago". */
export function formatAgo(at: number, now: number): string {
  const age = now - at
  return age < MINUTE ? "just now" : `${speakTimeRemaining(age)} ago`
}

/** The calendar day of a moment where the reader is: a key for grouping. */
export function dayKey(iso: string): string {
  const date = new Date(iso)
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`
}

/** "4 d 3 h", "5 h 12 m", "14 m", "less than a minute". */
export function formatTimeRemaining(ms: number): string {
  if (ms < MINUTE) return "less than a minute"
  const days = Math.floor(ms / DAY)
  const hours = Math.floor((ms % DAY) / HOUR)
  const minutes = Math.floor((ms % HOUR) / MINUTE)
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} m` : `${hours} h`
  return `${minutes} m`
}

/** The same in words, for a screen reader: "3 hours", "1 day". */
export function speakTimeRemaining(ms: number): string {
  if (ms < MINUTE) return "less than a minute"
  if (ms < HOUR) return plural(Math.floor(ms / MINUTE), "minute")
  if (ms < DAY) return plural(Math.floor(ms / HOUR), "hour")
  return plural(Math.floor(ms / DAY), "day")
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}

/** "0:14": how long a sound or a film is. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

/** "640 kB": how large a file is. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** The choices of the snooze menu, each with the moment it means. A choice that is already past is left out. */
export function snoozePresets(now: number): { label: string; until: Date }[] {
  const at = (days: number, hour: number): Date => {
    const date = new Date(now)
    date.setDate(date.getDate() + days)
    date.setHours(hour, 0, 0, 0)
    return date
  }
  const untilMonday = (8 - new Date(now).getDay()) % 7 || 7
  return [
    { label: "In 1 hour", until: new Date(now + HOUR) },
    { label: "In 3 hours", until: new Date(now + 3 * HOUR) },
    { label: "This evening", until: at(0, 18) },
    { label: "Tomorrow morning", until: at(1, 9) },
    { label: "Monday morning", until: at(untilMonday, 9) },
  ].filter((preset) => preset.until.getTime() > now + MINUTE)
}

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString()
}
