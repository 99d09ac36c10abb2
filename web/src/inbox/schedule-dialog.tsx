import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { accounts as accountsQuery } from "../api/accounts"
import { explain } from "../api/client"
import type { OnReply, Scheduled } from "../api/model"
import { type ScheduleChange, useReschedule } from "../api/outbox"
import { describeOutlook } from "../lib/scheduled"
import { Button } from "../ui/button"
import { Dialog } from "../ui/dialog"
import { ScheduleForm } from "./schedule-form"

/** Another text, another time, another wish for what is scheduled or held. */
export function ScheduleDialog({ scheduled, onClose }: { scheduled: Scheduled; onClose: () => void }) {
  const { message, conversation } = scheduled
  const { data: accounts } = useQuery(accountsQuery)
  const account = accounts?.items.find((one) => one.id === conversation.account.id)
  const [text, setText] = useState(scheduled.text ?? "")
  const [onReply, setOnReply] = useState<OnReply>(scheduled.on_reply)
  const change = useReschedule()
  const save = (more: Partial<ScheduleChange>): void => {
    const isNewText = scheduled.text !== null && text.trim() !== scheduled.text
    const what = {
      ...(isNewText && { text }),
      ...(onReply !== scheduled.on_reply && { on_reply: onReply }),
      ...more,
    }
    if (Object.keys(what).length === 0) onClose()
    else change.mutate({ message, ...what }, { onSuccess: onClose })
  }
  return (
    <Dialog
      title={message.status === "held" ? "Review the answer" : "Change the scheduled answer"}
      onClose={onClose}
      footer={
        <Button
          look="primary"
          disabled={change.isPending || (scheduled.text !== null && text.trim() === "")}
          onClick={() => save({})}
        >
          Save
        </Button>
      }
    >
      {scheduled.text !== null && (
        <textarea
          aria-label="Text"
          dir="auto"
          rows={4}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="block w-full rounded-lg border border-line-strong bg-surface px-3 py-2 text-base"
        />
      )}
      <div className="-mx-2.5 mt-3">
        <ScheduleForm
          verb="Change"
          chosen={new Date(scheduled.release_at)}
          outlook={(at) => describeOutlook(conversation, account, at)}
          onReply={onReply}
          onChangeReply={setOnReply}
          onChoose={(at) => save({ release_at: at.toISOString() })}
        />
      </div>
      {change.error && (
        <p role="alert" className="mt-2 text-red text-sm">
          Not changed: {explain(change.error)}
        </p>
      )}
    </Dialog>
  )
}
