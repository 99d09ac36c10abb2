/** What somebody began to write, kept in this browser for each conversation until it is sent or they sign out. */
const PREFIX = "confab.draft."

export type Mode = "reply" | "note"

export function readDraft(conversationId: string, mode: Mode): string {
  return localStorage.getItem(keyOf(conversationId, mode)) ?? ""
}

export function writeDraft(conversationId: string, mode: Mode, text: string): void {
  try {
    if (text === "") localStorage.removeItem(keyOf(conversationId, mode))
    else localStorage.setItem(keyOf(conversationId, mode), text)
  } catch {
    // Storage is full or off: the text stays in the box, and only a reload would lose it.
  }
}

export function countDrafts(): number {
  return keys().length
}

export function forgetDrafts(): void {
  for (const key of keys()) localStorage.removeItem(key)
}

function keys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
}

function keyOf(conversationId: string, mode: Mode): string {
  return `${PREFIX}${mode}.${conversationId}`
}
