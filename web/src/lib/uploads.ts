/** What may be sent as a file: judged before anything is uploaded, with words that say what to do instead. */
import { formatSize } from "./time"

export type FileKind = "image" | "video" | "audio" | "file"

export const MOST_FILES = 10
export const MOST_BYTES = 25_000_000
const MOST_GIF_BYTES = 8_000_000

/** By the ending of its name, for browsers that do not know a type: Chromium does not know HEIC. */
const BY_ENDING: Record<string, FileKind> = {
  jpg: "image",
  jpeg: "image",
  png: "image",
  gif: "image",
  webp: "image",
  heic: "image",
  heif: "image",
  avif: "image",
  mp4: "video",
  m4v: "video",
  mov: "video",
  webm: "video",
  ogv: "video",
  avi: "video",
  m4a: "audio",
  aac: "audio",
  wav: "audio",
  mp3: "audio",
  ogg: "audio",
  oga: "audio",
  opus: "audio",
  pdf: "file",
}
const BY_TYPE: Record<string, FileKind> = {
  "image/jpeg": "image",
  "image/png": "image",
  "image/gif": "image",
  "image/webp": "image",
  "image/heic": "image",
  "image/heif": "image",
  "image/avif": "image",
  "video/mp4": "video",
  "video/x-m4v": "video",
  "video/quicktime": "video",
  "video/webm": "video",
  "video/ogg": "video",
  "video/x-msvideo": "video",
  "video/avi": "video",
  "audio/mp4": "audio",
  "audio/x-m4a": "audio",
  "audio/aac": "audio",
  "audio/wav": "audio",
  "audio/x-wav": "audio",
  "audio/mpeg": "audio",
  "audio/ogg": "audio",
  "audio/webm": "audio",
  "application/pdf": "file",
}

/** What a file chooser offers. */
export const ACCEPTED = [
  ...Object.keys(BY_TYPE),
  ...Object.keys(BY_ENDING).map((ending) => `.${ending}`),
].join(",")

type Given = { name: string; type: string; size: number }

export function kindOf({ name, type }: Pick<Given, "name" | "type">): FileKind | null {
  const ending = name.includes(".") ? (name.split(".").at(-1)?.toLowerCase() ?? "") : ""
  return BY_TYPE[type.split(";")[0]?.toLowerCase() ?? ""] ?? BY_ENDING[ending] ?? null
}

/** Whether this browser can draw it before the server has seen it. */
export function hasPreview({ name, type }: Pick<Given, "name" | "type">): boolean {
  const kind = kindOf({ name, type })
  return kind === "video" || (kind === "image" && !/hei[cf]/iu.test(`${type} ${name.split(".").at(-1)}`))
}

/** Why a file cannot be sent; null when it can be tried. */
export function whyNot(file: Given): string | null {
  const kind = kindOf(file)
  if (kind === null) return `“${file.name}” cannot be sent. Pictures, films, voice notes and PDF can.`
  if (file.size === 0) return `“${file.name}” is empty. Choose another file.`
  if (file.size > MOST_BYTES)
    return `“${file.name}” has ${formatSize(file.size)}. Instagram takes 25 MB at most: shorten or compress it.`
  if (file.type === "image/gif" && file.size > MOST_GIF_BYTES)
    return `“${file.name}” has ${formatSize(file.size)}. Instagram takes a GIF of 8 MB at most.`
  return null
}

export type Judged<F> = { taken: F[]; refusals: string[] }

/** Which of these can be added to those that are there, and why the others cannot. */
export function judge<F extends Given>(files: readonly F[], count: number): Judged<F> {
  const refusals = files.flatMap((file) => whyNot(file) ?? [])
  const good = files.filter((file) => whyNot(file) === null)
  const taken = good.slice(0, Math.max(0, MOST_FILES - count))
  if (taken.length < good.length) refusals.push(`At most ${MOST_FILES} files go at a time. Send these first.`)
  return { taken, refusals }
}

type State = { state: "uploading" | "failed" | "done" }

/** Why nothing can be sent yet; null when all are there. */
export function whyWait(files: readonly State[]): string | null {
  const failed = files.filter((one) => one.state === "failed").length
  if (failed > 0)
    return failed === 1
      ? "A file could not be uploaded: try again or remove it."
      : `${failed} files could not be uploaded: try again or remove them.`
  const left = files.filter((one) => one.state === "uploading").length
  if (left === 0) return null
  return left === 1 ? "Wait: a file is being uploaded." : `Wait: ${left} files are being uploaded.`
}
