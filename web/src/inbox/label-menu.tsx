import { useKnownLabels } from "../api/labels"
import type { Conversation } from "../api/model"
import { IconButton } from "../ui/button"
import { LabelChoice } from "../ui/label-choice"
import { Popover } from "../ui/popover"
import { useActions } from "./use-actions"

type LabelProps = { conversation: Conversation; buttonRef?: (element: HTMLButtonElement | null) => void }

/** In the header it has a key, and gives its button to whoever presses it. */
export function LabelMenu({ conversation, buttonRef }: LabelProps) {
  const name = buttonRef ? "Label" : "Edit labels"
  return (
    <Popover
      label="Labels"
      role="dialog"
      buttonRef={buttonRef}
      button={(properties) => (
        <IconButton {...properties} icon="tag" label={name} {...(buttonRef && { shortcut: "l" })} />
      )}
    >
      {() => <Choice conversation={conversation} />}
    </Popover>
  )
}

function Choice({ conversation }: { conversation: Conversation }) {
  const { label } = useActions()
  return (
    <LabelChoice
      chosen={conversation.labels}
      known={useKnownLabels()}
      onChange={(labels) => label(conversation, labels)}
    />
  )
}
