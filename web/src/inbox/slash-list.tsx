import type { SavedReply } from "../api/model"
import { SAVED_REPLIES_HASH } from "../ui/use-hash"

type ListProps = {
  id: string
  replies: SavedReply[]
  active: number
  preview: string | null
  onChoose: (reply: SavedReply) => void
  optionId: (index: number) => string
}

/** The saved replies that "/" may mean, and what the chosen one would say to this person. The box keeps the focus. */
export function SlashList({ id, replies, active, preview, onChoose, optionId }: ListProps) {
  return (
    <div className="border-line border-b p-1.5">
      {replies.length > 0 && (
        <div id={id} role="listbox" aria-label="Saved replies" className="max-h-64 overflow-y-auto">
          {replies.map((reply, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the box handles the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the box has the focus
            <div
              key={reply.id}
              id={optionId(index)}
              role="option"
              aria-selected={index === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onChoose(reply)}
              className="flex cursor-pointer items-baseline gap-2 rounded-lg px-2.5 py-1.5 text-sm aria-selected:bg-accent-soft hover:bg-hover"
            >
              <span className="font-medium">/{reply.shortcut}</span>
              <span className="min-w-0 flex-1 truncate text-ink-2">{reply.title}</span>
              {reply.scope === "personal" && <span className="text-ink-2 text-xs">yours</span>}
            </div>
          ))}
        </div>
      )}
      {preview !== null && (
        <p
          dir="auto"
          aria-label="Preview"
          role="note"
          className="mt-1 line-clamp-4 rounded-lg bg-sunken px-2.5 py-1.5 text-ink-2 text-sm whitespace-pre-wrap"
        >
          {preview}
        </p>
      )}
      <p className="px-2.5 pt-1 text-2xs text-ink-3">
        {replies.length === 0 ? "No saved reply is called so. " : "↑ ↓ choose, Enter inserts, Esc closes. "}
        <a href={SAVED_REPLIES_HASH} className="underline">
          Manage
        </a>
      </p>
    </div>
  )
}
