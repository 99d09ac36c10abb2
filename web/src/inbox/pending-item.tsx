import { useQueryClient } from "@tanstack/react-query"
import { type MouseEvent, useEffect } from "react"
import { useMe } from "../api/me"
import type { PendingSend } from "../api/model"
import { discardPending, retryPending } from "../api/pending"
import { formatMessageTime } from "../lib/time"
import { announce } from "../ui/announcer"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"
import { focusThread } from "./focus-thread"
import { PendingFiles } from "./pending-files"
import { RichText } from "./rich-text"
import { UndoSend } from "./undo-send"

type PendingProps = { pending: PendingSend; rowKey: string; isFirst: boolean; isLast: boolean }

const STATES = {
  sending: "sending",
  handed: "sending",
  waiting: "waiting for the connection",
  failed: "failed",
}

/** An answer that our server does not have yet. */
export function PendingItem({ pending, rowKey, isFirst, isLast }: PendingProps) {
  const { agent } = useMe()
  return (
    <article
      data-key={rowKey}
      data-client-key={pending.client_key}
      data-sent-at={pending.created_at}
      aria-label={`You, ${formatMessageTime(pending.created_at)}, ${STATES[pending.state]}`}
      className={`flex flex-col items-end gap-0.5 ${isFirst ? "mt-3" : "mt-0.5"}`}
    >
      {isFirst && <p className="px-1 font-medium text-ink-3 text-xs">{agent.name}</p>}
      {pending.answers && (
        <p className="flex max-w-[85%] items-center gap-1 truncate px-1 text-ink-3 text-xs">
          <Icon name="reply" size={13} />
          {pending.answers.words}
        </p>
      )}
      {pending.files !== undefined && (
        <div className={pending.state === "failed" ? "" : "opacity-75"}>
          <PendingFiles files={pending.files} />
        </div>
      )}
      {pending.text !== "" && (
        <p
          dir="auto"
          className={`max-w-[min(34rem,85%)] rounded-2xl rounded-br-md bg-bubble-out px-3.5 py-2 text-base wrap-anywhere whitespace-pre-wrap ${pending.state === "failed" ? "ring-1 ring-red/50" : "opacity-75"}`}
        >
          <RichText text={pending.text} />
        </p>
      )}
      {isLast && <PendingState pending={pending} rowKey={rowKey} />}
    </article>
  )
}

function PendingState({ pending, rowKey }: { pending: PendingSend; rowKey: string }) {
  const cache = useQueryClient()
  const { state, error } = pending
  useEffect(() => {
    if (state === "failed") announce(`Your answer was not sent. ${error}`)
  }, [state, error])
  const decide = (act: typeof retryPending) => (event: MouseEvent) => {
    focusThread(event)
    act(cache, pending)
  }
  if (state === "sending" || state === "handed")
    return (
      <p className="px-1 text-2xs text-ink-3">
        <UndoSend clientKey={rowKey} otherwise="Sending…" />
      </p>
    )
  if (state === "waiting") {
    return (
      <p className="flex items-center gap-1.5 px-1 text-xs text-amber">
        <Icon name="clock" size={13} />
        Not sent yet. It goes out when Confab can be reached.
        <Button small look="quiet" onClick={decide(discardPending)}>
          Discard
        </Button>
      </p>
    )
  }
  return (
    <p className="flex flex-wrap items-center justify-end gap-x-2 gap-y-1 px-1 text-xs text-red">
      <span className="inline-flex items-center gap-1">
        <Icon name="alert" size={14} />
        Not sent. {error}
      </span>
      <span className="inline-flex gap-1.5">
        <Button small icon="retry" onClick={decide(retryPending)}>
          Retry
        </Button>
        <Button small look="quiet" onClick={decide(discardPending)}>
          Discard
        </Button>
      </span>
    </p>
  )
}
