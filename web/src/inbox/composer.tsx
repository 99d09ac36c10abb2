import { useEffect, useLayoutEffect, useRef, useState } from "react"
import { flushSync } from "react-dom"
import type { Mode } from "../api/drafts"
import type { Account, Conversation, DraftFile, Message } from "../api/model"
import { useLiveStatus } from "../api/status"
import { describeWindow } from "../lib/window-words"
import { Button } from "../ui/button"
import { useNow } from "../ui/use-now"
import { AttachButton } from "./attach-button"
import { Draft } from "./draft"
import type { ThreadDoors } from "./thread-doors"
import { useDraftFiles, useKeptFiles } from "./use-draft-files"
import { VoiceButton } from "./voice-button"
import { WindowBar } from "./window-bar"

const NO_FILES: DraftFile[] = []

type ComposerProps = {
  conversation: Conversation
  account: Account | undefined
  doors: ThreadDoors
  /** The message that the next answer is for. */
  answered: Message | null
  onAnswered: (message: Message | null) => void
}

/** Where an answer or a note is written. What the window forbids cannot be pressed, and the reason stands beside it. */
export function Composer({ conversation, account, doors, answered, onAnswered }: ComposerProps) {
  const now = useNow()
  const isOffline = useLiveStatus() === "offline"
  const words = describeWindow({ conversation, account, isOffline, now })
  const [mode, setMode] = useState<Mode>("reply")
  const box = useRef<HTMLTextAreaElement>(null)
  const { files, add } = useDraftFiles(conversation.id)
  useKeptFiles(conversation.id)
  useReplyForFiles(files.length, () => setMode("reply"))
  useLayoutEffect(() => {
    if (answered === null) return
    setMode("reply")
    queueMicrotask(() => box.current?.focus())
  }, [answered])

  /** What is typed next is meant for the box. */
  function choose(next: Mode): void {
    flushSync(() => setMode(next))
    box.current?.focus()
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
            account={account}
            answered={mode === "reply" ? answered : null}
            onAnswered={onAnswered}
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

/** Files belong to answers: who adds one is writing one. */
function useReplyForFiles(count: number, onMore: () => void): void {
  const before = useRef(count)
  useEffect(() => {
    if (count > before.current) onMore()
    before.current = count
  })
}
