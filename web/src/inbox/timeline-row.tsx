import { memo } from "react"
import type { Activity, Message, Note } from "../api/model"
import { describeActivity } from "../lib/activity-words"
import { formatDay, formatExact, formatMessageTime } from "../lib/time"
import type { TimelineItem } from "../lib/timeline"
import { Icon } from "../ui/icon"
import { useNow } from "../ui/use-now"
import { GhostItem } from "./ghost-item"
import { MessageItem } from "./message-item"
import { PendingItem } from "./pending-item"
import { RichText } from "./rich-text"

type RowProps = {
  item: TimelineItem
  participantName: string
  avatarUrl: string | null
  conversationId: string
  /** Where a quoted message is looked up; empty for a message that quotes none. */
  messages: readonly Message[]
  onJump: (mid: string) => void
  onReply: (message: Message) => void
}

/** One thing of the timeline. Drawn anew only when it changed itself. */
export const TimelineRow = memo(function TimelineRow(row: RowProps) {
  const { item } = row
  switch (item.kind) {
    case "day":
      return <Day at={item.at} rowKey={item.key} />
    case "unread":
      return (
        <div
          data-key={item.key}
          className="my-3 flex items-center gap-3 text-2xs font-semibold text-red uppercase"
        >
          <span className="h-px flex-1 bg-red/40" />
          New
          <span className="h-px flex-1 bg-red/40" />
        </div>
      )
    case "note":
      return <NoteItem note={item.note} rowKey={item.key} />
    case "activity":
      return <ActivityLine activity={item.activity} rowKey={item.key} isElsewhere={item.isElsewhere} />
    case "later":
      return (
        <p
          data-key={item.key}
          className="mt-5 mb-1 flex items-center gap-3 text-2xs font-semibold text-ink-3 uppercase"
        >
          <span className="h-px flex-1 bg-line" />
          Scheduled
          <span className="h-px flex-1 bg-line" />
        </p>
      )
    case "ghost":
      return <GhostItem message={item.message} rowKey={item.key} participantName={row.participantName} />
    case "pending":
      return (
        <PendingItem pending={item.pending} rowKey={item.key} isFirst={item.isFirst} isLast={item.isLast} />
      )
    default:
      return (
        <MessageItem
          message={item.message}
          rowKey={item.key}
          isFirst={item.isFirst}
          isLast={item.isLast}
          participantName={row.participantName}
          avatarUrl={row.avatarUrl}
          conversationId={row.conversationId}
          messages={row.messages}
          onJump={row.onJump}
          onReply={row.onReply}
        />
      )
  }
}, isSame)

/** Building the timeline makes new items of old things; only the things count. */
function isSame(before: RowProps, after: RowProps): boolean {
  const { item, ...rest } = before
  const names = Object.keys(rest) as (keyof typeof rest)[]
  return names.every((name) => before[name] === after[name]) && isSameItem(item, after.item)
}

function isSameItem(before: TimelineItem, after: TimelineItem): boolean {
  const a: Record<string, unknown> = before
  const b: Record<string, unknown> = after
  return (
    Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((name) => a[name] === b[name])
  )
}

function Day({ at, rowKey }: { at: string; rowKey: string }) {
  const now = useNow()
  return (
    <div data-key={rowKey} className="my-4 text-center text-xs font-medium text-ink-3">
      {formatDay(at, now)}
    </div>
  )
}

function NoteItem({ note, rowKey }: { note: Note; rowKey: string }) {
  return (
    <article
      data-key={rowKey}
      data-note-id={note.id}
      aria-label={`Note by ${note.author.name}, ${formatMessageTime(note.created_at)}`}
      className="my-2 rounded-xl border border-note-line bg-note px-3.5 py-2.5"
    >
      <p className="mb-0.5 flex items-center gap-1.5 text-xs font-medium text-note-ink">
        <Icon name="lock" size={13} />
        {note.author.name}
        <span className="font-normal">· note for the team ·</span>
        <time
          dateTime={note.created_at}
          title={formatExact(note.created_at)}
          className="font-normal tabular-nums"
        >
          {formatMessageTime(note.created_at)}
        </time>
      </p>
      <p className="text-base wrap-anywhere whitespace-pre-wrap">
        <RichText text={note.text} />
      </p>
    </article>
  )
}

type ActivityProps = { activity: Activity; rowKey: string; isElsewhere: boolean | null }

/** What the other side or another app wrote is in its words: text and nothing else, no links. */
function ActivityLine({ activity, rowKey, isElsewhere }: ActivityProps) {
  const words = describeActivity(activity, isElsewhere)
  const time = formatMessageTime(activity.happened_at)
  return (
    <ul data-key={rowKey} className="my-3 px-6 text-center text-xs text-ink-3">
      <li data-activity-id={activity.id} aria-label={`${words}, ${time}`} className="wrap-anywhere">
        <bdi>{words}</bdi>
        {" · "}
        <time
          dateTime={activity.happened_at}
          title={formatExact(activity.happened_at)}
          className="tabular-nums"
        >
          {time}
        </time>
      </li>
    </ul>
  )
}
