import { useQueryClient } from "@tanstack/react-query"
import { type ClipboardEvent, type KeyboardEvent, useEffect, useId, useLayoutEffect, useState } from "react"
import { explain } from "../api/client"
import { returnFiles, takeFiles } from "../api/draft-files"
import { giveBack, type Mode, onGivenBack, readDraft, writeDraft } from "../api/drafts"
import { tellTyping } from "../api/indicators"
import { landMessage } from "../api/messages"
import type { Account, Conversation, DraftFile, Message, OnReply } from "../api/model"
import { useAddNote } from "../api/notes"
import { scheduleMessage, sendMessage, type Written } from "../api/pending"
import { viewerIdOf } from "../api/snapshot"
import { lastUndoable, undoSend } from "../api/undo"
import { describeParts } from "../lib/bytes"
import { formatRelease } from "../lib/scheduled"
import { selectDisplayName, selectSummary } from "../lib/selectors"
import { MOST_PARTS, split } from "../lib/split"
import { whyWait } from "../lib/uploads"
import { Button } from "../ui/button"
import { showToast } from "../ui/toast"
import { Answered } from "./answered"
import { FileTray } from "./file-tray"
import { ScheduleButton } from "./schedule-button"
import { SlashList } from "./slash-list"
import { useSlash } from "./use-slash"

type DraftProps = {
  mode: Mode
  conversation: Conversation
  account: Account | undefined
  answered: Message | null
  onAnswered: (message: Message | null) => void
  refusal: string | null
  files: DraftFile[]
  onFiles: (files: File[]) => void
  box: React.RefObject<HTMLTextAreaElement | null>
  children: React.ReactNode
}

/** The box and what goes with it: files, the message that is answered, how many messages it makes, and the ways to send it. */
export function Draft(props: DraftProps) {
  const { mode, conversation, account, answered, onAnswered, refusal, files, onFiles, box, children } = props
  const cache = useQueryClient()
  const addNote = useAddNote(conversation.id)
  const [text, setText] = useState(() => readDraft(conversation.id, mode))
  const aboutId = useId()
  const parts = mode === "reply" ? split(text).length : 1
  const isTooLong = parts > MOST_PARTS
  const wait = whyWait(files)
  const hasSomething = text.trim() !== "" || files.length > 0
  const isWritten = hasSomething && !isTooLong && wait === null
  const isReady = isWritten && refusal === null

  useEffect(() => writeDraft(conversation.id, mode, text), [conversation.id, mode, text])
  useEffect(() => {
    if (mode === "note") return
    return onGivenBack(conversation.id, () => setText(readDraft(conversation.id, mode)))
  }, [conversation.id, mode])
  useGrowing(box, text)
  const slash = useSlash({ conversation, box, text, isOn: mode === "reply", onText: setText })

  function take(): Written {
    setText("")
    onAnswered(null)
    const files = takeFiles(cache, conversation.id)
    const mid = answered?.mid
    return {
      text: text.trim(),
      ...(files.length > 0 && { files }),
      ...(answered && mid && { answers: { id: answered.id, mid, words: selectSummary(answered) } }),
    }
  }

  function submit(): void {
    if (!isReady) return
    if (mode === "reply") {
      sendMessage(cache, conversation.id, take())
      return
    }
    const written = text.trim()
    setText("")
    addNote.mutateAsync(written).catch((error: unknown) => returnNote(written, error))
  }

  async function schedule(at: Date, on_reply: OnReply): Promise<void> {
    const written = take()
    writeDraft(conversation.id, mode, "")
    try {
      const release = { release_at: at.toISOString(), on_reply }
      landMessage(cache, await scheduleMessage(conversation.id, written, release))
      showToast(`Scheduled: ${formatRelease(at.toISOString(), Date.now())}`)
    } catch (error) {
      if (viewerIdOf(cache) === "") return
      returnFiles(cache, conversation.id, written.files ?? [])
      giveBack(conversation.id, written.text)
      showToast(`Not scheduled: ${explain(error)}`, { isError: true })
    }
  }

  /** Before what was begun meanwhile, also when another conversation is open by now; never after signing out. */
  function returnNote(written: string, error: unknown): void {
    if (viewerIdOf(cache) === "") return
    const begun = readDraft(conversation.id, mode)
    const both = begun === "" ? written : `${written}\n${begun}`
    writeDraft(conversation.id, mode, both)
    setText(both)
    showToast(`The note was not kept: ${explain(error)}`, { isError: true })
  }

  /** In an empty box there is nothing to undo but what was just sent. */
  function takeBack(event: KeyboardEvent): boolean {
    const isWanted = event.key === "z" && (event.ctrlKey || event.metaKey) && mode === "reply" && text === ""
    const undoable = isWanted ? lastUndoable(conversation.id) : null
    if (undoable === null) return false
    event.preventDefault()
    void undoSend(cache, undoable)
    return true
  }

  function press(event: KeyboardEvent): void {
    if (slash.press(event) || takeBack(event)) return
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      submit()
    } else if (event.key === "Escape") {
      event.preventDefault()
      if (answered) onAnswered(null)
      else box.current?.blur()
    }
  }

  /** A picture from the clipboard; where there is a text too, as of a table, that is what is meant. */
  function paste(event: ClipboardEvent): void {
    const { files: given, types } = event.clipboardData
    if (mode === "note" || given.length === 0 || types.includes("text/plain")) return
    event.preventDefault()
    onFiles([...given])
  }

  function type(next: string): void {
    setText(next)
    if (mode === "reply" && refusal === null && next.trim() !== "") tellTyping(conversation.id, account)
  }

  const name = selectDisplayName(conversation.participant)
  const about = refusal ?? wait ?? describeParts(parts, MOST_PARTS)
  return (
    <>
      {answered && <Answered message={answered} name={name} onDrop={() => onAnswered(null)} />}
      {slash.list && <SlashList {...slash.list} />}
      <FileTray conversationId={conversation.id} files={files} box={box} />
      <textarea
        ref={box}
        rows={1}
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={press}
        onSelect={slash.followCaret}
        {...slash.aria}
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
      <div className="flex flex-wrap items-center gap-1 px-2 pb-2 max-pane:gap-x-0">
        {children}
        <span
          id={aboutId}
          className={`ml-1 min-w-0 flex-1 truncate text-xs empty:max-pane:hidden max-pane:order-first max-pane:basis-full max-pane:whitespace-normal max-pane:pb-1 ${isTooLong ? "text-red" : "text-ink-3"}`}
        >
          {about}
        </span>
        <span role="status" aria-label="Length" className="sr-only">
          {describeParts(parts, MOST_PARTS)}
        </span>
        <span className="ml-auto flex items-center gap-1 max-pane:gap-x-0">
          {mode === "reply" && (
            <ScheduleButton
              conversation={conversation}
              account={account}
              isReady={isWritten}
              onSchedule={(at, onReply) => void schedule(at, onReply)}
            />
          )}
          <Button
            look="primary"
            icon={mode === "reply" ? "send" : "note"}
            disabled={!isReady}
            title={about ?? "Enter sends, Shift and Enter begins a new line"}
            onClick={submit}
          >
            <span className="max-pane:sr-only">{mode === "reply" ? "Send" : "Add note"}</span>
          </Button>
        </span>
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
