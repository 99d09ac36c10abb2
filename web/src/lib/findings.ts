/** What the doctor found, sorted for people: by what it is about, and as the first steps of a new installation. */
import type { Checkup, Finding } from "../api/model"
import { GUIDE } from "./doctor"
import { formatAgo, plural } from "./time"

export type Level = Finding["level"]
export type Group = { key: string; name: string; findings: Finding[]; worst: Level }
export type Step = { check: string; title: string; finding: Finding; isWaiting: boolean }

const ORDER: Level[] = ["green", "unknown", "amber", "red"]

export const LEVELS: Record<Level, string> = {
  red: "Broken",
  amber: "Needs a look",
  unknown: "Not known",
  green: "Well",
}

/** What there has to be before a first message can come, each with the words of somebody who does it for the first time. */
const STEPS: [string, string][] = [
  ["secrets", "Secrets of the Meta app"],
  ["public", "A public address that Meta reaches"],
  ["app", "The app's callback and fields"],
  ["connected", "An Instagram account"],
  ["token", "Its access token"],
  ["subscription", "Its subscription to webhooks"],
  ["access", "Access to its messages"],
  ["mode", "A published app"],
  ["incoming", "Send yourself a direct message"],
]
const LAST = "incoming"

export function worstOf(findings: readonly Finding[]): Level {
  return findings.reduce<Level>(
    (worst, { level }) => (ORDER.indexOf(level) > ORDER.indexOf(worst) ? level : worst),
    "green",
  )
}

/** The installation first, then each account; in each the worst first. */
export function groupFindings(findings: readonly Finding[]): Group[] {
  const byKey = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = finding.account_id ?? ""
    byKey.set(key, [...(byKey.get(key) ?? []), finding])
  }
  return [...byKey].map(([key, own]) => ({
    key,
    name: key === "" ? "This installation" : (own[0]?.about ?? "An account"),
    findings: own.toSorted((a, b) => ORDER.indexOf(b.level) - ORDER.indexOf(a.level)),
    worst: worstOf(own),
  }))
}

/** The way to the first message. Of several findings the worst counts; what came by now is green whatever was found before. */
export function selectFirstSteps(findings: readonly Finding[], hasMessage: boolean): Step[] {
  return STEPS.flatMap(([check, title]) => {
    const own = findings.filter((finding) => finding.check === check)
    const worst = worstOf(own)
    const finding = own.find(({ level }) => level === worst)
    if (finding === undefined) return []
    const isLast = check === LAST
    if (hasMessage && (isLast || check === "mode")) {
      const says = "The first message is here."
      return [{ check, title, finding: { ...finding, level: "green", says }, isWaiting: false }]
    }
    return [{ check, title, finding, isWaiting: isLast && worst === "unknown" }]
  })
}

/** "2 things are broken, one needs a look." */
export function describeStanding({ red, amber }: Pick<Checkup, "red" | "amber">): string {
  if (red + amber === 0) return "Everything that could be looked at is well."
  const parts = [
    red > 0 && `${plural(red, "thing")} ${red === 1 ? "is" : "are"} broken`,
    amber > 0 &&
      `${amber}${red > 0 ? "" : amber === 1 ? " thing" : " things"} ${amber === 1 ? "needs" : "need"} a look`,
  ]
  return `${parts.filter((part) => part !== false).join(", ")}.`
}

/** "Looked at 2 hours ago". */
export function describeLooked(checkup: Checkup, now: number): string {
  if (checkup.looked_at === null) return "Looking for the first time…"
  return `Looked at ${formatAgo(Date.parse(checkup.looked_at), now)}`
}

/** Where the guide tells more of a finding: the address here, of a section of docs/meta-setup.md. */
export function guideTo({ guide }: Pick<Finding, "guide">): string {
  return `${GUIDE}#${guide.split("#")[1] ?? ""}`
}
