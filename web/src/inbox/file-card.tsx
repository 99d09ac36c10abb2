import type { Attachment } from "../api/model"
import { selectMediaUrl } from "../lib/selectors"
import { formatSize } from "../lib/time"
import { Icon } from "../ui/icon"
import { Placeholder } from "./attachment-cards"

/** Something to download: a document, or a picture that browsers cannot draw. */
export function FileCard({ attachment }: { attachment: Attachment }) {
  const url = selectMediaUrl(attachment)
  if (url === null) return <Placeholder attachment={attachment} icon="file" />
  const facts = [
    attachment.content_type?.split("/").at(-1)?.toUpperCase(),
    attachment.size_bytes !== null && formatSize(attachment.size_bytes),
  ].filter(Boolean)
  return (
    <a
      href={url}
      download
      className="flex w-72 max-w-full items-center gap-3 rounded-2xl border border-line bg-surface p-3 hover:bg-sunken"
    >
      <span className="rounded-lg bg-sunken p-2 text-ink-2">
        <Icon name="file" size={20} />
      </span>
      <span className="min-w-0">
        <span className="block truncate text-sm font-medium">{attachment.title ?? "File"}</span>
        <span className="block text-xs text-ink-3">{facts.join(" · ") || "Download"}</span>
      </span>
    </a>
  )
}
