import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { describe, expect, test } from "vitest"
import { decideWindow, type Verdict, type WindowQuestion } from "./window-policy"

type Told = Record<"until" | "closed_since", string | null>
type Case = Omit<WindowQuestion, "now"> & {
  name: string
  now: string
  verdict: Omit<Verdict, keyof Told> & Told
  words: string
}

const file = resolve(import.meta.dirname, "../../../tests/vectors/window.json")
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Case[] }
const moment = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso))

describe("the window policy agrees with the server", () => {
  test.each(cases)("$name", ({ name: _, words: __, verdict, now, ...question }) => {
    const until = moment(verdict.until)
    const closed_since = moment(verdict.closed_since)
    expect(decideWindow({ ...question, now: Date.parse(now) })).toEqual({ ...verdict, until, closed_since })
  })
})
