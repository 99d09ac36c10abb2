import { type MouseEvent, useState } from "react"
import { explain } from "../api/client"
import { useDiscardMessage } from "../api/messages"
import type { Message, Scheduled } from "../api/model"
import { readScheduled, useSendNow } from "../api/outbox"
import { Button } from "../ui/button"
import { showToast } from "../ui/toast"
import { focusThread } from "./focus-thread"
import { ScheduleDialog } from "./schedule-dialog"

/** What a person may do with an answer for later: change it, send it now, delete it. */
export function ScheduleActions({ message, scheduled }: { message: Message; scheduled?: Scheduled }) {
  const sendNow = useSendNow()
  const discard = useDiscardMessage()
  const [edited, setEdited] = useState<Scheduled | null>(null)
  const isBusy = sendNow.isPending || discard.isPending
  const onError = (error: unknown): void => showToast(explain(error), { isError: true })

  async function edit(): Promise<void> {
    try {
      const found = scheduled ?? (await readScheduled(message))
      if (found === undefined) showToast("It is no longer scheduled.")
      else setEdited(found)
    } catch (error) {
      onError(error)
    }
  }
  const act = (mutation: typeof sendNow | typeof discard) => (event: MouseEvent) => {
    focusThread(event)
    mutation.mutate(message, { onError })
  }
  return (
    <span className="inline-flex flex-wrap gap-1.5">
      <Button small icon="send" disabled={isBusy} onClick={act(sendNow)}>
        Send now
      </Button>
      <Button small look="quiet" disabled={isBusy} onClick={() => void edit()}>
        Edit
      </Button>
      <Button small look="quiet" disabled={isBusy} onClick={act(discard)}>
        Delete
      </Button>
      {edited && <ScheduleDialog scheduled={edited} onClose={() => setEdited(null)} />}
    </span>
  )
}
