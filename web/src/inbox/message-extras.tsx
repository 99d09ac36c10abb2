import { useState } from "react"
import type { Message, Referral } from "../api/model"
import { selectAuthorName } from "../lib/authors"
import { selectSummary } from "../lib/selectors"
import { formatExact } from "../lib/time"
import { Dialog } from "../ui/dialog"
import { Icon, type IconName } from "../ui/icon"
import { StoryQuote } from "./story"

type QuoteProps = {
  message: Message
  participantName: string
  messages: readonly Message[]
  onJump: (mid: string) => void
}

/** What a message answers: another message, which can be jumped to, or a story, which is never kept. */
export function Quote({ message, participantName, messages, onJump }: QuoteProps) {
  const { reply_to } = message
  if (reply_to?.story) {
    return <StoryQuote story={reply_to.story} isOurs={message.direction === "outbound"} />
  }
  if (!reply_to?.mid) return null
  const { mid } = reply_to
  const quoted = messages.find((other) => other.mid === mid)
  return (
    <button
      type="button"
      onClick={() => onJump(mid)}
      className="flex max-w-full items-stretch gap-2 rounded-lg py-0.5 pr-2 text-left text-xs text-ink-3 hover:text-ink-2"
    >
      <span className="w-0.5 rounded-full bg-line-strong" />
      <span className="min-w-0">
        <span className="flex items-center gap-1 font-medium">
          <Icon name="reply" size={13} />
          {quoted ? selectAuthorName(quoted.author, participantName) : "Answer to an earlier message"}
        </span>
        {quoted && <span className="line-clamp-2">{selectSummary(quoted)}</span>}
      </span>
    </button>
  )
}

export function Reactions({ message, participantName }: { message: Message; participantName: string }) {
  if (message.reactions.length === 0) return null
  return (
    <p className="z-[1] -mt-1.5 flex gap-1 px-2">
      {message.reactions.map((reaction) => {
        const who = reaction.by === "participant" ? participantName : "This account"
        const sign = reaction.emoji ?? (reaction.reaction === "love" ? "❤️" : "👍")
        return (
          <span
            key={reaction.by}
            role="img"
            aria-label={`${who} reacted with ${sign}`}
            title={`${who} reacted`}
            className="rounded-full border border-line bg-raised px-1.5 text-sm leading-5 shadow-xs"
          >
            {sign}
          </span>
        )
      })}
    </p>
  )
}

type Arrival = { icon: IconName; text: string }

/** How a message came about beyond its text, above it: a tapped button, a quick reply, an ad or a link. */
export function ArrivalNotes({ message }: { message: Message }) {
  return arrivalsOf(message).map(({ icon, text }) => (
    <p key={text} className="flex items-center gap-1.5 px-1 text-xs text-ink-3">
      <Icon name={icon} size={14} />
      {text}
    </p>
  ))
}

export function arrivalsOf(message: Message): Arrival[] {
  if (message.deleted_at !== null) return []
  return [
    message.quick_reply_payload !== null && ({ icon: "reply", text: "Tapped a quick reply" } as const),
    message.postback_payload !== null && ({ icon: "press", text: "Pressed a button" } as const),
    message.referral !== null && describeReferral(message.referral),
  ].filter((arrival) => arrival !== false)
}

function describeReferral({ ad_id, ad_title, product_id, ref }: Referral): Arrival {
  if (ad_id !== null)
    return { icon: "ad", text: ad_title ? `Came from the ad “${ad_title}”` : "Came from an ad" }
  if (product_id !== null) return { icon: "tag", text: `Asks about product ${product_id}` }
  return { icon: "link", text: ref ? `Followed a link (${ref})` : "Followed a link to this account" }
}

export function EditHistory({ message }: { message: Message }) {
  const [isOpen, setOpen] = useState(false)
  if (message.edited_at === null || message.deleted_at !== null) return null
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="underline decoration-dotted underline-offset-2 hover:text-ink"
      >
        edited
      </button>
      {isOpen && (
        <Dialog title="Earlier texts" onClose={() => setOpen(false)}>
          <ol className="flex flex-col gap-2">
            {message.edits.map((edit) => (
              <li
                key={edit.num_edit}
                className="rounded-xl bg-sunken px-3.5 py-2 text-base wrap-anywhere whitespace-pre-wrap"
              >
                <span className="block text-xs text-ink-3">
                  {edit.num_edit === 0 ? "As first sent" : `After edit ${edit.num_edit}`}
                </span>
                {edit.text ?? "Without text"}
              </li>
            ))}
          </ol>
          {message.edits.length === 0 && (
            <p className="text-sm text-ink-3">Instagram did not tell the earlier text.</p>
          )}
          <p className="mt-3 text-xs text-ink-3">Last edited {formatExact(message.edited_at)}</p>
        </Dialog>
      )}
    </>
  )
}
