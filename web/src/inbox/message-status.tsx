import { type MouseEvent, useState } from "react"
import { explain } from "../api/client"
import { useDiscardMessage, useRetryMessage } from "../api/messages"
import type { Message } from "../api/model"
import { selectIsChecked } from "../lib/message-name"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"
import { showToast } from "../ui/toast"
import { focusThread } from "./focus-thread"
import { Queued } from "./queued"
import { SendAgainDialog } from "./send-again-dialog"
import { UndoSend } from "./undo-send"

/** How far an answer of ours got, and what a person may do where it did not arrive. */
export function MessageStatus({ message }: { message: Message }) {
  switch (message.status) {
    case "queued":
      return <UndoSend clientKey={message.client_key} otherwise={<Queued message={message} />} />
    case "sending":
      return <span>· Sending…</span>
    case "sent":
      return (
        <span className="inline-flex items-center gap-0.5">
          <Icon name="check" size={13} /> Sent
        </span>
      )
    case "seen":
      return (
        <span className="inline-flex items-center gap-0.5 text-accent-text">
          <Icon name="checks" size={14} /> Seen
        </span>
      )
    case "failed":
      return <Failed message={message} />
    case "in_doubt":
      return <InDoubt message={message} />
    default:
      return null
  }
}

function useDecision(message: Message) {
  const retry = useRetryMessage()
  const discard = useDiscardMessage()
  const onError = (error: unknown): void => showToast(explain(error), { isError: true })
  return {
    isBusy: retry.isPending || discard.isPending,
    retry(event: MouseEvent) {
      focusThread(event)
      retry.mutate({ message }, { onError })
    },
    discard(event: MouseEvent) {
      focusThread(event)
      discard.mutate(message, { onError })
    },
  }
}

function Failed({ message }: { message: Message }) {
  const { isBusy, retry, discard } = useDecision(message)
  return (
    <span className="flex flex-wrap items-center justify-end gap-x-2 gap-y-1 text-xs text-red">
      <span className="inline-flex items-center gap-1">
        <Icon name="alert" size={14} />
        Not sent. {message.error?.message ?? "Instagram refused it."}
      </span>
      <span className="inline-flex gap-1.5">
        <Button small icon="retry" disabled={isBusy} onClick={retry}>
          Retry
        </Button>
        <Button small look="quiet" disabled={isBusy} onClick={discard}>
          Discard
        </Button>
      </span>
    </span>
  )
}

function InDoubt({ message }: { message: Message }) {
  const { isBusy, retry, discard } = useDecision(message)
  const [isAsking, setAsking] = useState(false)
  if (!selectIsChecked(message)) {
    return (
      <span className="inline-flex items-center gap-1 text-xs text-amber">
        <Icon name="question" size={14} />
        Unknown, checking…
      </span>
    )
  }
  return (
    <span className="flex flex-wrap items-center justify-end gap-x-2 gap-y-1 text-xs text-amber">
      <span className="inline-flex items-center gap-1" title={message.error?.message}>
        <Icon name="question" size={14} />
        Instagram does not show it
      </span>
      <span className="inline-flex gap-1.5">
        <Button small icon="retry" disabled={isBusy} onClick={() => setAsking(true)}>
          Send again
        </Button>
        <Button small look="quiet" disabled={isBusy} onClick={discard}>
          Discard
        </Button>
      </span>
      {isAsking && (
        <SendAgainDialog
          onClose={() => setAsking(false)}
          onSend={(event) => {
            setAsking(false)
            retry(event)
          }}
        />
      )}
    </span>
  )
}
