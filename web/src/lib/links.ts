export type TextPart = { kind: "text"; text: string } | { kind: "link"; text: string; href: string }

const CANDIDATE = /\b(?:https?:\/\/|www\.)[^\s<>"'`\p{Cc}\p{Cf}]+/giu
const TRAILING = /[.,;:!?*_~]+$/u
const PAIRS: Record<string, string> = { ")": "(", "]": "[", "}": "{" }

/**
 * Splits a text into plain parts and links. Only http and https become links; everything else, whatever it looks like,
 * stays text. The parts joined are the text again.
 */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = trimEnd(match[0])
    const href = safeHref(/^www\./iu.test(shown) ? `https://${shown}` : shown)
    if (href === null) continue
    if (match.index > end) parts.push({ kind: "text", text: text.slice(end, match.index) })
    parts.push({ kind: "link", text: shown, href })
    end = match.index + shown.length
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) })
  return parts
}

/** The address if it is http or https, without a user name in it, and null otherwise. */
export function safeHref(address: string | null): string | null {
  if (address === null) return null
  try {
    const url = new URL(address)
    const isWeb = url.protocol === "https:" || url.protocol === "http:"
    return isWeb && url.hostname !== "" && url.username === "" && url.password === "" ? url.href : null
  } catch {
    return null
  }
}

function trimEnd(candidate: string): string {
  let shown = candidate.replace(TRAILING, "")
  for (;;) {
    const last = shown.at(-1) ?? ""
    const opening = PAIRS[last]
    if (opening === undefined || count(shown, opening) >= count(shown, last)) return shown
    shown = shown.slice(0, -1).replace(TRAILING, "")
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}
