import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react"
import { type CommentMode, readDraft, writeDraft } from "../api/drafts"
import type { Comment, Post } from "../api/model"
import { type Audience, authorOf, describeAudience, refusalOf } from "../lib/audience"
import { Button, IconButton } from "../ui/button"
import { Dialog } from "../ui/dialog"
import { Icon, type IconName } from "../ui/icon"
import { useSending } from "./use-sending"

export type Writing = { comment: Comment; audience: CommentMode }

type Look = { title: string; icon: IconName; frame: string; head: string; send: string; longest: number }

/** Public and private look as different as they are. */
const LOOKS: Record<Writing["audience"], Look> = {
  public: {
    title: "Public reply",
    icon: "comment",
    frame: "border-accent",
    head: "bg-accent text-on-accent",
    send: "Post publicly",
    longest: 2200,
  },
  private: {
    title: "Private message",
    icon: "lock",
    frame: "border-blue border-dashed",
    head: "bg-blue-soft text-blue",
    send: "Send privately",
    longest: 1000,
  },
  note: {
    title: "Note for the team",
    icon: "note",
    frame: "border-note-line",
    head: "bg-note text-note-ink",
    send: "Add note",
    longest: 2000,
  },
}

type WriterProps = {
  writing: Writing
  /** Another one asks for the focus anew. */
  asked: unknown
  post: Post | undefined
  now: number
  onLeave: () => void
  onClose: () => void
}

/**
 * Where a reply, a private message or a note is written. Escape leaves it, and closes it while it is empty; what was begun is
 * kept until it is sent.
 */
export function Writer({ writing, asked, post, now, onLeave, onClose }: WriterProps) {
  const { comment, audience } = writing
  const [text, setText] = useState(() => readDraft(comment.id, audience))
  const [isAsked, setAsked] = useState(false)
  const box = useRef<HTMLTextAreaElement>(null)
  const { send, isPending } = useSending({ comment, audience, onSent: onClose })
  const look = LOOKS[audience]
  const against = audience === "note" ? null : refusalOf(audience, comment, post, now)
  const isReady = text.trim() !== "" && text.length <= look.longest && against === null && !isPending
  useEffect(() => writeDraft(comment.id, audience, text), [comment.id, audience, text])
  // biome-ignore lint/correctness/useExhaustiveDependencies: who asks again wants to write on
  useLayoutEffect(() => box.current?.focus(), [asked])

  function submit(event?: FormEvent): void {
    event?.preventDefault()
    if (!isReady) return
    if (audience !== "note" && !isConfirmed(audience)) setAsked(true)
    else void send(text.trim())
  }

  function press(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation()
      if (text.trim() === "") onClose()
      else onLeave()
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      submit()
    }
  }

  return (
    <section aria-label={look.title} className="shrink-0 border-line border-t bg-canvas p-3">
      <form onSubmit={submit} className={`overflow-hidden rounded-xl border-2 bg-surface ${look.frame}`}>
        <header className={`flex items-center gap-2 px-3 py-1.5 text-sm ${look.head}`}>
          <Icon name={look.icon} size={16} />
          <strong className="font-semibold">{look.title}</strong>
          <span className="ml-auto">
            <IconButton
              icon="close"
              label="Stop writing"
              size={16}
              onClick={onClose}
              className="size-7 text-inherit"
            />
          </span>
        </header>
        <p id="audience" className="px-3 pt-2 text-ink-2 text-xs">
          {audience === "note"
            ? "Only your team reads it; Instagram never does."
            : describeAudience(audience, comment)}
        </p>
        <blockquote className="mx-3 mt-1.5 line-clamp-2 border-line-strong border-l-2 pl-2 text-ink-3 text-xs">
          {authorOf(comment)}: {comment.text ?? "a picture or sticker"}
        </blockquote>
        <textarea
          ref={box}
          value={text}
          rows={3}
          aria-label={look.title}
          aria-describedby="audience"
          placeholder={look.title}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={press}
          className="block w-full resize-none bg-transparent px-3 py-2 text-base outline-none placeholder:text-ink-3"
        />
        <footer className="flex items-center justify-end gap-3 px-3 pb-2.5">
          <span role="status" className="mr-auto text-red text-xs">
            {against ??
              (text.length > look.longest ? `${text.length - look.longest} characters too long` : "")}
          </span>
          <Button look="primary" type="submit" disabled={!isReady}>
            {look.send}
          </Button>
        </footer>
      </form>
      {isAsked && audience !== "note" && (
        <FirstTime
          audience={audience}
          comment={comment}
          onClose={() => setAsked(false)}
          onSure={() => {
            confirm(audience)
            setAsked(false)
            void send(text.trim())
          }}
        />
      )}
    </section>
  )
}

type FirstProps = { audience: Audience; comment: Comment; onClose: () => void; onSure: () => void }

/** Asked once in this browser for each of the two: who has seen it knows the frames apart. */
function FirstTime({ audience, comment, onClose, onSure }: FirstProps) {
  const isPublic = audience === "public"
  return (
    <Dialog
      title={isPublic ? "This will be public" : "This will be private"}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Back to the text</Button>
          <Button look="primary" onClick={onSure}>
            {isPublic ? "Post it for everybody" : `Send it to ${authorOf(comment)} alone`}
          </Button>
        </>
      }
    >
      <p className="text-base text-ink-2">{describeAudience(audience, comment)}</p>
      <p className="mt-2 text-ink-3 text-sm">
        {isPublic ? "Public replies have a solid frame." : "Private messages have a dashed blue frame."} You
        are asked only this once.
      </p>
    </Dialog>
  )
}

function isConfirmed(audience: Audience): boolean {
  return localStorage.getItem(`confab.confirmed.${audience}`) === "yes"
}

function confirm(audience: Audience): void {
  localStorage.setItem(`confab.confirmed.${audience}`, "yes")
}
