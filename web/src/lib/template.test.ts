import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { describe, expect, test } from "vitest"
import { render, unknownVariable, valuesOf } from "./template"

type Case = {
  name: string
  text: string
  participant_name?: string | null
  said: string
  unknown: string | null
}

const file = resolve(import.meta.dirname, "../../../tests/vectors/template.json")
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Case[] }

describe("a saved reply says what the server says", () => {
  test.each(cases)("$name", ({ text, said, unknown, ...given }) => {
    const name = given.participant_name === undefined ? "Ana Ruiz" : given.participant_name
    const values = valuesOf({ name, username: "ana.ruiz", account: "harbour.bakery", agent: "Dana" })
    expect(render(text, values)).toBe(said)
    expect(unknownVariable(text)).toBe(unknown)
  })
})
