import { expect, test } from "vitest"
import { breakdownName, partName } from "./part-words"

test("Meta's words are told in ours, and what is not known stays as it is", () => {
  expect(partName(["NON_FOLLOWER"], "follow_type")).toBe("Not followers")
  expect(partName(["CALL_NOW"], "contact_button_type")).toBe("Call now")
  expect(partName(["18-24", "F"], "age,gender")).toBe("18-24 · Women")
  expect(partName(["Porto, Porto District"], "city")).toBe("Porto, Porto District")
  expect(partName(["?!"], "country")).toBe("?!")
  expect(breakdownName("follow_type")).toBe("who follows")
})
