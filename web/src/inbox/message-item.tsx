import type { Message } from "../api/model"
import { selectAuthorName, selectVoice } from "../lib/authors"
import { selectMessageName } from "../lib/message-name"
import { selectIsOutbound } from "../lib/selectors"
import { formatExact, formatMessageTime } from "../lib/time"
import { Icon } from "../ui/icon"
import { Attachments } from "./attachments"
import { ArrivalNotes, arrivalsOf, EditHistory, Quote, Reactions } from "./message-extras"
import { MessageStatus } from "./message-status"
import { MessageTools } from "./message-tools"
import { PersonAvatar } from "./person-avatar"
import { RichText } from "./rich-text"

type ItemProps = {
  message: Message
  rowKey: string
  isFirst: boolean
  isLast: boolean
  participantName: string
  avatarUrl: string | null
  conversationId: string
  messages: readonly Message[]
  onJump: (mid: string) => void
  onReply: (message: Message) => void
}

/** One message: theirs on the left, ours on the right. */
export function MessageItem({
  message,
  rowKey,
  isFirst,
  isLast,
  participantName: name,
  avatarUrl,
  conversationId,
  onReply,
  ...quoting
}: ItemProps) {
  const isOurs = selectIsOutbound(message)
  const isMoreThanText = message.reply_to !== null || message.attachments.length > 0
  const hasArrived = arrivalsOf(message).length > 0 // a line above the bubble, which belongs to it and not to the one before
  const room = isFirst ? "mt-3" : hasArrived ? "mt-2.5" : isMoreThanText ? "mt-1.5" : "mt-0.5"
  return (
    <article
      data-key={rowKey}
      data-message-id={message.id}
      data-mid={message.mid ?? undefined}
      data-sent-at={message.sent_at}
      aria-label={selectMessageName(message, name)}
      className={`group flex gap-2.5 rounded-xl ${room} ${isOurs ? "justify-end" : ""}`}
    >
      {!isOurs && (
        <span className="w-7 shrink-0 self-end">
          {isLast && <PersonAvatar conversationId={conversationId} name={name} url={avatarUrl} size={28} />}
        </span>
      )}
      <div
        className={`relative flex min-w-0 flex-col gap-0.5 ${isOurs ? "max-w-[min(34rem,85%)] items-end" : "max-w-[min(34rem,85%,100%-5.5rem)] items-start"}`}
      >
        {isFirst && isOurs && <Byline message={message} participantName={name} />}
        <ArrivalNotes message={message} />
        <Quote message={message} participantName={name} {...quoting} />
        <Content message={message} isOurs={isOurs} isLast={isLast} />
        {message.deleted_at === null && message.mid !== null && (
          <MessageTools message={message} isOurs={isOurs} onReply={onReply} />
        )}
        {message.deleted_at === null && <Reactions message={message} participantName={name} />}
        <Footer message={message} isOurs={isOurs} isLast={isLast} />
      </div>
    </article>
  )
}

function Byline({ message, participantName }: { message: Message; participantName: string }) {
  const voice = selectVoice(message.author)
  return (
    <p className="flex items-center gap-1 px-1 text-xs font-medium text-ink-3">
      {voice === "bot" && <Icon name="bot" size={14} />}
      {voice === "app" && <Icon name="phone" size={14} />}
      {selectAuthorName(message.author, participantName)}
    </p>
  )
}

function Content({ message, isOurs, isLast }: { message: Message; isOurs: boolean; isLast: boolean }) {
  if (message.deleted_at !== null) {
    return (
      <p className="flex items-center gap-1.5 rounded-2xl border border-line-strong border-dashed px-3 py-1.5 text-sm text-ink-3 italic">
        <Icon name="eyeOff" size={14} />
        Unsent {isOurs ? "from this account" : "by them"}, {formatMessageTime(message.deleted_at)}
      </p>
    )
  }
  const isEmpty = !message.text && message.attachments.length === 0
  return (
    <>
      {message.attachments.length > 0 && <Attachments message={message} isOurs={isOurs} />}
      {message.text && <TextBubble message={message} text={message.text} isOurs={isOurs} isLast={isLast} />}
      {isEmpty && <NoContent message={message} />}
    </>
  )
}

type BubbleProps = { message: Message; text: string; isOurs: boolean; isLast: boolean }

function TextBubble({ message, text, isOurs, isLast }: BubbleProps) {
  if (/^(?:\p{Extended_Pictographic}|\p{Emoji_Component}){1,12}$/u.test(text) && !/\d/u.test(text)) {
    return <p className="px-1 py-0.5 text-[2rem] leading-tight">{text}</p>
  }
  const ground = !isOurs
    ? "bg-bubble-in"
    : selectVoice(message.author) === "bot"
      ? "bg-bubble-bot"
      : "bg-bubble-out"
  const corner = !isLast ? "" : isOurs ? "rounded-br-md" : "rounded-bl-md"
  const isUncertain =
    message.status === "queued" || message.status === "sending" || message.status === "in_doubt"
  return (
    <p
      dir="auto"
      className={`rounded-2xl px-3.5 py-2 text-base wrap-anywhere whitespace-pre-wrap ${ground} ${corner} ${isUncertain ? "opacity-75" : ""} ${message.status === "failed" ? "ring-1 ring-red/50" : ""}`}
    >
      <RichText text={text} />
    </p>
  )
}

function NoContent({ message }: { message: Message }) {
  const text = message.is_unsupported
    ? "Instagram does not pass this kind of message on. Open the Instagram app to see it."
    : message.referral
      ? "Opened the conversation"
      : "A message without content"
  return (
    <p className="flex items-center gap-2 rounded-2xl border border-line px-3 py-2 text-sm text-ink-3">
      <Icon name={message.is_unsupported ? "question" : "info"} size={16} />
      {text}
    </p>
  )
}

function Footer({ message, isOurs, isLast }: { message: Message; isOurs: boolean; isLast: boolean }) {
  const needsPerson = message.status === "failed" || message.status === "in_doubt"
  const isWaiting = message.status === "queued" || message.status === "sending"
  // Between the messages of a group the time shows beside the bubble on hover, where it moves nothing.
  const isShown = isLast || needsPerson || isWaiting || message.edited_at !== null || message.is_standby
  return (
    <div
      className={`flex items-center gap-x-1.5 px-1 text-2xs text-ink-3 ${isShown ? `flex-wrap ${isOurs ? "justify-end" : ""}` : `absolute bottom-2 whitespace-nowrap opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 ${isOurs ? "right-full" : "left-full"}`}`}
    >
      <time dateTime={message.sent_at} title={formatExact(message.sent_at)} className="tabular-nums">
        {formatMessageTime(message.sent_at)}
      </time>
      <EditHistory message={message} />
      {message.is_standby && (
        <span title="Another app owns this conversation at the moment">· handled elsewhere</span>
      )}
      {isOurs && message.deleted_at === null && <MessageStatus message={message} />}
    </div>
  )
}
