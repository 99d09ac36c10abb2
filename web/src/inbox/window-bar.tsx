import type { WindowWords } from "../lib/window-words"
import { Icon } from "../ui/icon"
import { Popover } from "../ui/popover"

const LOOKS: Record<WindowWords["look"], string> = {
  neutral: "text-ink-3",
  amber: "bg-amber-soft text-amber",
  blue: "bg-blue-soft text-blue",
  grey: "bg-sunken text-ink-2",
  red: "bg-red-soft text-red",
}

/** Above the composer, always: whether an answer may be sent, until when, and why. */
export function WindowBar({ words }: { words: WindowWords }) {
  return (
    <div
      className={`relative flex min-h-8 items-center gap-2 border-t border-line px-4 py-1 text-xs drawer:px-6 ${LOOKS[words.look]}`}
    >
      {words.share !== null && (
        <span
          aria-hidden="true"
          className="absolute -top-px left-0 h-px bg-current opacity-25"
          style={{ width: `${Math.round(words.share * 100)}%` }}
        />
      )}
      <Icon name={words.icon} size={14} />
      <span className="min-w-0">{words.text}</span>
      <span role="status" aria-label="Reply window" className="sr-only">
        {words.state}
      </span>
      <Popover
        label="Why"
        role="dialog"
        button={(properties) => (
          <button
            type="button"
            {...properties}
            className="tap ml-auto shrink-0 rounded px-1 underline decoration-dotted underline-offset-2"
          >
            Why?
          </button>
        )}
      >
        {() => (
          <ul className="flex flex-col gap-1.5 p-2.5 text-sm text-ink-2">
            {words.why.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </Popover>
    </div>
  )
}
