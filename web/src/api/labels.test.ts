import { expect, test } from "vitest"
import { makeConversation } from "../testing/make"
import { makeComment } from "../testing/make-comments"
import { applyToLabels } from "./apply-change"
import type { Change } from "./model"

test("a label that is new on a conversation or a comment becomes one to choose", () => {
  const labels = { items: [{ name: "vip" }], seq: 1 }
  const changes: Change[] = [
    { seq: 2, type: "comment_updated", comment: makeComment({ labels: ["praise", "vip"] }) },
    { seq: 3, type: "conversation_updated", conversation: makeConversation({ labels: ["order"] }) },
  ]
  const after = changes.reduce((known, change) => applyToLabels(known, change), labels)
  expect(after.items.map(({ name }) => name)).toEqual(["order", "praise", "vip"])
})
