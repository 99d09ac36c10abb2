import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parseMarkdown, parseSpans, slugOf } from "./markdown"

const GUIDE = readFileSync(join(import.meta.dirname, "../../../docs/meta-setup.md"), "utf8")

describe("a guide", () => {
  test("is read block by block", () => {
    const text =
      "# One\n\nSome `code`,\n**bold**.\n\n- a\n  more\n- b\n\n1. x\n2. y\n\n| h | i |\n|---|---|\n| 1 | *2* |\n\n```sh\na | b\n```"
    expect(parseMarkdown(text)).toEqual([
      { kind: "heading", level: 1, id: "one", spans: [{ kind: "text", text: "One" }] },
      {
        kind: "paragraph",
        spans: [
          { kind: "text", text: "Some " },
          { kind: "code", text: "code" },
          { kind: "text", text: ", " },
          { kind: "strong", text: "bold" },
          { kind: "text", text: "." },
        ],
      },
      {
        kind: "list",
        isOrdered: false,
        items: [[{ kind: "text", text: "a more" }], [{ kind: "text", text: "b" }]],
      },
      {
        kind: "list",
        isOrdered: true,
        items: [[{ kind: "text", text: "x" }], [{ kind: "text", text: "y" }]],
      },
      {
        kind: "table",
        head: [[{ kind: "text", text: "h" }], [{ kind: "text", text: "i" }]],
        rows: [[[{ kind: "text", text: "1" }], [{ kind: "em", text: "2" }]]],
      },
      { kind: "code", text: "a | b" },
    ])
  })

  test("keeps its links", () => {
    expect(parseSpans("See [here](#there) now")).toEqual([
      { kind: "text", text: "See " },
      { kind: "link", text: "here", to: "#there" },
      { kind: "text", text: " now" },
    ])
    expect(slugOf("Media and Meta's rules")).toBe("media-and-metas-rules")
  })

  test("of ours is read to its end, and its links within lead somewhere", () => {
    const blocks = parseMarkdown(GUIDE)
    const ids = new Set(blocks.flatMap((block) => (block.kind === "heading" ? [block.id] : [])))
    const within = [...GUIDE.matchAll(/\]\(#([^)]+)\)/gu)].map((match) => match[1] ?? "")
    expect(within.filter((id) => !ids.has(id))).toEqual([])
    const plain = blocks.flatMap((block) => ("spans" in block ? block.spans : []))
    expect(plain.filter(({ kind, text }) => kind === "text" && /\*\*|`|\]\(/u.test(text))).toEqual([])
    expect(ids.size).toBeGreaterThan(15)
  })
})
