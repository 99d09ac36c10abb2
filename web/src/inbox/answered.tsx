import type { Message } from "../api/model"
import { selectAuthorName } from "../lib/authors"
import { selectSummary } from "../lib/selectors"
import { IconButton } from "../ui/button"
import { Icon } from "../ui/icon"

type AnsweredProps = { message: Message; name: string; onDrop: () => void }

/** Above the box: which message the answer is for. */
export function Answered({ message, name, onDrop }: AnsweredProps) {
  const who = selectAuthorName(message.author, name)
  return (
    <p
      role="status"
      aria-label="Answering"
      className="flex items-center gap-2 border-line border-b px-3.5 py-1.5 text-ink-3 text-xs"
    >
      <Icon name="reply" size={14} />
      <span className="min-w-0 flex-1 truncate">
        <span className="font-medium text-ink-2">{who}</span> {selectSummary(message)}
      </span>
      <IconButton icon="close" size={14} label="Answer no message" onClick={onDrop} className="size-6!" />
    </p>
  )
}
