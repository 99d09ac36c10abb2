import { useQueryClient } from "@tanstack/react-query"
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from "react"
import { explain } from "../api/client"
import { type Mode, readDraft, writeDraft } from "../api/drafts"
import type { Account, Conversation } from "../api/model"
import { useAddNote } from "../api/notes"
import { sendMessage } from "../api/pending"
import { viewerIdOf } from "../api/snapshot"
import { useLiveStatus } from "../api/status"
import { sizeInBytes, speakLength, TEXT_LIMIT_BYTES, TEXT_WARNING_BYTES } from "../lib/bytes"
import { selectDisplayName } from "../lib/selectors"
import { describeWindow } from "../lib/window-words"
import { Button } from "../ui/button"
import { showToast } from "../ui/toast"
import { useNow } from "../ui/use-now"
import type { ThreadDoors } from "./thread-doors"
import { WindowBar } from "./window-bar"

type ComposerProps = { conversation: Conversation; account: Account | undefined; doors: ThreadDoors }

/** Where an answer or a note is written. What the window forbids cannot be pressed, and the reason stands beside it. */
export function Composer({ conversation, account, doors }: ComposerProps) {
  const now = useNow()
  const isOffline = useLiveStatus() === "offline"
  const words = describeWindow({ conversation, account, isOffline, now })
  const [mode, setMode] = useState<Mode>("reply")
  const box = useRef<HTMLTextAreaElement>(null)

  function choose(next: Mode): void {
    setMode(next)
    requestAnimationFrame(() => box.current?.focus())
  }

  return (
    <section aria-label="Composer" className="shrink-0">
      <WindowBar words={words} />
      <div className="px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] drawer:px-5">
        <div
          className={`rounded-xl border transition-colors focus-within:border-accent ${mode === "note" ? "border-note-line bg-note" : "border-line-strong bg-surface"}`}
        >
          <Draft
            key={mode}
            mode={mode}
            conversation={conversation}
            refusal={mode === "reply" ? words.refusal : null}
            box={box}
          >
            <ModeButton doors={doors} mode="reply" current={mode} onChoose={choose} />
            <ModeButton doors={doors} mode="note" current={mode} onChoose={choose} />
          </Draft>
        </div>
      </div>
    </section>
  )
}

type ModeProps = { doors: ThreadDoors; mode: Mode; current: Mode; onChoose: (mode: Mode) => void }

function ModeButton({ doors, mode, current, onChoose }: ModeProps) {
  return (
    <Button
      ref={doors[mode].ref}
      small
      look="quiet"
      aria-pressed={mode === current}
      title={mode === "reply" ? "Write an answer (r)" : "Write a note for the team (n)"}
      onClick={() => onChoose(mode)}
      className="aria-pressed:bg-hover aria-pressed:text-ink"
    >
      {mode === "reply" ? "Reply" : "Note"}
    </Button>
  )
}

type DraftProps = {
  mode: Mode
  conversation: Conversation
  refusal: string | null
  box: React.RefObject<HTMLTextAreaElement | null>
  children: React.ReactNode
}

function Draft({ mode, conversation, refusal, box, children }: DraftProps) {
  const cache = useQueryClient()
  const addNote = useAddNote(conversation.id)
  const [text, setText] = useState(() => readDraft(conversation.id, mode))
  const aboutId = useId()
  const bytes = sizeInBytes(text)
  const isTooLong = mode === "reply" && bytes > TEXT_LIMIT_BYTES
  const isReady = text.trim() !== "" && !isTooLong && refusal === null

  useEffect(() => writeDraft(conversation.id, mode, text), [conversation.id, mode, text])
  useGrowing(box, text)

  function submit(): void {
    if (!isReady) return
    const written = text.trim()
    setText("")
    if (mode === "reply") sendMessage(cache, conversation.id, written)
    else addNote.mutateAsync(written).catch((error: unknown) => giveBack(written, error))
  }

  /** Before what was begun meanwhile, also when another conversation is open by now; never after signing out. */
  function giveBack(written: string, error: unknown): void {
    if (viewerIdOf(cache) === "") return
    const begun = readDraft(conversation.id, mode)
    const both = begun === "" ? written : `${written}\n${begun}`
    writeDraft(conversation.id, mode, both)
    setText(both)
    showToast(`The note was not kept: ${explain(error)}`, { isError: true })
  }

  function press(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      submit()
    } else if (event.key === "Escape") {
      event.preventDefault()
      box.current?.blur()
    }
  }

  const name = selectDisplayName(conversation.participant)
  const about =
    refusal ?? (isTooLong ? `Too long: Instagram takes ${TEXT_LIMIT_BYTES} bytes in one message.` : null)
  return (
    <>
      <textarea
        ref={box}
        rows={1}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
        aria-label={mode === "reply" ? "Reply" : "Note"}
        aria-describedby={about ? aboutId : undefined}
        aria-invalid={isTooLong}
        enterKeyHint="send"
        dir="auto"
        placeholder={
          mode === "reply" ? `Reply to ${name}` : "A note for the team. It never leaves this workspace."
        }
        className="block max-h-56 w-full resize-none bg-transparent px-3.5 pt-2.5 pb-1 text-base outline-none placeholder:text-ink-3"
      />
      <div className="flex items-center gap-1 px-2 pb-2">
        {children}
        <span
          id={aboutId}
          className={`ml-1 min-w-0 flex-1 truncate text-xs ${isTooLong ? "text-red" : "text-ink-3"}`}
        >
          {about}
        </span>
        {mode === "reply" && bytes >= TEXT_WARNING_BYTES && (
          <span
            aria-hidden="true"
            className={`px-1 text-xs tabular-nums ${isTooLong ? "text-red" : "text-amber"}`}
          >
            {bytes} / {TEXT_LIMIT_BYTES}
          </span>
        )}
        <span role="status" aria-label="Length" className="sr-only">
          {mode === "reply" && speakLength(bytes)}
        </span>
        <Button
          look="primary"
          icon={mode === "reply" ? "send" : "note"}
          disabled={!isReady}
          title={about ?? "Enter sends, Shift and Enter begins a new line"}
          onClick={submit}
        >
          {mode === "reply" ? "Send" : "Add note"}
        </Button>
      </div>
    </>
  )
}

/** As tall as its text, from one line to ten. */
function useGrowing(box: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes it grow
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    element.style.height = "auto"
    element.style.height = `${element.scrollHeight}px`
  }, [box, text])
}
