import { describe, expect, it } from "vitest"
import { makeLibraryItem } from "../testing/make"
import { applyToLibrary } from "./apply-change"
import type { Change, LibraryItem } from "./model"

const CONVERSATION = "conversation-1"

function updated(item: LibraryItem, conversation_id = CONVERSATION): Change {
  return { seq: 1, type: "library_item_updated", conversation_id, item }
}

describe("what a customer shared", () => {
  const old = makeLibraryItem({ last_sent_at: "2026-11-02T12:00:00Z" })
  const library = { items: [old], seq: 0 }

  it("grows at the top by what was sent last", () => {
    const fresh = makeLibraryItem({ last_sent_at: "2026-11-02T13:00:00Z" })
    expect(applyToLibrary(library, updated(fresh), CONVERSATION).items).toEqual([fresh, old])
  })

  it("moves up when it is sent again, and never goes back to an earlier version", () => {
    const again = { ...old, last_sent_at: "2026-11-02T14:00:00Z", version: 2 }
    const after = applyToLibrary(library, updated(again), CONVERSATION)
    expect(after.items).toEqual([again])
    expect(applyToLibrary(after, updated(old), CONVERSATION)).toBe(after)
  })

  it("loses what was unsent", () => {
    const gone: Change = {
      seq: 2,
      type: "library_item_removed",
      conversation_id: CONVERSATION,
      item_id: old.id,
    }
    expect(applyToLibrary(library, gone, CONVERSATION).items).toEqual([])
    expect(applyToLibrary(library, { ...gone, item_id: "another" }, CONVERSATION)).toBe(library)
  })

  it("leaves other conversations alone", () => {
    expect(applyToLibrary(library, updated(makeLibraryItem(), "conversation-2"), CONVERSATION)).toBe(library)
  })
})
