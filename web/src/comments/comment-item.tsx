import { memo } from "react"
import { Link } from "wouter"
import type { Comment, Post } from "../api/model"
import { authorOf } from "../lib/audience"
import { formatExact, formatRowTime } from "../lib/time"
import { Avatar } from "../ui/avatar"
import { Icon } from "../ui/icon"
import { AnswerItem } from "./answer-item"
import { Begun } from "./begun"
import { CommentTools } from "./comment-tools"
import type { CommentDoors } from "./use-doors"

export type ItemProps = {
  comment: Comment
  answers: Comment[]
  post: Post | undefined
  now: number
  isActive: boolean
  /** Somebody writes about it right now, in the box below. */
  isWritten: boolean
  doors: CommentDoors
}

/** One comment with what we wrote under it, and what can be done with it. */
export const CommentItem = memo(function CommentItem({
  comment,
  answers,
  post,
  now,
  isActive,
  isWritten,
  doors,
}: ItemProps) {
  const isGone = comment.deleted_at !== null
  return (
    <article
      aria-label={nameOf(comment)}
      tabIndex={isActive ? 0 : -1}
      data-comment-id={comment.id}
      onFocus={() => doors.activate(comment)}
      className={`inset-focus @container group flex gap-3 px-5 py-3 ${isActive ? "bg-accent-soft/40" : "hover:bg-sunken/50"}`}
    >
      <Avatar id={comment.author.ig_id ?? comment.id} name={authorOf(comment).replace("@", "")} size={32} />
      <div className="flex min-w-0 max-w-3xl flex-1 flex-col gap-1">
        <p className="flex flex-wrap items-baseline gap-x-2 text-sm">
          <span className="font-medium">
            {comment.is_own ? `@${comment.account.username}` : authorOf(comment)}
          </span>
          <time
            dateTime={comment.created_at}
            title={formatExact(comment.created_at)}
            className="text-ink-3 text-xs tabular-nums"
          >
            {formatRowTime(comment.created_at, now)}
          </time>
          {comment.parent_ig_id !== null && <span className="text-ink-3 text-xs">in reply</span>}
          {comment.edited_at !== null && <span className="text-ink-3 text-xs">edited</span>}
          <Marks comment={comment} />
        </p>
        <p
          className={`whitespace-pre-wrap break-words text-base ${isGone ? "text-ink-3 italic" : comment.hidden ? "text-ink-3" : ""}`}
        >
          {words(comment)}
        </p>
        {comment.error && (
          <p role="status" className="flex items-center gap-1.5 text-red text-xs">
            <Icon name="alert" size={14} />
            {comment.error.message}
          </p>
        )}
        {comment.notes.map((note) => (
          <p
            key={note.id}
            className="w-fit rounded-lg bg-note px-2.5 py-1.5 text-note-ink text-sm ring-1 ring-note-line ring-inset"
          >
            <span className="font-medium">{note.author}: </span>
            {note.text}
          </p>
        ))}
        {answers.map((answer) => (
          <AnswerItem key={answer.client_key ?? answer.id} answer={answer} now={now} />
        ))}
        {comment.private_conversation_id !== null && (
          <Link
            href={`/inbox/${comment.private_conversation_id}`}
            className="inline-flex w-fit items-center gap-1.5 rounded-lg bg-blue-soft px-2 py-0.5 font-medium text-blue text-xs"
          >
            <Icon name="lock" size={13} />
            Answered in private: open the conversation
          </Link>
        )}
        {!isWritten && <Begun comment={comment} doors={doors} />}
        <CommentTools comment={comment} post={post} now={now} doors={doors} />
      </div>
    </article>
  )
})

function Marks({ comment }: { comment: Comment }) {
  return (
    <>
      {comment.kind === "mention" && <Mark look="bg-blue-soft text-blue">mention</Mark>}
      {comment.kind === "live_comment" && <Mark look="bg-red-soft text-red">live</Mark>}
      {comment.hidden && comment.deleted_at === null && (
        <Mark look="bg-sunken text-ink-2">{comment.pending === "hide" ? "hiding…" : "hidden"}</Mark>
      )}
      {comment.is_liked && <Mark look="bg-red-soft text-red">liked</Mark>}
      {comment.done_at !== null && (
        <Mark look="bg-sunken text-ink-2">done by {comment.done_by ?? "somebody"}</Mark>
      )}
      {comment.assignee && <Mark look="bg-sunken text-ink-2">{comment.assignee.name}</Mark>}
      {comment.labels.map((label) => (
        <Mark key={label} look="bg-accent-soft text-accent-text">
          {label}
        </Mark>
      ))}
    </>
  )
}

function Mark({ look, children }: { look: string; children: React.ReactNode }) {
  return <span className={`rounded-md px-1.5 font-medium text-2xs ${look}`}>{children}</span>
}

function words(comment: Comment): string {
  if (comment.deleted_at !== null)
    return comment.pending === "delete" ? "Deleting…" : "This comment was deleted."
  if (comment.text !== null) return comment.text
  return comment.kind === "mention"
    ? "Mentions your account."
    : "A picture or sticker that Instagram does not show here."
}

function nameOf(comment: Comment): string {
  const what = comment.kind === "mention" ? "Mention" : "Comment"
  return `${what} of ${comment.is_own ? "your account" : authorOf(comment)}: ${words(comment)}`
}
