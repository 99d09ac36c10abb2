/** As much of Markdown as our own guides use: headings, paragraphs, lists, tables, code; within a line code, bold, italic, links. */

export type Span =
  | { kind: "text" | "code" | "strong" | "em"; text: string }
  | { kind: "link"; text: string; to: string }

export type Block =
  | { kind: "heading"; level: number; id: string; spans: Span[] }
  | { kind: "paragraph"; spans: Span[] }
  | { kind: "list"; isOrdered: boolean; items: Span[][] }
  | { kind: "table"; head: Span[][]; rows: Span[][][] }
  | { kind: "code"; text: string }

const ITEM = /^(?:- |(\d+)\. )/u
const SPAN = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)]+)\)/gu

/** The blocks of a page, in order. */
export function parseMarkdown(text: string): Block[] {
  const lines = text.split("\n")
  const blocks: Block[] = []
  let at = 0

  /** The lines from here on for which it holds; they are done with. */
  function take(holds: (line: string) => boolean): string[] {
    const from = at
    while (at < lines.length && holds(lines[at] ?? "")) at += 1
    return lines.slice(from, at)
  }

  while (at < lines.length) {
    const line = lines[at] ?? ""
    if (line.trim() === "") at += 1
    else if (line.startsWith("```")) {
      at += 1
      blocks.push({ kind: "code", text: take((one) => !one.startsWith("```")).join("\n") })
      at += 1
    } else if (line.startsWith("#")) {
      at += 1
      blocks.push(headingOf(line))
    } else if (line.startsWith("|")) blocks.push(tableOf(take((one) => one.startsWith("|"))))
    else if (ITEM.test(line)) blocks.push(listOf(take((one) => ITEM.test(one) || /^\s+\S/u.test(one))))
    else blocks.push({ kind: "paragraph", spans: parseSpans(take(isProse).join(" ")) })
  }
  return blocks
}

/** The parts of a line. */
export function parseSpans(text: string): Span[] {
  const spans: Span[] = []
  let at = 0
  for (const match of text.matchAll(SPAN)) {
    if (match.index > at) spans.push({ kind: "text", text: text.slice(at, match.index) })
    spans.push(spanOf(match))
    at = match.index + match[0].length
  }
  if (at < text.length) spans.push({ kind: "text", text: text.slice(at) })
  return spans
}

/** What a heading is called in a link. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/gu, "")
    .replaceAll(" ", "-")
}

function spanOf([, code, strong, em, text, to]: RegExpMatchArray): Span {
  if (code !== undefined) return { kind: "code", text: code }
  if (strong !== undefined) return { kind: "strong", text: strong }
  if (em !== undefined) return { kind: "em", text: em }
  return { kind: "link", text: text ?? "", to: to ?? "" }
}

function isProse(line: string): boolean {
  return line.trim() !== "" && !/^(?:#|\||```)/u.test(line) && !ITEM.test(line)
}

function headingOf(line: string): Block {
  const text = line.replace(/^#+ /u, "")
  return { kind: "heading", level: line.indexOf(" "), id: slugOf(text), spans: parseSpans(text) }
}

function listOf(lines: string[]): Block {
  const items: string[] = []
  for (const line of lines) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, ""))
    else items.push(`${items.pop() ?? ""} ${line.trim()}`)
  }
  return { kind: "list", isOrdered: /^\d/u.test(lines[0] ?? ""), items: items.map(parseSpans) }
}

function tableOf(lines: string[]): Block {
  const rows = lines.map((line) =>
    line
      .slice(1, line.trimEnd().length - 1)
      .split("|")
      .map((cell) => parseSpans(cell.trim())),
  )
  return { kind: "table", head: rows[0] ?? [], rows: rows.slice(2) }
}
