import { expect, test } from "vitest"
import { DEFAULT_FILTERS, isNarrowed, readFilters, writeFilters } from "./filters"

test("Filters survive the way through the address", () => {
  const filters = {
    view: "mine",
    status: "snoozed",
    account: "a b",
    label: "größe & co",
    sort: "ending",
    archived: true,
  } as const
  expect(readFilters(writeFilters(filters))).toEqual(filters)
})

test("The default list has a clean address", () => expect(writeFilters(DEFAULT_FILTERS)).toBe(""))

test("An address that makes no sense shows the default list", () => {
  expect(readFilters("?view=all%20of%20it&status=&sort=random&account=")).toEqual(DEFAULT_FILTERS)
})

test("A view alone does not narrow the list, a status or a label does", () => {
  expect(isNarrowed({ ...DEFAULT_FILTERS, view: "mine" })).toBe(false)
  expect(isNarrowed({ ...DEFAULT_FILTERS, archived: true })).toBe(true)
  expect(isNarrowed({ ...DEFAULT_FILTERS, label: "vip" })).toBe(true)
})
