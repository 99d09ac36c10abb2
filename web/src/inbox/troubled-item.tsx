import { type FormEvent, useState } from "react"
import { explain } from "../api/client"
import { useDiscardMessage, useRetryMessage } from "../api/messages"
import type { Troubled } from "../api/model"
import { selectDisplayName, selectSummary } from "../lib/selectors"
import { formatExact, formatMoment, plural } from "../lib/time"
import { describeTrouble } from "../lib/trouble-words"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"
import { showToast } from "../ui/toast"
import { useNow } from "../ui/use-now"
import { Whom } from "./outbox-frame"
import { SendAgainDialog } from "./send-again-dialog"

type ItemProps = { troubled: Troubled; isChosen: boolean; onChoose: (isChosen: boolean) => void }

/** One answer in trouble: what it said, why it did not arrive, what to do. */
export function TroubledItem({ troubled, isChosen, onChoose }: ItemProps) {
  const { message, conversation, troubled_at, parts } = troubled
  const now = useNow()
  const words = describeTrouble(message)
  const name = selectDisplayName(conversation.participant)
  return (
    <article
      tabIndex={-1}
      aria-label={`To ${name}: ${words.what}`}
      className="flex gap-3 rounded-xl border border-line p-3.5"
    >
      <label className="-m-2 flex shrink-0 self-start p-2 pt-3.5">
        <input
          type="checkbox"
          checked={isChosen}
          aria-label={`Select the answer to ${name}`}
          onChange={(event) => onChoose(event.target.checked)}
          className="size-4 accent-accent"
        />
      </label>
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Whom conversation={conversation} />
          <time
            dateTime={troubled_at}
            title={formatExact(troubled_at)}
            className="ml-auto text-ink-3 text-xs tabular-nums"
          >
            {formatMoment(Date.parse(troubled_at), now)}
          </time>
        </div>
        <p dir="auto" className="mt-2 line-clamp-4 text-base wrap-anywhere whitespace-pre-wrap">
          {selectSummary(message)}
          {parts > 1 && <span className="text-ink-3 text-xs"> and {plural(parts - 1, "more part")}</span>}
        </p>
        <p
          className={`mt-2 flex items-start gap-1.5 text-sm [&>svg]:mt-0.5 [&>svg]:shrink-0 ${message.status === "failed" ? "text-red" : "text-amber"}`}
        >
          <Icon name={message.status === "failed" ? "alert" : "question"} size={15} />
          <span>
            {words.what}. {words.why}
          </span>
        </p>
        <p className="mt-0.5 text-ink-2 text-sm">{words.todo}</p>
        {!words.isWaiting && <Decision troubled={troubled} />}
      </div>
    </article>
  )
}

function Decision({ troubled: { message } }: { troubled: Troubled }) {
  const retry = useRetryMessage()
  const discard = useDiscardMessage()
  const [text, setText] = useState<string | null>(null)
  const [isAsking, setAsking] = useState(false)
  const isBusy = retry.isPending || discard.isPending
  const onError = (error: unknown): void => showToast(explain(error), { isError: true })
  const mayEdit = message.text !== null && message.attachments.length === 0
  const isInDoubt = message.status === "in_doubt"

  function sendEdited(event: FormEvent): void {
    event.preventDefault()
    if (text?.trim())
      retry.mutate({ message, text: text.trim() }, { onError, onSuccess: () => setText(null) })
  }

  if (text !== null) {
    return (
      <form className="mt-2 flex flex-col gap-2" onSubmit={sendEdited}>
        <textarea
          aria-label="Text"
          dir="auto"
          rows={3}
          ref={(element) => element?.focus()}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && setText(null)}
          className="block w-full rounded-lg border border-line-strong bg-surface px-3 py-2 text-base"
        />
        <span className="flex gap-1.5">
          <Button small look="primary" icon="send" type="submit" disabled={isBusy || text.trim() === ""}>
            Send the new text
          </Button>
          <Button small look="quiet" onClick={() => setText(null)}>
            Cancel
          </Button>
        </span>
      </form>
    )
  }
  return (
    <span className="mt-2.5 flex flex-wrap gap-1.5">
      <Button
        small
        icon="retry"
        disabled={isBusy}
        onClick={() => (isInDoubt ? setAsking(true) : retry.mutate({ message }, { onError }))}
      >
        Send again
      </Button>
      {mayEdit && !isInDoubt && (
        <Button small look="quiet" disabled={isBusy} onClick={() => setText(message.text)}>
          Edit and send
        </Button>
      )}
      <Button small look="quiet" disabled={isBusy} onClick={() => discard.mutate(message, { onError })}>
        Discard
      </Button>
      {isAsking && (
        <SendAgainDialog
          onClose={() => setAsking(false)}
          onSend={() => {
            setAsking(false)
            retry.mutate({ message }, { onError })
          }}
        />
      )}
    </span>
  )
}
