/** The word after "/" that is being written, and the saved replies that it may mean. Pure. */
import type { SavedReply } from "../api/model"

const MOST = 8

export type Slash = { query: string; from: number; to: number }

/** The "/" at the beginning of a word before the caret; null where there is none. */
export function findSlash(text: string, caret: number): Slash | null {
  const found = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u.exec(text.slice(0, caret))
  if (found === null) return null
  const query = found[1] ?? ""
  return { query, from: caret - query.length - 1, to: caret }
}

/** Those whose shortcut begins so first, then those that have it in shortcut or title; at most eight. */
export function matching(replies: readonly SavedReply[], query: string): SavedReply[] {
  const wanted = query.toLocaleLowerCase()
  const begins = replies.filter((reply) => reply.shortcut.startsWith(wanted))
  const holds = replies.filter(
    (reply) =>
      !reply.shortcut.startsWith(wanted) &&
      `${reply.shortcut} ${reply.title.toLocaleLowerCase()}`.includes(wanted),
  )
  return [...begins, ...holds].slice(0, MOST)
}

/** The text with the word replaced, and where the caret stands then. */
export function insert(text: string, { from, to }: Slash, said: string): { text: string; caret: number } {
  return { text: text.slice(0, from) + said + text.slice(to), caret: from + said.length }
}
