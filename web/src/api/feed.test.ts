import { describe, expect, test, vi } from "vitest"
import { type ChangePage, createFeed } from "./feed"
import type { Change } from "./model"
import { createRecentChanges } from "./recent-changes"

const change = (seq: number): Change => ({ seq, type: "superseded" })

function setUp(start: number, answer: (after: number) => Promise<ChangePage | "resync">) {
  const landed: number[] = []
  const fetchAfter = vi.fn(answer)
  const resync = vi.fn(async () => 100)
  const feed = createFeed(start, {
    land: (changes) => landed.push(...changes.map((one) => one.seq)),
    fetchAfter,
    resync,
  })
  return { feed, landed, fetchAfter, resync }
}

const upTo =
  (last: number) =>
  async (after: number): Promise<ChangePage> => ({
    items: Array.from({ length: last - after }, (_, index) => change(after + index + 1)),
    next: null,
    seq: last,
  })

describe("the feed", () => {
  test("lands what is next, and nothing twice", () => {
    const { feed, landed, fetchAfter } = setUp(10, upTo(10))
    for (const seq of [11, 11, 12, 10]) feed.receive([change(seq)])
    expect(landed).toEqual([11, 12])
    expect(fetchAfter).not.toHaveBeenCalled()
  })

  test("fetches a hole and keeps the order", async () => {
    const { feed, landed, fetchAfter } = setUp(10, upTo(13))
    feed.receive([change(13)])
    feed.receive([change(14)])
    await feed.catchUp()
    expect(landed).toEqual([11, 12, 13, 14])
    expect(fetchAfter).toHaveBeenCalledExactlyOnceWith(10)
  })

  test("reads page after page until nothing is missing", async () => {
    const { feed, landed } = setUp(0, async (after) => ({
      items: [change(after + 1)],
      next: after < 2 ? "more" : null,
      seq: 3,
    }))
    await feed.catchUp()
    expect(landed).toEqual([1, 2, 3])
    expect(feed.seq).toBe(3)
  })

  test("goes on over numbers that are not for this viewer", async () => {
    const { feed, landed } = setUp(10, async () => ({ items: [change(14)], next: null, seq: 15 }))
    feed.receive([change(14)])
    await feed.catchUp()
    feed.receive([change(16)])
    expect(landed).toEqual([14, 16])
  })

  test("fetches again what is shown when the hole is too old, and goes on from there", async () => {
    const { feed, landed, resync } = setUp(10, async () => "resync")
    feed.receive([change(50)])
    await vi.waitFor(() => expect(feed.seq).toBe(100))
    feed.receive([change(101)])
    expect(resync).toHaveBeenCalledOnce()
    expect(landed).toEqual([101])
  })

  test("tries again with the next event when a hole could not be fetched", async () => {
    let isDown = true
    const { feed, landed } = setUp(0, async (after) => {
      if (isDown) throw new Error("unreachable")
      return upTo(2)(after)
    })
    feed.receive([change(2)])
    await feed.catchUp().catch(() => {})
    isDown = false
    feed.receive([change(3)])
    await vi.waitFor(() => expect(landed).toEqual([1, 2, 3]))
  })

  test("asks for nothing when a late tab is told what it has already", async () => {
    const { feed, fetchAfter } = setUp(10, upTo(12))
    await feed.reachedBy(9)
    expect(fetchAfter).not.toHaveBeenCalled()
    await feed.reachedBy(12)
    expect(feed.seq).toBe(12)
  })
})

describe("the recent changes", () => {
  test("are told from a point on, as long as they reach back to it", () => {
    const recent = createRecentChanges(4)
    recent.restart(10)
    for (const seq of [11, 12, 13]) recent.push(change(seq))
    expect(recent.after(11)?.map((one) => one.seq)).toEqual([12, 13])
    expect(recent.after(10)).toHaveLength(3)
    expect(recent.after(9)).toBeNull()
  })

  test("forget the oldest first", () => {
    const recent = createRecentChanges(4)
    recent.restart(0)
    for (let seq = 1; seq <= 20; seq++) recent.push(change(seq))
    expect(recent.after(1)).toBeNull()
    expect(recent.after(19)?.map((one) => one.seq)).toEqual([20])
  })
})
