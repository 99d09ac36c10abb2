/** What a screen decides about a file before it is loaded: the room it takes, how it is drawn, whether its time is over. */
import type { Attachment } from "../api/model"

export type Room = { width: number; height: number }

/** The room a picture or a film takes, so that nothing jumps when it arrives. */
export function selectRoom(file: Pick<Attachment, "width" | "height">, most: Room): Room {
  const { width, height } = file
  if (width === null || height === null || width <= 0 || height <= 0) {
    const side = Math.min(240, most.width, most.height)
    return { width: side, height: side }
  }
  const scale = Math.min(1, most.width / width, most.height / height)
  return { width: Math.max(80, Math.round(width * scale)), height: Math.max(60, Math.round(height * scale)) }
}

/** Whether a story cannot stand any more: its day is over by the clock, whatever the server has said so far. */
export function selectIsOver(file: Pick<Attachment, "state" | "available_until">, now: number): boolean {
  if (file.available_until === null) return false
  return file.state === "expired" || Date.parse(file.available_until) <= now
}

/** How a browser draws a file; null for what it can only download. */
export function selectDrawnAs(contentType: string | null): "image" | "video" | "audio" | null {
  if (contentType === null || contentType === "image/heic") return null
  const kind = contentType.split("/")[0]
  return kind === "image" || kind === "video" || kind === "audio" ? kind : null
}
