/** The rules of the house that a machine can see: who imports whom, how long a file may be, what never appears. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { describe, expect, test } from "vitest"

const ROOT = import.meta.dirname
const LONGEST = 250

const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(ts|tsx|css)$/u.test(name))
  .map((name) => ({ name, text: readFileSync(join(ROOT, name), "utf8") }))
const own = files.filter(({ name }) => name !== "api/types.gen.ts")
const sources = own.filter(
  ({ name }) => !name.includes(".test.") && !name.startsWith("testing/") && !name.endsWith(".d.ts"),
)

/** Which rooms a room may import from, besides itself. */
const MAY_IMPORT: Record<string, string[]> = {
  app: ["inbox", "comments", "accounts", "doctor", "insights", "rules", "team", "api", "ui", "lib"],
  inbox: ["api", "ui", "lib"],
  comments: ["api", "ui", "lib"],
  accounts: ["api", "ui", "lib"],
  doctor: ["api", "ui", "lib"],
  insights: ["api", "ui", "lib"],
  rules: ["api", "ui", "lib"],
  team: ["api", "ui", "lib"],
  api: ["lib"],
  ui: ["lib"],
  lib: [],
}

/** The colours that the inbox has in common with the pages for customers, and the guide that is a page of the documentation too. */
const SHARED = ["../../src/confab/api/pages/colours.css", "../../docs/meta-setup.md?raw"]

function importsOf(name: string, text: string): string[] {
  const targets = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/gu)].map((match) => match[1] ?? "")
  return targets.map((target) => relative(ROOT, resolve(ROOT, dirname(name), target)))
}

describe("the house", () => {
  test.each(sources)("$name imports only what its room may", ({ name, text }) => {
    const room = name.split("/")[0] ?? ""
    for (const target of importsOf(name, text)) {
      const targetRoom = target.split("/")[0] ?? ""
      const isAllowed = targetRoom === room || MAY_IMPORT[room]?.includes(targetRoom)
      // The server's shapes are types without code: every room may name them.
      expect(
        isAllowed || target === "api/model" || SHARED.includes(target),
        `${name} imports ${target}`,
      ).toBe(true)
    }
  })

  test("keeps every file short enough to read", () => {
    const long = own
      .map(({ name, text }) => ({ name, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > LONGEST)
    expect(long).toEqual([])
  })

  test("never writes markup from text, and never styles by attribute in a string", () => {
    for (const { name, text } of sources) {
      expect(text, name).not.toMatch(
        /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/u,
      )
    }
  })

  test("opens foreign pages without handing them ours", () => {
    for (const { name, text } of sources) {
      const blanks = text.match(/target="_blank"/gu)?.length ?? 0
      expect(text.match(/rel="noopener noreferrer/gu)?.length ?? 0, name).toBe(blanks)
    }
  })

  test("takes the address of a picture or a file from the selectors alone", () => {
    for (const { name, text } of sources.filter((one) => one.name !== "lib/selectors.ts")) {
      expect(text, name).not.toMatch(
        /\bavatar_url\b|\bthumbnail_url\b|\battachments?(?:\[\d+\])?\??\.url\b|\{[^}]*\burl\b[^}]*\} = attachment\b/u,
      )
    }
  })

  test("names only the one address of others that people follow by hand", () => {
    for (const { name, text } of sources) {
      const addresses = [...text.matchAll(/https?:\/\/[a-z][\w.-]+/gu)].map((match) => match[0])
      expect(
        addresses.filter((address) => address !== "https://www.instagram.com"),
        name,
      ).toEqual([])
    }
  })
})
