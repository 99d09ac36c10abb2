import { expect, test } from "vitest"
import { describePlace, describeQueue } from "./queue-words"

const place = { message_id: "m", ahead: 3, expected_s: 2.2, paused_until: null, paused_by: null }
const queue = { ...place, account_id: "a", people: 0, schedules: 0, automatic: 0 }

test("O27 who waits is told how many are ahead, and about when it goes", () => {
  expect(describePlace(place)).toBe("3 ahead, about 2 s")
  expect(describePlace({ ...place, ahead: 0, expected_s: 0 })).toBe("next in line, about 1 s")
  expect(describePlace({ ...place, ahead: 10_000, expected_s: 180 })).toBe("10,000 or more ahead, about 3 m")
})

test("O27 where nobody knows when, only the reason is told", () => {
  const paused = { ...place, expected_s: null, paused_by: "The token has expired." }
  expect(describePlace(paused)).toBe("The token has expired, 3 ahead")
})

test("O26 an account says how many wait, and nothing where nothing does", () => {
  expect(describeQueue(queue)).toBeNull()
  expect(describeQueue({ ...queue, people: 2, automatic: 40 })).toBe("42 waiting, about 2 s")
})
