import type { Message } from "../api/model"
import { selectMessageName } from "../lib/message-name"
import { formatRelease, isFirstPart } from "../lib/scheduled"
import { formatExact } from "../lib/time"
import { Icon } from "../ui/icon"
import { useNow } from "../ui/use-now"
import { Attachments } from "./attachments"
import { RichText } from "./rich-text"
import { ScheduleActions } from "./schedule-actions"

type GhostProps = { message: Message; rowKey: string; participantName: string }

/** An answer that is not said yet: when it goes, or why it waits for a person. */
export function GhostItem({ message, rowKey, participantName }: GhostProps) {
  const now = useNow()
  const isHeld = message.status === "held"
  const isFirst = isFirstPart(message)
  return (
    <article
      data-key={rowKey}
      data-message-id={message.id}
      data-sent-at={message.sent_at}
      aria-label={selectMessageName(message, participantName)}
      className={`flex flex-col items-end gap-1 ${isFirst ? "mt-3" : "mt-0.5"}`}
    >
      {isFirst && (
        <p
          className={`flex flex-wrap items-center justify-end gap-1 px-1 text-xs ${isHeld ? "font-medium text-amber" : "text-ink-3"}`}
        >
          <Icon name={isHeld ? "alert" : "clock"} size={13} />
          {isHeld ? (
            "Held for review. They wrote after this was scheduled."
          ) : (
            <time dateTime={message.sent_at} title={formatExact(message.sent_at)}>
              {formatRelease(message.sent_at, now)}
            </time>
          )}
          {message.author.name && <span className="text-ink-3">· {message.author.name}</span>}
        </p>
      )}
      {message.attachments.length > 0 && <Attachments message={message} isOurs />}
      {message.text && (
        <p
          dir="auto"
          className={`max-w-[min(34rem,85%)] rounded-2xl border border-dashed px-3.5 py-2 text-base text-ink-2 wrap-anywhere whitespace-pre-wrap ${isHeld ? "border-amber bg-amber-soft" : "border-line-strong bg-surface"}`}
        >
          <RichText text={message.text} />
        </p>
      )}
      {isFirst && <ScheduleActions message={message} />}
    </article>
  )
}
