/** What a screen decides about a file before it is loaded: the room it takes, how it is drawn, whether its time is over. */
import type { Attachment } from "../api/model"

export type Room = { width: number; height: number }

type Sized = Pick<Attachment, "width" | "height" | "content_type">

const UPRIGHT: Room = { width: 1080, height: 1920 }

/** The room a picture or a film takes, so that nothing jumps when it arrives. A film of unknown size stands upright. */
export function selectRoom(file: Sized, most: Room): Room {
  if (isSized(file)) return within(file, most)
  if (selectDrawnAs(file.content_type) === "video") return within(UPRIGHT, most)
  const side = Math.min(240, most.width, most.height)
  return { width: side, height: side }
}

function isSized(file: Sized): file is Sized & Room {
  return file.width !== null && file.height !== null && file.width > 0 && file.height > 0
}

function within({ width, height }: Room, most: Room): Room {
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
