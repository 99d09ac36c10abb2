/**
 * The order of the change feed in one tab. Events may come twice, early, or with a hole before them; they are applied once
 * and in order. A hole is never guessed over: what is missing is fetched.
 */
import type { Change } from "./model"

export type ChangePage = { items: Change[]; next: string | null; seq: number }

export type FeedDoors = {
  /** Applies changes that are next in order. */
  land: (changes: Change[]) => void
  /** Reads the changes after a point; `resync` when that is too long ago. */
  fetchAfter: (seq: number) => Promise<ChangePage | "resync">
  /** Fetches again all that is shown, and says from which point on changes are wanted. */
  resync: () => Promise<number>
}

export type Feed = {
  /** The newest point that every entry of the cache stands at. */
  readonly seq: number
  receive: (changes: readonly Change[]) => void
  /** The server is at `seq` at least: what is between is fetched. */
  reachedBy: (seq: number) => Promise<void>
  /** Fetches whatever is new; rejects when the server cannot be reached. */
  catchUp: () => Promise<void>
  /** The server says that the hole is too large to fill. */
  resync: () => Promise<void>
}

export function createFeed(start: number, doors: FeedDoors): Feed {
  let seq = start
  let early: Change[] = []
  let filling: Promise<void> | null = null

  function land(changes: Change[]): void {
    const fresh = changes.filter((change) => change.seq > seq).sort((a, b) => a.seq - b.seq)
    const last = fresh.at(-1)
    if (last === undefined) return
    doors.land(fresh)
    seq = last.seq
  }

  function landEarly(): void {
    const waiting = early.sort((a, b) => a.seq - b.seq)
    early = []
    const ready: Change[] = []
    for (const change of waiting) {
      const expected = (ready.at(-1)?.seq ?? seq) + 1
      if (change.seq === expected) ready.push(change)
      else if (change.seq > expected) early.push(change)
    }
    land(ready)
  }

  async function fill(): Promise<void> {
    for (;;) {
      const page = await doors.fetchAfter(seq)
      if (page === "resync") return restart()
      land(page.items)
      if (page.next !== null) continue
      seq = Math.max(seq, page.seq)
      return
    }
  }

  async function restart(): Promise<void> {
    seq = await doors.resync()
  }

  /** One at a time: who comes while something runs waits for its end. */
  function run(work: () => Promise<void>): Promise<void> {
    filling ??= work().finally(() => {
      filling = null
      landEarly()
    })
    return filling
  }

  return {
    get seq() {
      return seq
    },
    receive(changes) {
      early.push(...changes.filter((change) => change.seq > seq))
      if (filling !== null) return
      landEarly()
      if (early.length > 0) run(fill).catch(() => {}) // the next event or poll tries again
    },
    async reachedBy(other) {
      if (other > seq) await run(fill)
    },
    catchUp: () => run(fill),
    async resync() {
      await filling?.catch(() => {})
      await run(restart)
    },
  }
}
