import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { describe, expect, test } from "vitest"
import { type Actor, decideWindow, type Verdict } from "./window-policy"

type Case = {
  name: string
  opened_at: string | null
  human_agent: boolean
  is_self: boolean
  actor: Actor
  now: string
  verdict: Omit<Verdict, "until"> & { until: string | null }
}

const file = resolve(import.meta.dirname, "../../../tests/vectors/window.json")
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Case[] }

describe("the window policy agrees with the server", () => {
  test.each(cases)("$name", ({ verdict, now, opened_at, human_agent, is_self, actor }) => {
    const until = verdict.until === null ? null : Date.parse(verdict.until)
    const { state, allowed, rule, tag } = verdict
    const expected = { state, allowed, rule, tag, until }
    expect(decideWindow({ opened_at, human_agent, is_self, actor, now: Date.parse(now) })).toEqual(expected)
  })
})
