import { expect, test } from "vitest"
import { makeMessage } from "../testing/make"
import type { Change, Message } from "./model"
import { applyToThread, prependPage, type ThreadEntry } from "./thread-entry"

const THREAD = "conversation-1"

function at(day: number, given: Partial<Message> = {}): Message {
  const sent_at = `2026-11-${String(day).padStart(2, "0")}T09:00:00Z`
  return makeMessage({ conversation_id: THREAD, sent_at, ...given })
}

function added(message: Message): Change {
  return { seq: 1, type: "message_added", conversation_id: THREAD, message }
}

function days(entry: ThreadEntry): number[] {
  return entry.items.map((message) => Number(message.sent_at.slice(8, 10)))
}

const past = [1, 2, 3, 4].map((day) => at(day, { is_history: true }))

test("HI7: Earlier messages come above all that is there, in order, whatever order they are told in", () => {
  const whole: ThreadEntry = { items: [at(10), at(11)], next: null, seq: 0 }
  const told = [past[2], past[0], past[3], past[1]] as Message[]
  const entry = told.map(added).reduce((all, change) => applyToThread(all, change, THREAD), whole)
  expect(days(entry)).toEqual([1, 2, 3, 4, 10, 11])
  expect(entry.next).toBeNull()
})

test("HI7: Earlier messages that are told while pages above are not loaded come with their page, once", () => {
  const [middle, top] = [at(8), at(10)]
  const part: ThreadEntry = { items: [top], next: top.id, seq: 0 }
  const entry = past.map(added).reduce((all, change) => applyToThread(all, change, THREAD), part)
  expect(entry).toBe(part)
  const page = { items: [...past, middle], next: null, seq: 9 }
  const whole = past
    .map(added)
    .reduce((all, change) => applyToThread(all, change, THREAD), prependPage(entry, page))
  expect(days(whole)).toEqual([1, 2, 3, 4, 8, 10])
})

test("HI7: Earlier messages that are told while the last page is on its way come after it", () => {
  const [first, top] = [at(8), at(10)]
  const told = past.map(added)
  const asked: ThreadEntry = { items: [top], next: top.id, seq: 0 }
  const meanwhile = told.reduce((all, change) => applyToThread(all, change, THREAD), asked)
  const landed = prependPage(meanwhile, { items: [first], next: null, seq: 0 })
  const whole = told.reduce((all, change) => applyToThread(all, change, THREAD), landed)
  expect(days(whole)).toEqual([1, 2, 3, 4, 8, 10])
})

test("HI2: A message that is read afterwards goes between those it was missed from", () => {
  const entry = { items: [at(10), at(12)], next: "more", seq: 0 }
  const missed = at(11, { is_history: true })
  expect(days(applyToThread(entry, added(missed), THREAD))).toEqual([10, 11, 12])
})

test("HI7: Where all that was loaded is gone, an earlier message does not pass for the newest page", () => {
  const emptied = { items: [], next: "gone", seq: 0 }
  expect(applyToThread(emptied, added(past[0] as Message), THREAD)).toBe(emptied)
  expect(days(applyToThread(emptied, added(at(12)), THREAD))).toEqual([12])
})
