import { explain } from "../api/client"
import { useRetryAttachment } from "../api/messages"
import type { Attachment, Message } from "../api/model"
import { selectMediaUrl } from "../lib/selectors"
import { showToast } from "../ui/toast"
import { LinkCard, Placeholder, TemplateCard } from "./attachment-cards"
import { FileCard } from "./file-card"
import { Film, Picture, Sound } from "./media"
import { StoryCard } from "./story"

const MISSING: ReadonlySet<Attachment["state"]> = new Set(["failed", "expired", "refused"])

/** A story that is over stays so. */
function mayTryAgain({ state, available_until }: Attachment): boolean {
  return MISSING.has(state) && !(state === "expired" && available_until !== null)
}

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
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no id, and never change their order
          key={index}
          className={`flex max-w-full min-w-0 flex-col gap-1 ${isOurs ? "items-end" : "items-start"}`}
        >
          <AttachmentView attachment={attachment} isOurs={isOurs} isTile={isGrid} />
          {mayTryAgain(attachment) && <TryAgain message={message} position={index} />}
        </div>
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
