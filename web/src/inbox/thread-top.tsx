import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef } from "react"
import { explain } from "../api/client"
import { useLoadEarlier } from "../api/conversations"
import { messagesOf } from "../api/messages"
import type { Conversation } from "../api/model"
import { plural } from "../lib/time"
import { announce } from "../ui/announcer"
import { Button } from "../ui/button"
import { showToast } from "../ui/toast"
import { useHandedFocus } from "../ui/use-handed-focus"
import { LoadFailure } from "./load-failure"

type TopProps = {
  conversation: Conversation
  /** How many messages are loaded. */
  count: number
  /** What is still to be loaded from our own server; null when all of that is there. */
  older: { hasFailed: boolean; retry: () => void } | null
}

/** Above the oldest message that is loaded: more of it, the way to what only Instagram has, or the beginning. */
export function ThreadTop({ conversation, count, older }: TopProps) {
  if (older === null) return <Earlier conversation={conversation} count={count} />
  if (older.hasFailed) {
    const text = "Earlier messages could not be loaded."
    return <LoadFailure text={text} onRetry={older.retry} className="mb-auto py-3" />
  }
  return (
    <p role="status" className="mb-auto py-3 text-center text-xs text-ink-3">
      Loading earlier messages…
    </p>
  )
}

type EarlierProps = { conversation: Conversation; count: number }

/** It is as high in every state, so that nothing below it moves; the focus is never lost with the button. */
function Earlier({ conversation, count }: EarlierProps) {
  const load = useLoadEarlier()
  const earlier = load.isPending ? "asking" : conversation.earlier
  const isOver = earlier === "none" || earlier === "hidden"
  const focus = useHandedFocus<HTMLParagraphElement>(isOver)
  const told = useTelling(conversation, earlier === "asking")

  function ask(): void {
    if (earlier === "asking") return
    told.begin()
    load.mutate(conversation, {
      onError: (error) => {
        told.forget()
        showToast(`Not asked: ${explain(error)}`, { isError: true })
      },
    })
  }

  const text = earlier === "asking" ? null : describe(conversation, count)
  return (
    <div className="mb-auto flex min-h-14 flex-wrap items-center justify-center gap-x-2 gap-y-1 py-2 text-center text-xs text-ink-3">
      {text && (
        <p ref={focus.heir} tabIndex={-1} className={earlier === "refused" ? "text-amber" : ""}>
          {text}
        </p>
      )}
      {!isOver && (
        <Button
          small
          look={earlier === "refused" ? "outline" : "quiet"}
          icon={earlier === "asking" ? "clock" : earlier === "refused" ? "retry" : "up"}
          aria-disabled={earlier === "asking"}
          {...focus.holder}
          onClick={ask}
        >
          {BUTTONS[earlier]}
        </Button>
      )}
    </div>
  )
}

const BUTTONS = {
  unknown: "Load earlier from Instagram",
  more: "Load earlier from Instagram",
  asking: "Asking Instagram…",
  refused: "Try again",
}

function describe({ earlier, earlier_reason }: Conversation, count: number): string | null {
  switch (earlier) {
    case "none":
      return count === 0 ? "No messages yet" : "The conversation begins here"
    case "hidden":
      return "Instagram shows only its newest 20 messages; earlier ones are in the Instagram app"
    case "refused":
      return `Earlier messages could not be had: ${earlier_reason ?? "Instagram gave no reason"}`
    default:
      return null
  }
}

/** Whoever asked is told what came of it, also where the top is out of sight. */
function useTelling(conversation: Conversation, isAsking: boolean) {
  const cache = useQueryClient()
  const before = useRef<number | null>(null)
  const wasAsking = useRef(false)
  // Not what is drawn: the conversation may be drawn anew before its messages are.
  const countNow = (): number => cache.getQueryData(messagesOf(conversation.id).queryKey)?.items.length ?? 0
  useEffect(() => {
    if (wasAsking.current && !isAsking && before.current !== null) {
      const count = countNow()
      const came = Math.max(0, count - before.current)
      const text = describe(conversation, count)
      const news = came > 0 || text === null ? `${plural(came, "earlier message")} loaded` : null
      announce([news, text].filter((part) => part !== null).join(". "))
      before.current = null
    }
    wasAsking.current = isAsking
  })
  return {
    begin: () => {
      before.current = countNow()
    },
    forget: () => {
      before.current = null
    },
  }
}
