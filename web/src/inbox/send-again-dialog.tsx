import type { MouseEvent } from "react"
import { Button } from "../ui/button"
import { Dialog } from "../ui/dialog"

/** Before what is in doubt goes once more: only a person knows better. */
export function SendAgainDialog({
  onClose,
  onSend,
}: {
  onClose: () => void
  onSend: (event: MouseEvent) => void
}) {
  return (
    <Dialog
      title="Send it again?"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" onClick={onSend}>
            Send again
          </Button>
        </>
      }
    >
      <p className="text-left text-base text-ink-2">
        Instagram never answered the first attempt, and its list of messages does not show it. That is no
        proof: if it did arrive, sending again puts the same text there twice.
      </p>
    </Dialog>
  )
}
