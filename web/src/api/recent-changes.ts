/**
 * The last changes that were applied, so that an answer which was under way while they came can be brought up to date:
 * a snapshot at N and the changes after N make a fresh snapshot.
 */
import type { Change } from "./model"

export type RecentChanges = {
  push: (change: Change) => void
  /** The changes after `seq` in order, or null when they reach further back than is kept. */
  after: (seq: number) => Change[] | null
  /** Forgets all; what comes next follows `seq`. */
  restart: (seq: number) => void
}

export function createRecentChanges(size: number, start = 0): RecentChanges {
  let kept: Change[] = []
  let before = start
  return {
    push(change) {
      kept.push(change)
      if (kept.length > size) {
        const cut = kept.length - Math.ceil(size / 2)
        before = kept[cut - 1]?.seq ?? before
        kept = kept.slice(cut)
      }
    },
    after(seq) {
      if (seq < before) return kept.length === 0 && before === 0 ? [] : null
      return kept.filter((change) => change.seq > seq)
    },
    restart(seq) {
      kept = []
      before = seq
    },
  }
}
