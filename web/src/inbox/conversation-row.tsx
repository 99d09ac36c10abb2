import { memo } from "react"
import { readDraft, readDraftFiles } from "../api/drafts"
import type { Account, Conversation } from "../api/model"
import {
  type Chip,
  selectAvatarUrl,
  selectDisplayName,
  selectHandle,
  selectPreview,
  selectRowName,
  selectWindowChip,
} from "../lib/selectors"
import { formatExact, formatRowTime } from "../lib/time"
import { Avatar } from "../ui/avatar"
import { Icon } from "../ui/icon"
import { PersonAvatar } from "./person-avatar"

export const ROW_HEIGHT = 64

const TONES: Record<Chip["tone"], string> = {
  neutral: "bg-sunken text-ink-2",
  amber: "bg-amber-soft text-amber",
  red: "bg-red-soft text-red ring-1 ring-red/60 ring-inset",
  outline: "text-blue ring-1 ring-blue/45 ring-inset",
  muted: "text-ink-3",
}

type RowProps = {
  conversation: Conversation
  account: Account | undefined
  viewerId: string
  now: number
  isOpen: boolean
  isActive: boolean
  position: number
  /** How many rows there are; -1 while more can be loaded. */
  total: number
  hasAccounts: boolean
  onOpen: (conversation: Conversation) => void
  onFocus: (conversation: Conversation) => void
}

/** One conversation in the list. Its accessible name says all that its looks say. */
export const ConversationRow = memo(function ConversationRow(row: RowProps) {
  const { conversation, now, isOpen, isActive } = row
  const { participant } = conversation
  const isUnread = conversation.unread_count > 0
  const name = selectDisplayName(participant)
  const handle = selectHandle(participant)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys of all its rows
    <div
      role="option"
      aria-label={selectRowName(row)}
      aria-selected={isOpen}
      aria-posinset={row.position}
      aria-setsize={row.total}
      tabIndex={isActive ? 0 : -1}
      data-conversation-id={conversation.id}
      onClick={() => row.onOpen(conversation)}
      onFocus={() => row.onFocus(conversation)}
      style={{ height: ROW_HEIGHT - 2 }}
      className={`inset-focus mx-2 flex cursor-pointer items-center gap-3 rounded-xl px-2.5 select-none ${isOpen ? "bg-accent-soft" : "hover:bg-sunken"}`}
    >
      <span className="relative">
        <PersonAvatar
          conversationId={conversation.id}
          name={name}
          url={selectAvatarUrl(participant)}
          size={38}
        />
        {row.hasAccounts && (
          <span className="absolute -right-1 -bottom-1 inline-flex rounded-full ring-2 ring-surface">
            <Avatar id={conversation.account.id} name={conversation.account.username} size={15} />
          </span>
        )}
      </span>
      <span className="flex min-w-0 flex-1 flex-col gap-0.5">
        <span className="flex items-baseline gap-1.5">
          <span
            className={`truncate text-sm ${isUnread ? "font-semibold text-ink" : "font-medium text-ink"}`}
          >
            {name}
          </span>
          {handle && <span className="min-w-0 flex-1 basis-0 truncate text-xs text-ink-3">{handle}</span>}
          <time
            dateTime={conversation.last_message_at ?? undefined}
            title={conversation.last_message_at ? formatExact(conversation.last_message_at) : undefined}
            className={`ml-auto shrink-0 text-xs tabular-nums ${isUnread ? "font-medium text-accent-text" : "text-ink-3"}`}
          >
            {formatRowTime(conversation.last_message_at, now)}
          </time>
        </span>
        <span className="flex items-center gap-1.5">
          <Preview conversation={conversation} isOpen={isOpen} isUnread={isUnread} />
          <RowMarks row={row} />
        </span>
      </span>
    </div>
  )
})

function Preview({
  conversation,
  isOpen,
  isUnread,
}: {
  conversation: Conversation
  isOpen: boolean
  isUnread: boolean
}) {
  const draft = isOpen ? "" : readDraft(conversation.id, "reply") || nameFiles(conversation.id)
  const status = conversation.last_message_status
  return (
    <span
      className={`flex min-w-0 flex-1 items-center gap-1 text-sm ${isUnread ? "text-ink-2" : "text-ink-3"}`}
    >
      {status === "failed" && (
        <span className="text-red">
          <Icon name="alert" size={14} />
        </span>
      )}
      {status === "in_doubt" && (
        <span className="text-amber">
          <Icon name="question" size={14} />
        </span>
      )}
      <span className="truncate">
        {draft ? (
          <>
            <span className="text-accent-text">Draft: </span>
            {draft}
          </>
        ) : (
          selectPreview(conversation)
        )}
      </span>
    </span>
  )
}

function RowMarks({ row: { conversation, account, viewerId, now } }: { row: RowProps }) {
  const chip = selectWindowChip(conversation, account, now)
  const { assignee } = conversation
  return (
    <>
      {conversation.status === "snoozed" && (
        <span className="text-ink-3">
          <Icon name="clock" size={14} />
        </span>
      )}
      {chip && (
        <span className={`shrink-0 rounded-md px-1.5 text-2xs font-medium tabular-nums ${TONES[chip.tone]}`}>
          {chip.text}
        </span>
      )}
      {assignee && (
        <span
          className={`inline-flex rounded-full ${assignee.id === viewerId ? "ring-2 ring-accent/70" : ""}`}
        >
          <Avatar id={assignee.id} name={assignee.name} size={20} />
        </span>
      )}
      {conversation.unread_count > 0 && (
        <span className="min-w-[1.125rem] shrink-0 rounded-full bg-accent px-1.5 text-center text-2xs leading-[1.125rem] font-semibold text-on-accent tabular-nums">
          {conversation.unread_count > 99 ? "99+" : conversation.unread_count}
        </span>
      )}
    </>
  )
}

function nameFiles(conversationId: string): string {
  return readDraftFiles(conversationId)
    .map(({ name }) => name)
    .join(", ")
}
