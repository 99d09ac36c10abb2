import { useQueryClient } from "@tanstack/react-query"
import {
  type ClipboardEvent,
  type KeyboardEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react"
import { explain } from "../api/client"
import { takeFiles } from "../api/draft-files"
import { type Mode, readDraft, writeDraft } from "../api/drafts"
import type { Account, Conversation, DraftFile } from "../api/model"
import { useAddNote } from "../api/notes"
import { sendMessage } from "../api/pending"
import { viewerIdOf } from "../api/snapshot"
import { useLiveStatus } from "../api/status"
import { sizeInBytes, speakLength, TEXT_LIMIT_BYTES, TEXT_WARNING_BYTES } from "../lib/bytes"
import { selectDisplayName } from "../lib/selectors"
import { whyWait } from "../lib/uploads"
import { describeWindow } from "../lib/window-words"
import { Button } from "../ui/button"
import { showToast } from "../ui/toast"
import { useNow } from "../ui/use-now"
import { AttachButton } from "./attach-button"
import { FileTray } from "./file-tray"
import type { ThreadDoors } from "./thread-doors"
import { useDraftFiles, useKeptFiles } from "./use-draft-files"
import { VoiceButton } from "./voice-button"
import { WindowBar } from "./window-bar"

const NO_FILES: DraftFile[] = []

type ComposerProps = { conversation: Conversation; account: Account | undefined; doors: ThreadDoors }

/** Where an answer or a note is written. What the window forbids cannot be pressed, and the reason stands beside it. */
export function Composer({ conversation, account, doors }: ComposerProps) {
  const now = useNow()
  const isOffline = useLiveStatus() === "offline"
  const words = describeWindow({ conversation, account, isOffline, now })
  const [mode, setMode] = useState<Mode>("reply")
  const box = useRef<HTMLTextAreaElement>(null)
  const { files, add } = useDraftFiles(conversation.id)
  useKeptFiles(conversation.id)
  useReplyForFiles(files.length, () => setMode("reply"))

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
            files={mode === "reply" ? files : NO_FILES}
            onFiles={add}
            box={box}
          >
            <ModeButton doors={doors} mode="reply" current={mode} onChoose={choose} />
            <ModeButton doors={doors} mode="note" current={mode} onChoose={choose} />
            {mode === "reply" && (
              <>
                <AttachButton onFiles={add} />
                <VoiceButton box={box} onFiles={add} />
              </>
            )}
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
  files: DraftFile[]
  onFiles: (files: File[]) => void
  box: React.RefObject<HTMLTextAreaElement | null>
  children: React.ReactNode
}

function Draft({ mode, conversation, refusal, files, onFiles, box, children }: DraftProps) {
  const cache = useQueryClient()
  const addNote = useAddNote(conversation.id)
  const [text, setText] = useState(() => readDraft(conversation.id, mode))
  const aboutId = useId()
  const bytes = sizeInBytes(text)
  const isTooLong = mode === "reply" && bytes > TEXT_LIMIT_BYTES
  const wait = whyWait(files)
  const hasSomething = text.trim() !== "" || files.length > 0
  const isReady = hasSomething && !isTooLong && refusal === null && wait === null

  useEffect(() => writeDraft(conversation.id, mode, text), [conversation.id, mode, text])
  useGrowing(box, text)

  function submit(): void {
    if (!isReady) return
    const written = text.trim()
    setText("")
    if (mode === "reply") sendMessage(cache, conversation.id, written, takeFiles(cache, conversation.id))
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

  /** A picture from the clipboard; where there is a text too, as of a table, that is what is meant. */
  function paste(event: ClipboardEvent): void {
    const { files: given, types } = event.clipboardData
    if (mode === "note" || given.length === 0 || types.includes("text/plain")) return
    event.preventDefault()
    onFiles([...given])
  }

  const name = selectDisplayName(conversation.participant)
  const about =
    refusal ??
    (isTooLong ? `Too long: Instagram takes ${TEXT_LIMIT_BYTES} bytes in one message.` : null) ??
    wait
  return (
    <>
      <FileTray conversationId={conversation.id} files={files} box={box} />
      <textarea
        ref={box}
        rows={1}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
        onPaste={paste}
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
      <div className="flex flex-wrap items-center gap-1 px-2 pb-2">
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

/** Files belong to answers: who adds one is writing one. */
function useReplyForFiles(count: number, onMore: () => void): void {
  const before = useRef(count)
  useEffect(() => {
    if (count > before.current) onMore()
    before.current = count
  })
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
