import { Link } from "wouter"
import type { Finding } from "../api/model"
import { guideTo, LEVELS, type Level } from "../lib/findings"
import { Icon, type IconName } from "./icon"

const MARKS: Record<Level, { icon: IconName; look: string }> = {
  green: { icon: "check", look: "text-green" },
  amber: { icon: "alert", look: "text-amber" },
  red: { icon: "alert", look: "text-red" },
  unknown: { icon: "question", look: "text-ink-3" },
}

export function LevelMark({ level, size = 18 }: { level: Level; size?: number }) {
  const { icon, look } = MARKS[level]
  return (
    <span className={look} title={LEVELS[level]}>
      <Icon name={icon} size={size} />
      <span className="sr-only">{LEVELS[level]}: </span>
    </span>
  )
}

/** What the doctor says, with what is to be typed between backticks. */
function Words({ text }: { text: string }) {
  return text.split("`").map((part, place) =>
    place % 2 === 0 ? (
      part
    ) : (
      <code key={part} className="rounded bg-sunken px-1 py-0.5 text-[0.9em]">
        {part}
      </code>
    ),
  )
}

type ItemProps = { title: string; finding: Finding; isWaiting?: boolean; isNamed?: boolean }

/** One thing that was looked at: how it is, what that means, how to mend it and where. */
export function FindingItem({ title, finding, isWaiting = false, isNamed = false }: ItemProps) {
  const { level, says, means, remedy, path } = finding
  const isOpen = level !== "green"
  return (
    <li className="flex gap-3 py-2.5" data-check={finding.check} data-level={level}>
      <span className={`mt-0.5 ${isWaiting ? "motion-safe:animate-pulse" : ""}`}>
        {isWaiting ? (
          <span className="text-accent-text">
            <Icon name="clock" size={18} />
            <span className="sr-only">Waiting: </span>
          </span>
        ) : (
          <LevelMark level={level} />
        )}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-0.5 text-sm wrap-anywhere">
        <p className="flex flex-wrap gap-x-2">
          <span className="font-medium">{title}</span>
          {isNamed && finding.about && <span className="text-ink-3">{finding.about}</span>}
        </p>
        <p className={isOpen && !isWaiting && level !== "unknown" ? MARKS[level].look : "text-ink-2"}>
          <Words text={says} />
        </p>
        {isOpen && means && <p className="text-ink-2">{means}</p>}
        {isOpen && remedy && (
          <p>
            <Words text={remedy} />
          </p>
        )}
        {isOpen && path && (
          <p className="text-ink-2">
            <span className="text-ink-3">Where: </span>
            {path}
          </p>
        )}
        {isOpen && (
          <Link
            href={guideTo(finding)}
            aria-label={`How, for ${title}`}
            className="self-start text-accent-text text-xs underline underline-offset-2"
          >
            How
          </Link>
        )}
      </div>
    </li>
  )
}
