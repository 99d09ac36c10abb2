import { expect, test } from "vitest"
import { makeConversation } from "../testing/make"
import { holdOrder } from "./use-held-order"

const [a, b, c, d, e] = Array.from({ length: 5 }, () => makeConversation()) as [
  never,
  never,
  never,
  never,
  never,
]
const ids = (...items: { id: string }[]): string[] => items.map((item) => item.id)
const order =
  (...items: { id: string }[]) =>
  (held: ReturnType<typeof holdOrder>) =>
    expect(ids(...held.shown)).toEqual(ids(...items))

test("New rows on top wait, and are counted", () => {
  const held = holdOrder([d, e, a, b, c], [a, b, c])
  order(a, b, c)(held)
  expect(held.waiting).toBe(2)
})

test("A row that moves up stays where it was, and is counted", () => {
  const held = holdOrder([c, a, b], [a, b, c])
  order(a, b, c)(held)
  expect(held.waiting).toBe(1)
})

test("A row that leaves is gone at once, and a page below comes in below", () => {
  order(a, c, d)(holdOrder([a, c, d], [a, b, c]))
})

test("A held list shows the newest content of its rows", () => {
  const newer = { ...(b as ReturnType<typeof makeConversation>), unread_count: 5 }
  expect(holdOrder([a, newer, c], [a, b, c]).shown[1]).toBe(newer)
})

test("A list that was emptied and filled again holds nothing", () => {
  const held = holdOrder([d, e], [a, b])
  order(d, e)(held)
  expect(held.waiting).toBe(0)
})
