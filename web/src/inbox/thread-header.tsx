import type { Conversation } from "../api/model"
import { selectAvatarUrl, selectDisplayName, selectHandle } from "../lib/selectors"
import { formatMoment } from "../lib/time"
import { Button, IconButton } from "../ui/button"
import { useNow } from "../ui/use-now"
import { useTitle } from "../ui/use-title"
import { LabelMenu } from "./label-menu"
import { PersonAvatar } from "./person-avatar"
import { AssignMenu, SnoozeMenu } from "./thread-actions"
import type { ThreadDoors } from "./thread-doors"
import { useActions } from "./use-actions"

type HeaderProps = {
  conversation: Conversation
  doors: ThreadDoors
  isContextOpen: boolean
  onToggleContext: () => void
  onBack: () => void
}

export function ThreadHeader({ conversation, doors, isContextOpen, onToggleContext, onBack }: HeaderProps) {
  const { close, reopen } = useActions()
  const now = useNow()
  const name = selectDisplayName(conversation.participant)
  useTitle(name)
  const handle = selectHandle(conversation.participant)
  const { status, snoozed_until, account } = conversation
  return (
    <header className="flex h-14 shrink-0 items-center gap-1 max-pane:gap-0 border-b border-line px-1.5 pane:px-3 drawer:pl-5">
      <IconButton icon="back" label="Back to the list" onClick={onBack} className="pane:hidden" />
      <span className="hidden pane:block">
        <PersonAvatar
          conversationId={conversation.id}
          name={name}
          url={selectAvatarUrl(conversation.participant)}
          size={34}
        />
      </span>
      <div className="mr-auto ml-2 min-w-0">
        <h2 className="truncate text-base leading-5 font-semibold">{name}</h2>
        <p className="truncate text-xs text-ink-3">
          {handle && <span className="max-pane:hidden">{handle} · </span>}
          to @{account.username}
          {status === "snoozed" &&
            snoozed_until &&
            ` · snoozed until ${formatMoment(Date.parse(snoozed_until), now)}`}
        </p>
      </div>
      <AssignMenu conversation={conversation} doors={doors} />
      <span className="max-pane:hidden">
        <LabelMenu conversation={conversation} buttonRef={doors.label.ref} />
      </span>
      <SnoozeMenu conversation={conversation} doors={doors} />
      {status === "open" ? (
        <Button icon="check" title="Done (e)" onClick={() => close(conversation)} className="pane:mx-1">
          <span className="max-pane:sr-only">Done</span>
        </Button>
      ) : (
        <Button icon="undo" title="Open again (e)" onClick={() => reopen(conversation)} className="pane:mx-1">
          <span className="max-pane:sr-only">Reopen</span>
        </Button>
      )}
      <IconButton icon="panel" label="Details" aria-pressed={isContextOpen} onClick={onToggleContext} />
    </header>
  )
}
