import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { describe, expect, test } from "vitest"
import { split } from "./split"

type Case = { name: string; text: string; most_bytes: number; parts: string[] }

const file = resolve(import.meta.dirname, "../../../tests/vectors/split.json")
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Case[] }

describe("a long text is cut as the server cuts it", () => {
  test.each(cases)("$name", ({ text, most_bytes, parts }) => {
    expect(split(text, most_bytes)).toEqual(parts)
  })
})
