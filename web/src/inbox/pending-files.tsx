import { useState } from "react"
import type { SentFile } from "../api/model"
import { type Room, selectRoom } from "../lib/media"
import { selectUploadPreview } from "../lib/selectors"
import { formatDuration } from "../lib/time"
import { Icon } from "../ui/icon"

const MOST: Room = { width: 240, height: 270 }
const ICONS = { image: "photo", video: "video", audio: "voice", file: "file" } as const

/** The files of an answer that our server does not have yet: at once, from what this browser has of them. */
export function PendingFiles({ files }: { files: readonly SentFile[] }) {
  const isGrid = files.length > 1 && files.every(({ upload }) => upload.kind === "image")
  return (
    <div className={isGrid ? "grid max-w-80 grid-cols-2 gap-1" : "flex flex-col items-end gap-1"}>
      {files.map((file) => (
        <PendingFile key={file.upload.id} file={file} isTile={isGrid} />
      ))}
    </div>
  )
}

function PendingFile({ file: { upload, preview }, isTile }: { file: SentFile; isTile: boolean }) {
  const [isBroken, setBroken] = useState(false)
  const seen = upload.kind === "image" && !isBroken ? preview : null
  const shown = seen ?? selectUploadPreview(upload)
  if (shown === null) {
    return (
      <p className="flex max-w-72 items-center gap-2 rounded-2xl bg-bubble-out px-3.5 py-2 text-sm">
        <Icon name={ICONS[upload.kind]} size={18} />
        <span className="min-w-0 truncate">{upload.name}</span>
        {upload.duration_ms !== null && (
          <span className="text-xs tabular-nums">{formatDuration(upload.duration_ms)}</span>
        )}
      </p>
    )
  }
  const size = isTile ? { width: 156, height: 156 } : selectRoom(upload, MOST)
  return (
    <img
      src={shown}
      alt={upload.name}
      {...size}
      onError={() => setBroken(true)}
      style={{ width: size.width, aspectRatio: `${size.width} / ${size.height}` }}
      className="h-auto max-w-full rounded-2xl bg-hover object-cover"
    />
  )
}
