import { useEffect, useRef } from "react"
import { formatDuration } from "../lib/time"
import { announce } from "../ui/announcer"
import { Button, IconButton } from "../ui/button"
import { showToast } from "../ui/toast"
import { mayRecord, useRecorder } from "./use-recorder"

type VoiceProps = { box: React.RefObject<HTMLElement | null>; onFiles: (files: File[]) => void }

/** Records a voice note: begin, stop and attach, or discard. */
export function VoiceButton({ box, onFiles }: VoiceProps) {
  const recorder = useRecorder(
    (file) => onFiles([file]),
    (reason) => showToast(reason, { isError: true }),
  )
  const stop = useRef<HTMLButtonElement>(null)
  const isRecording = recorder.elapsedMs !== null
  useEffect(() => {
    if (!isRecording) return
    stop.current?.focus()
    announce("Recording.")
  }, [isRecording])
  function end(how: () => void): void {
    how()
    box.current?.focus() // the button that was pressed is gone
  }

  if (!mayRecord()) return null
  if (recorder.elapsedMs === null) {
    return (
      <IconButton
        icon="voice"
        label="Record a voice note"
        className="size-7!"
        size={16}
        onClick={() => void recorder.start()}
      />
    )
  }
  return (
    <span className="inline-flex items-center gap-1 max-pane:order-first max-pane:basis-full">
      <span aria-hidden="true" className="size-2 animate-pulse rounded-full bg-red" />
      <span role="timer" aria-label="Recording" className="px-0.5 text-red text-xs tabular-nums">
        {formatDuration(recorder.elapsedMs)}
      </span>
      <Button ref={stop} small icon="stop" aria-label="Stop and attach" onClick={() => end(recorder.stop)}>
        Stop
      </Button>
      <Button small look="quiet" aria-label="Discard the recording" onClick={() => end(recorder.discard)}>
        Discard
      </Button>
    </span>
  )
}
