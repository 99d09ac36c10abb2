import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef, useState } from "react"
import { removeFile, retryFile } from "../api/draft-files"
import type { DraftFile } from "../api/model"
import { selectUploadPreview } from "../lib/selectors"
import { formatDuration, formatSize } from "../lib/time"
import { announce } from "../ui/announcer"
import { IconButton } from "../ui/button"
import { Icon, type IconName } from "../ui/icon"

type TrayProps = { conversationId: string; files: DraftFile[]; box: React.RefObject<HTMLElement | null> }

const ICONS: Record<DraftFile["kind"], IconName> = {
  image: "photo",
  video: "video",
  audio: "voice",
  file: "file",
}

/** The files of an answer: what each shows, how far it is, and the ways to be rid of it. */
export function FileTray({ conversationId, files, box }: TrayProps) {
  const cache = useQueryClient()
  useSpokenFiles(files)
  if (files.length === 0) return null
  return (
    <ul
      aria-label="Files to send"
      className="grid max-h-44 grid-cols-[repeat(auto-fill,minmax(13rem,1fr))] gap-2 overflow-y-auto px-3 pt-3 pb-1"
    >
      {files.map((file) => (
        <FileCell
          key={file.key}
          file={file}
          onRetry={() => retryFile(cache, conversationId, file)}
          onRemove={() => {
            box.current?.focus()
            removeFile(cache, conversationId, file)
          }}
        />
      ))}
    </ul>
  )
}

type CellProps = { file: DraftFile; onRetry: () => void; onRemove: () => void }

function FileCell({ file, onRetry, onRemove }: CellProps) {
  const { name, state, progress, error, mayRetry } = file
  return (
    <li
      className={`flex min-w-0 items-center gap-2 rounded-xl border bg-surface p-1.5 ${state === "failed" ? "border-red/60" : "border-line"}`}
    >
      <Preview file={file} />
      <div className="min-w-0 flex-1">
        <p className="truncate text-xs font-medium" title={name}>
          {name}
        </p>
        {state === "uploading" && (
          <progress
            aria-label={`Uploading ${name}`}
            max={1}
            // All bytes are there, and the server makes it fit: nobody knows how long that takes.
            {...(progress < 1 && { value: progress })}
            className="mt-1 block h-1 w-full accent-accent"
          />
        )}
        {state === "done" && <p className="truncate text-2xs text-ink-3">{describe(file)}</p>}
        {state === "failed" && (
          <p className="line-clamp-2 text-2xs text-red" title={error ?? ""}>
            {error}
          </p>
        )}
      </div>
      {state === "failed" && mayRetry && (
        <IconButton
          icon="retry"
          size={14}
          label={`Try again: ${name}`}
          onClick={onRetry}
          className="size-7!"
        />
      )}
      <IconButton icon="close" size={14} label={`Remove ${name}`} onClick={onRemove} className="size-7!" />
    </li>
  )
}

function describe({ upload, size }: DraftFile): string {
  const facts = [formatSize(upload?.size_bytes ?? size)]
  if (typeof upload?.duration_ms === "number") facts.unshift(formatDuration(upload.duration_ms))
  return facts.join(" · ")
}

/** What is seen of it: by this browser until the server has a picture, and by the server's where this browser draws none. */
function Preview({ file: { preview, kind, upload } }: { file: DraftFile }) {
  const [isBroken, setBroken] = useState(false)
  const fromServer = upload === null ? null : selectUploadPreview(upload)
  const shape = "size-11 shrink-0 rounded-lg bg-sunken object-cover"
  if (kind === "video" && fromServer === null && preview !== null && !isBroken)
    return <video src={preview} muted preload="metadata" className={shape} onError={() => setBroken(true)} />
  const shown = (kind === "image" && !isBroken ? preview : null) ?? fromServer
  if (shown !== null && (kind === "image" || kind === "video"))
    return <img src={shown} alt="" className={shape} onError={() => setBroken(true)} />
  return (
    <span className={`${shape} flex items-center justify-center text-ink-3`}>
      <Icon name={ICONS[kind]} size={20} />
    </span>
  )
}

/** Says what became of each file, once. */
function useSpokenFiles(files: DraftFile[]): void {
  const spoken = useRef(new Map<string, string>())
  useEffect(() => {
    for (const { key, name, state, error, isKept } of files) {
      const before = spoken.current.get(key)
      spoken.current.set(key, state)
      if (before === state || isKept || state === "uploading") continue
      announce(state === "done" ? `${name} is ready to be sent.` : `${name} was not uploaded. ${error ?? ""}`)
    }
  }, [files])
}
