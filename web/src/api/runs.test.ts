// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query"
import { expect, test } from "vitest"
import { ACCOUNT, makeRun } from "../testing/make"
import { applyChange, type Listed, RUNS_LISTED } from "./apply-change"
import type { Run } from "./model"
import { runsOf } from "./runs"

function listing(...items: Run[]): { cache: QueryClient; shown: () => Run[] } {
  const cache = new QueryClient()
  const { queryKey } = runsOf(ACCOUNT.id)
  cache.setQueryData<Listed<Run>>(queryKey, { items, seq: 0 })
  return { cache, shown: () => cache.getQueryData<Listed<Run>>(queryKey)?.items ?? [] }
}

const tell = (cache: QueryClient, run: Run): void => applyChange(cache, { seq: 1, type: "run_updated", run })

test("HI1: A run goes on as the stream tells it, and never back", () => {
  const run = makeRun({ version: 3 })
  const { cache, shown } = listing(run)
  tell(cache, { ...run, conversations_read: 10, version: 4 })
  tell(cache, { ...run, conversations_read: 5, version: 2 })
  expect(shown()).toMatchObject([{ conversations_read: 10, version: 4 }])
})

test("HI4: A run that somebody else begins stands above the older ones; that of another account does not", () => {
  const before = makeRun({ state: "done" })
  const { cache, shown } = listing(before)
  const theirs = makeRun()
  tell(cache, theirs)
  tell(cache, makeRun({ account_id: "account-2" }))
  expect(shown()).toEqual([theirs, before])
})

test("HI4: However many runs begin, only the newest are listed", () => {
  const runs = Array.from({ length: RUNS_LISTED + 3 }, () => makeRun({ state: "done" }))
  const { cache, shown } = listing()
  for (const run of runs) tell(cache, run)
  expect(shown()).toEqual(runs.toReversed().slice(0, RUNS_LISTED))
})
