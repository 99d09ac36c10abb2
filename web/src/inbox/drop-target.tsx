import { Icon } from "../ui/icon"

/** Drawn over the conversation while files hang over it. */
export function DropTarget({ name }: { name: string }) {
  return (
    <div className="pointer-events-none absolute inset-2 z-20 flex flex-col items-center justify-center gap-2 rounded-2xl border-2 border-accent border-dashed bg-surface/90 text-accent-text">
      <Icon name="clip" size={28} />
      <p className="px-4 text-center font-medium text-sm">Drop files here to send them to {name}</p>
      <p className="px-4 text-center text-ink-3 text-xs">
        Pictures, films, voice notes and PDF, up to 25 MB each
      </p>
    </div>
  )
}
