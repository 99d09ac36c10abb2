/** What somebody began to write in a conversation or about a comment, kept in this browser until it is sent or they sign out. */
import type { Upload } from "./model"

const PREFIX = "confab.draft."

/** As what it will be said: of a conversation a reply or a note, of a comment a public or private answer or a note. */
export type Mode = "reply" | "note"
export type CommentMode = "public" | "private" | "note"

export function readDraft(subjectId: string, mode: Mode | CommentMode): string {
  return localStorage.getItem(keyOf(subjectId, mode)) ?? ""
}

export function writeDraft(subjectId: string, mode: Mode | CommentMode, text: string): void {
  try {
    if (text === "") localStorage.removeItem(keyOf(subjectId, mode))
    else localStorage.setItem(keyOf(subjectId, mode), text)
  } catch {
    // Storage is full or off: the text stays in the box, and only a reload would lose it.
  }
}

/** The uploaded files of an answer that was begun. */
export function readDraftFiles(conversationId: string): Upload[] {
  try {
    return JSON.parse(localStorage.getItem(filesKeyOf(conversationId)) ?? "[]") as Upload[] // we wrote it
  } catch {
    return []
  }
}

export function writeDraftFiles(conversationId: string, uploads: readonly Upload[]): void {
  try {
    if (uploads.length === 0) localStorage.removeItem(filesKeyOf(conversationId))
    else localStorage.setItem(filesKeyOf(conversationId), JSON.stringify(uploads))
  } catch {
    // As above: only a reload would lose them.
  }
}

/** An answer's text and its files are one draft. */
type Returned = { conversationId: string }
const returned = new EventTarget()

/** Words that were taken back stand in the box again, before what was begun meanwhile. */
export function giveBack(conversationId: string, text: string): void {
  const begun = readDraft(conversationId, "reply")
  writeDraft(conversationId, "reply", begun === "" ? text : `${text}\n${begun}`)
  returned.dispatchEvent(new CustomEvent<Returned>("returned", { detail: { conversationId } }))
}

/** Hears when words came back to a conversation's answer. Returns how to stop. */
export function onGivenBack(conversationId: string, hear: () => void): () => void {
  const listen = (event: Event): void => {
    if ((event as CustomEvent<Returned>).detail.conversationId === conversationId) hear()
  }
  returned.addEventListener("returned", listen)
  return () => returned.removeEventListener("returned", listen)
}

export function countDrafts(): number {
  return new Set(keys().map((key) => key.replace(`${PREFIX}files.`, `${PREFIX}reply.`))).size
}

export function forgetDrafts(): void {
  for (const key of keys()) localStorage.removeItem(key)
}

function keys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
}

function filesKeyOf(conversationId: string): string {
  return `${PREFIX}files.${conversationId}`
}

function keyOf(subjectId: string, mode: Mode | CommentMode): string {
  return `${PREFIX}${mode}.${subjectId}`
}
