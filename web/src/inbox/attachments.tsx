import { Fragment } from "react"
import { explain } from "../api/client"
import { useRetryAttachment } from "../api/messages"
import type { Attachment, Message } from "../api/model"
import { selectAttachmentLabel, selectMediaUrl, selectThumbnailUrl } from "../lib/selectors"
import { formatDuration, formatSize } from "../lib/time"
import { Icon } from "../ui/icon"
import { showToast } from "../ui/toast"
import { LinkCard, Placeholder, StoryCard, TemplateCard } from "./attachment-cards"

const MISSING: ReadonlySet<Attachment["state"]> = new Set(["failed", "expired", "refused"])

type AttachmentsProps = { message: Message; isOurs: boolean }

/** Everything a message carries, in its order; several pictures make a grid. */
export function Attachments({ message, isOurs }: AttachmentsProps) {
  const { attachments } = message
  const isGrid = attachments.length > 1 && attachments.every((one) => one.kind === "image")
  return (
    <div
      className={
        isGrid
          ? "grid max-w-80 grid-cols-2 gap-1"
          : `flex flex-col gap-1 ${isOurs ? "items-end" : "items-start"}`
      }
    >
      {attachments.map((attachment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no id, and never change their order
        <Fragment key={index}>
          <AttachmentView attachment={attachment} isOurs={isOurs} isTile={isGrid} />
          {MISSING.has(attachment.state) && <TryAgain message={message} position={index} />}
        </Fragment>
      ))}
    </div>
  )
}

/** A person may ask for the file once more: its host may be well again, or its limit raised. */
function TryAgain({ message, position }: { message: Message; position: number }) {
  const { mutate, isPending } = useRetryAttachment()
  return (
    <button
      type="button"
      disabled={isPending}
      onClick={() =>
        mutate({ message, position }, { onError: (error) => showToast(explain(error), { isError: true }) })
      }
      className="rounded-md px-2 py-1 text-xs font-medium text-accent hover:bg-hover"
    >
      Try again
    </button>
  )
}

type ViewProps = { attachment: Attachment; isOurs: boolean; isTile: boolean }

function AttachmentView({ attachment, isOurs, isTile }: ViewProps) {
  switch (attachment.kind) {
    case "image":
    case "animated_image":
      return <Picture attachment={attachment} isTile={isTile} />
    case "video":
      return <Film attachment={attachment} />
    case "audio":
      return <Sound attachment={attachment} />
    case "file":
      return <FileCard attachment={attachment} />
    case "sticker":
      return <Sticker attachment={attachment} />
    case "like_heart":
      return (
        <span role="img" aria-label="Heart" className="px-1 text-[2.75rem] leading-none">
          ❤️
        </span>
      )
    case "story_mention":
    case "ig_story":
    case "story_share":
      return <StoryCard attachment={attachment} isOurs={isOurs} />
    case "ephemeral":
      return (
        <Placeholder
          attachment={attachment}
          icon="eyeOff"
          text="Disappearing photo or video. It can be seen in the Instagram app only."
        />
      )
    case "share":
    case "post":
    case "ig_post":
    case "ig_reel":
    case "reel":
    case "fallback":
      return <LinkCard attachment={attachment} />
    case "template":
      return <TemplateCard attachment={attachment} />
    default:
      return <Unknown attachment={attachment} />
  }
}

/** The room a picture takes, known before it is loaded, so that nothing jumps. */
function roomFor(attachment: Attachment): { width: number; height: number } {
  const { width, height } = attachment
  if (width === null || height === null || width <= 0 || height <= 0) return { width: 240, height: 240 }
  const scale = Math.min(1, 320 / width, 360 / height)
  return { width: Math.max(80, Math.round(width * scale)), height: Math.max(60, Math.round(height * scale)) }
}

function Picture({ attachment, isTile }: { attachment: Attachment; isTile: boolean }) {
  const url = selectMediaUrl(attachment)
  if (url === null) return <Placeholder attachment={attachment} icon="photo" isTile={isTile} />
  const size = isTile ? { width: 156, height: 156 } : roomFor(attachment)
  return (
    <a href={url} target="_blank" rel="noopener noreferrer" className="block overflow-hidden rounded-2xl">
      <img
        src={selectThumbnailUrl(attachment) ?? url}
        alt={attachment.title ?? "Open full size"}
        {...size}
        loading="lazy"
        decoding="async"
        style={{
          width: size.width,
          aspectRatio: `${size.width} / ${size.height}`,
          ...(attachment.placeholder !== null && { backgroundImage: `url("${attachment.placeholder}")` }),
        }}
        className="h-auto max-w-full bg-hover bg-cover bg-center object-cover"
      />
    </a>
  )
}

function Film({ attachment }: { attachment: Attachment }) {
  const url = selectMediaUrl(attachment)
  if (url === null) return <Placeholder attachment={attachment} icon="video" />
  const size = roomFor(attachment)
  return (
    <video
      src={url}
      controls
      preload="metadata"
      aria-label={selectAttachmentLabel(attachment)}
      {...size}
      style={{ width: size.width, aspectRatio: `${size.width} / ${size.height}` }}
      className="h-auto max-w-full rounded-2xl bg-sunken"
    />
  )
}

function Sound({ attachment }: { attachment: Attachment }) {
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

function FileCard({ attachment }: { attachment: Attachment }) {
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

function Sticker({ attachment }: { attachment: Attachment }) {
  const url = selectMediaUrl(attachment)
  if (url === null) return <Placeholder attachment={attachment} icon="photo" />
  return (
    <img
      src={url}
      alt={attachment.title ?? "Sticker"}
      width={112}
      height={112}
      loading="lazy"
      className="size-28 object-contain"
    />
  )
}

function Unknown({ attachment }: { attachment: Attachment }) {
  if (attachment.permalink !== null) return <LinkCard attachment={attachment} />
  const text = attachment.kind === "unsupported_type" ? "Instagram does not pass this attachment on." : null
  return <Placeholder attachment={attachment} icon="question" {...(text !== null && { text })} />
}
