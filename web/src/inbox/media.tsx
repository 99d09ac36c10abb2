/** Pictures, films and sounds, in the room that they take before they are loaded. */
import { useState } from "react"
import type { Attachment } from "../api/model"
import { type Room, selectDrawnAs, selectRoom } from "../lib/media"
import { selectAttachmentLabel, selectMediaUrl, selectThumbnailUrl } from "../lib/selectors"
import { formatDuration } from "../lib/time"
import { Icon } from "../ui/icon"
import { Placeholder } from "./attachment-cards"
import { FileCard } from "./file-card"

const MOST: Room = { width: 320, height: 360 }

function roomStyle(size: Room, placeholder: string | null) {
  return {
    width: size.width,
    aspectRatio: `${size.width} / ${size.height}`,
    ...(placeholder !== null && { backgroundImage: `url("${placeholder}")` }),
  }
}

export function Picture({ attachment, isTile }: { attachment: Attachment; isTile: boolean }) {
  const url = selectMediaUrl(attachment)
  if (url === null) return <Placeholder attachment={attachment} icon="photo" isTile={isTile} />
  if (selectDrawnAs(attachment.content_type) === null) return <FileCard attachment={attachment} />
  const size = isTile ? { width: 156, height: 156 } : selectRoom(attachment, MOST)
  return (
    <a href={url} target="_blank" rel="noopener noreferrer" className="block overflow-hidden rounded-2xl">
      <img
        src={selectThumbnailUrl(attachment) ?? url}
        alt={attachment.title ?? "Open full size"}
        {...size}
        loading="lazy"
        decoding="async"
        style={roomStyle(size, attachment.placeholder)}
        className="h-auto max-w-full bg-hover bg-cover bg-center object-cover"
      />
    </a>
  )
}

export function Film({ attachment }: { attachment: Attachment }) {
  const [hasPlayed, setPlayed] = useState(false)
  const url = selectMediaUrl(attachment)
  if (url === null) return <Placeholder attachment={attachment} icon="video" />
  const size = selectRoom(attachment, MOST)
  const { duration_ms } = attachment
  const small = selectThumbnailUrl(attachment)
  const poster = small === url ? null : small
  return (
    <div className="relative max-w-full">
      <video
        src={url}
        {...(poster !== null && { poster })}
        controls
        preload={poster === null ? "metadata" : "none"}
        aria-label={selectAttachmentLabel(attachment)}
        onPlay={() => setPlayed(true)}
        {...size}
        style={roomStyle(size, attachment.placeholder)}
        className="h-auto max-w-full rounded-2xl bg-sunken bg-cover bg-center"
      />
      {duration_ms !== null && !hasPlayed && (
        <span className="pointer-events-none absolute top-2 right-2 rounded-md bg-surface px-1.5 py-0.5 text-xs text-ink tabular-nums">
          {formatDuration(duration_ms)}
        </span>
      )}
    </div>
  )
}

export function Sound({ attachment }: { attachment: Attachment }) {
  const url = selectMediaUrl(attachment)
  if (url === null) return <Placeholder attachment={attachment} icon="voice" />
  return (
    <div className="flex w-72 max-w-full items-center gap-2 rounded-2xl bg-bubble-in p-1.5 pl-3">
      <span className="text-ink-3">
        <Icon name="voice" size={18} />
      </span>
      {/* biome-ignore lint/a11y/useMediaCaption: a voice message comes without a transcript */}
      <audio src={url} controls preload="none" aria-label="Voice message" className="h-9 min-w-0 flex-1" />
      {attachment.duration_ms !== null && (
        <span className="pr-2 text-xs text-ink-3 tabular-nums">{formatDuration(attachment.duration_ms)}</span>
      )}
    </div>
  )
}
