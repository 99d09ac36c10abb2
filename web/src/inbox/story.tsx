/** Stories: seen through our own door while they stand, and never kept. */
import { useState } from "react"
import type { Attachment, Message } from "../api/model"
import { type Room, selectDrawnAs, selectIsOver, selectRoom } from "../lib/media"
import { selectMediaUrl } from "../lib/selectors"
import { Icon } from "../ui/icon"
import { useNow } from "../ui/use-now"
import { Card, OpenLink } from "./attachment-cards"

type Story = Pick<Attachment, "url" | "state" | "content_type" | "width" | "height" | "available_until">

const IN_A_CARD: Room = { width: 264, height: 360 }
const IN_A_QUOTE: Room = { width: 120, height: 180 }

export function StoryCard({ attachment, isOurs }: { attachment: Attachment; isOurs: boolean }) {
  const isMention = attachment.kind === "story_mention"
  const kind = isMention
    ? isOurs
      ? "Mentioned them in your story"
      : "Mentioned you in their story"
    : "Shared a story"
  return (
    <Card icon="story" kind={kind}>
      {attachment.title && <span className="text-sm text-ink">{attachment.title}</span>}
      <StoryFile story={attachment} label={kind} most={IN_A_CARD} />
      <OpenLink permalink={attachment.permalink} />
    </Card>
  )
}

/** What a message answers when it answers a story: the story, as long as it stands. */
export function StoryQuote({ story, isOurs }: { story: NonNullable<ReplyStory>; isOurs: boolean }) {
  const label = isOurs ? "Answered their story" : "Answered your story"
  return (
    <div className="flex flex-col gap-1 px-1 text-xs text-ink-3">
      <p className="flex items-center gap-1.5">
        <Icon name="story" size={15} />
        {label}
      </p>
      <StoryFile story={story} label={label} most={IN_A_QUOTE} />
    </div>
  )
}

type ReplyStory = NonNullable<Message["reply_to"]>["story"]

function StoryFile({ story, label, most }: { story: Story; label: string; most: Room }) {
  const now = useNow()
  const [broken, setBroken] = useState<string | null>(null)
  const url = selectMediaUrl(story)
  const drawn = selectDrawnAs(story.content_type)
  if (url === null || url === broken || drawn === null || drawn === "audio" || selectIsOver(story, now))
    return <span className="text-xs text-ink-3">{wordsFor(story, now, url !== null && url === broken)}</span>
  const size = selectRoom(story, most)
  const look = {
    style: { width: size.width, aspectRatio: `${size.width} / ${size.height}` },
    className: "h-auto max-w-full rounded-lg bg-hover object-cover",
    onError: () => setBroken(url),
  }
  return (
    <>
      {drawn === "image" ? (
        <img src={url} alt={label} {...size} loading="lazy" decoding="async" {...look} />
      ) : (
        <video src={url} controls preload="metadata" aria-label={label} {...size} {...look} />
      )}
      <span className="text-xs text-ink-3">Stories are never kept; they vanish after a day.</span>
    </>
  )
}

function wordsFor(story: Story, now: number, isBroken: boolean): string {
  if (isBroken || selectIsOver(story, now)) return "The story is no longer available."
  if (story.state === "pending") return "The story is being looked for on Instagram."
  if (story.state === "failed" || story.state === "refused") return "The story could not be shown."
  return "Stories are never kept; they vanish after a day."
}
