import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useCallback, useEffect, useMemo, useRef, useState } from "react"
import { activitiesOf } from "../api/activities"
import { explain } from "../api/client"
import { useMe } from "../api/me"
import { fetchOlderMessages, forgetOlderMessages, messagesOf } from "../api/messages"
import type { Conversation, Message } from "../api/model"
import { notesOf } from "../api/notes"
import { pendingOf } from "../api/pending"
import type { ThreadEntry } from "../api/thread-entry"
import { selectAvatarUrl, selectDisplayName } from "../lib/selectors"
import { buildTimeline, type TimelineItem } from "../lib/timeline"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"
import { NARROW, useMedia } from "../ui/use-media"
import { Notice } from "./list-states"
import { LoadFailure } from "./load-failure"
import { ThreadTop } from "./thread-top"
import { TimelineRow } from "./timeline-row"
import { useJump } from "./use-jump"
import { useReading } from "./use-reading"
import { useThreadScroll } from "./use-thread-scroll"

const NO_MESSAGES: Message[] = []
/** However long somebody looks on while messages come in, so many are drawn at most. */
const MOST_DRAWN = 150
const KEPT_DRAWN = 90

type TimelineProps = { conversation: Conversation; onReply: (message: Message) => void }

export function Timeline({ conversation, onReply }: TimelineProps) {
  const { data: thread, error, refetch } = useQuery(messagesOf(conversation.id))
  if (thread === undefined && error) {
    return (
      <Notice icon="alert" title="The messages could not be loaded" text={explain(error)}>
        <Button onClick={() => void refetch()}>Try again</Button>
      </Notice>
    )
  }
  return thread === undefined ? (
    <Waiting />
  ) : (
    <Messages conversation={conversation} thread={thread} onReply={onReply} />
  )
}

function Messages({ conversation, thread, onReply }: TimelineProps & { thread: ThreadEntry }) {
  const cache = useQueryClient()
  const { id, handled_elsewhere: isElsewhere } = conversation
  const asides = [useQuery(notesOf(id)), useQuery(activitiesOf(id))] as const
  const [{ data: notes }, { data: activities }] = asides
  const { data: pending } = useQuery(pendingOf(id))
  const name = selectDisplayName(conversation.participant)
  const viewerName = useMe().agent.name
  const isNarrow = useMedia(NARROW)
  const hasOlder = thread.next !== null

  // What is read decides what is drawn, and that is what can be scrolled: the end comes back from below.
  const [wasAtEnd, setWasAtEnd] = useState(true)
  const { firstUnreadId, forget } = useReading(conversation, thread.items, wasAtEnd)
  const items = useMemo(
    () =>
      buildTimeline({
        messages: thread.items,
        notes: notes?.items ?? [],
        activities: activities?.items ?? [],
        isElsewhere,
        pending,
        firstUnreadId,
        hasOlder,
        viewerName,
      }),
    [thread.items, notes, activities, isElsewhere, pending, firstUnreadId, hasOlder, viewerName],
  )
  const keys = useMemo(() => items.map((item) => item.key), [items])
  const loadOlder = useCallback(() => fetchOlderMessages(cache, id), [cache, id])
  const startKey = firstUnreadId === null ? null : "unread"
  const { scroller, isAtEnd, toEnd, reveal, older } = useThreadScroll({
    conversationId: id,
    keys,
    startKey,
    hasOlder,
    loadOlder,
    isFilling: conversation.earlier === "asking",
  })
  useEffect(() => setWasAtEnd(isAtEnd), [isAtEnd])
  const isTooLong = isAtEnd && thread.items.length > MOST_DRAWN
  useEffect(() => {
    if (isTooLong) forgetOlderMessages(cache, id, KEPT_DRAWN)
  }, [isTooLong, cache, id])
  const newCount = useNewCount(items, isAtEnd)

  // On a small screen the list is gone when this is drawn: the focus goes where the eyes are.
  useEffect(() => {
    if (isNarrow && document.activeElement === document.body) scroller.current?.focus({ preventScroll: true })
  }, [isNarrow, scroller])

  const sends = pending.length
  const sendsBefore = useRef(sends)
  useEffect(() => {
    if (sends > sendsBefore.current) {
      forget()
      toEnd()
    }
    sendsBefore.current = sends
  })

  const jumpTo = useJump(id, reveal)

  const missing = asides.filter((query) => query.isLoadingError)
  return (
    <div className="relative min-h-0 flex-1">
      {missing.length > 0 && (
        <LoadFailure
          text="Notes and other events could not be loaded."
          onRetry={() => missing.forEach((query) => void query.refetch())}
          className="absolute inset-x-0 top-0 z-10 border-line border-b bg-surface px-3 py-1.5"
        />
      )}
      <div
        ref={scroller}
        role="log"
        aria-label={`Messages with ${name}`}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling part must be reachable by keyboard
        tabIndex={0}
        className="inset-focus h-full overflow-x-hidden overflow-y-auto overscroll-contain [overflow-anchor:none]"
      >
        <div className="relative mx-auto flex min-h-full max-w-3xl flex-col justify-end px-4 pt-4 pb-3 drawer:px-6">
          <ThreadTop
            conversation={conversation}
            count={thread.items.length}
            older={hasOlder ? older : null}
          />
          {items.map((item) => (
            <TimelineRow
              key={item.key}
              item={item}
              participantName={name}
              avatarUrl={selectAvatarUrl(conversation.participant)}
              conversationId={id}
              messages={"message" in item && item.message.reply_to?.mid ? thread.items : NO_MESSAGES}
              onJump={jumpTo}
              onReply={onReply}
            />
          ))}
        </div>
      </div>
      {!isAtEnd && (
        <button
          type="button"
          onClick={toEnd}
          aria-label={newCount > 0 ? `Jump to the latest, ${newCount} new` : "Jump to the latest"}
          className="tap absolute right-5 bottom-4 flex h-9 animate-appear items-center gap-1.5 rounded-full bg-raised px-3 text-xs font-medium text-ink-2 shadow-pop hover:text-ink"
        >
          {newCount > 0 && (
            <span className="rounded-full bg-accent px-1.5 text-on-accent">{newCount} new</span>
          )}
          <Icon name="down" size={16} />
        </button>
      )}
    </div>
  )
}

/** How many messages came in below since the end was last in view. */
function useNewCount(all: readonly TimelineItem[], isAtEnd: boolean): number {
  const items = all.filter((item) => item.kind !== "ghost" && item.kind !== "later")
  const lastSeen = useRef<string | null>(items.at(-1)?.key ?? null)
  if (isAtEnd) lastSeen.current = items.at(-1)?.key ?? null
  const from = items.findLastIndex((item) => item.key === lastSeen.current)
  return items
    .slice(from + 1)
    .filter((item) => item.kind === "message" && item.message.direction === "inbound").length
}

function Waiting() {
  return <div role="status" aria-label="Loading messages" className="min-h-0 flex-1" />
}
