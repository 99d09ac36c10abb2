import { useEffect, useRef, useState } from "react"

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"]
const ENDINGS: Record<string, string> = { "audio/webm": "webm", "audio/mp4": "m4a", "audio/ogg": "ogg" }
/** Longer than anybody speaks into a message; the file stays far below what Instagram takes. */
export const LONGEST_MS = 10 * 60_000

export type Recorder = {
  /** How long it has been going on; null: nothing is recorded. */
  elapsedMs: number | null
  start: () => Promise<void>
  stop: () => void
  discard: () => void
}

/** Browsers record in pages that came over https, or from this machine. */
export function mayRecord(): boolean {
  return typeof MediaRecorder !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined
}

/** Records a voice note. What is not stopped by hand, or by its length, is thrown away. */
export function useRecorder(onFile: (file: File) => void, onRefused: (reason: string) => void): Recorder {
  const [elapsedMs, setElapsed] = useState<number | null>(null)
  const running = useRef<MediaRecorder | null>(null)

  function end(isWanted: boolean): void {
    const recorder = running.current
    running.current = null
    setElapsed(null)
    if (recorder === null) return
    if (!isWanted) recorder.ondataavailable = null
    if (recorder.state !== "inactive") recorder.stop()
    for (const track of recorder.stream.getTracks()) track.stop()
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is told once, and reads only what a ref holds
  useEffect(() => () => end(false), [])

  const isRecording = elapsedMs !== null
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock runs from the beginning to the end of a recording
  useEffect(() => {
    if (!isRecording) return
    const began = performance.now()
    const timer = setInterval(() => {
      const ms = performance.now() - began
      if (ms >= LONGEST_MS) end(true)
      else setElapsed(ms)
    }, 200)
    return () => clearInterval(timer)
  }, [isRecording])

  async function start(): Promise<void> {
    if (running.current !== null) return
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind))
      const recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType })
      recorder.ondataavailable = ({ data }) => onFile(named(data))
      recorder.start()
      running.current = recorder
      setElapsed(0)
    } catch {
      onRefused("The browser gives no microphone: allow it for this page, or attach a recording.")
    }
  }

  return { elapsedMs, start, stop: () => end(true), discard: () => end(false) }
}

function named(data: Blob): File {
  const type = data.type.split(";")[0] ?? ""
  return new File([data], `Voice note.${ENDINGS[type] ?? "webm"}`, { type })
}
