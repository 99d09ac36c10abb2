/**
 * A long text in parts that Instagram takes, cut where a reader would. The server cuts in the same way, so that bubbles show at
 * once what it will send; `tests/vectors/split.json` holds both to it.
 */
import { sizeInBytes, TEXT_LIMIT_BYTES } from "./bytes"

export const MOST_PARTS = 20

const BLANK = new Set([" ", "\t", "\r", "\n"])
/** Belongs to the character before it. */
const JOINS = /^(?:[\u0300-\u036f]|\u200d|\ufe0e|\ufe0f|[\u{1f3fb}-\u{1f3ff}])/u
const LONGEST_CHARACTER = 20

/** The parts in order, each of at most `mostBytes` of UTF-8: at a paragraph, else a line, else a word, else a character. */
export function split(text: string, mostBytes = TEXT_LIMIT_BYTES): string[] {
  const parts: string[] = []
  let rest = stripped(Array.from(text))
  for (let most = fitting(rest, mostBytes); most < rest.length; most = fitting(rest, mostBytes)) {
    const cut = placeToCut(rest, most)
    parts.push(strippedEnd(rest.slice(0, cut)).join(""))
    rest = strippedStart(rest.slice(cut))
  }
  return rest.length > 0 ? [...parts, rest.join("")] : parts
}

/** How many characters fit into so many bytes. */
function fitting(text: readonly string[], mostBytes: number): number {
  let bytes = 0
  for (const [index, character] of text.entries()) {
    bytes += sizeInBytes(character)
    if (bytes > mostBytes) return index
  }
  return text.length
}

/** At most after `most` characters. A paragraph or line that would leave half of it empty is not waited for. */
function placeToCut(text: readonly string[], most: number): number {
  const half = Math.floor(most / 2)
  const isEnd = (at: number): boolean => text[at] === "\n"
  const isWhole = (at: number): boolean => !JOINS.test(text[at] ?? "") && text[at - 1] !== "\u200d"
  return (
    last(most - 1, half, (at) => isEnd(at) && isEnd(at + 1)) ??
    last(most, half, isEnd) ??
    last(most, 1, (at) => BLANK.has(text[at] ?? "")) ??
    last(most, Math.max(most - LONGEST_CHARACTER, 1) + 1, isWhole) ??
    most
  )
}

/** The last place, from `from` down to `to`, that is one. The very beginning is none. */
function last(from: number, to: number, isOne: (at: number) => boolean): number | undefined {
  for (let at = from; at >= Math.max(to, 1); at--) if (isOne(at)) return at
  return undefined
}

function stripped(text: string[]): string[] {
  return strippedStart(strippedEnd(text))
}

function strippedEnd(text: string[]): string[] {
  return text.slice(0, text.findLastIndex((character) => !BLANK.has(character)) + 1)
}

function strippedStart(text: string[]): string[] {
  const from = text.findIndex((character) => !BLANK.has(character))
  return from < 0 ? [] : text.slice(from)
}
