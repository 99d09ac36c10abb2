import { expect, test } from "vitest"
import type { Account } from "../api/model"
import { ACCOUNT } from "../testing/make"
import {
  connectPath,
  describeComplete,
  describePolling,
  describeReceiving,
  namePaces,
  selectMustReconnect,
  selectNeedsAttention,
} from "./account-words"

const SINCE = "2026-11-02T14:03:00"
const NOW = Date.parse("2026-11-02T14:10:00")
const account = (given: Partial<Account>): Account => ({ ...ACCOUNT, ...given })
const polled = (username: string, polling_since: string | null = SINCE): Account =>
  account({ username, receiving: "polling", polling_since })
const clock = (iso: string): string =>
  new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }).format(Date.parse(iso))

test("GA3: An account says how its messages arrive", () => {
  expect(describeReceiving(ACCOUNT, NOW)).toBe("Webhooks")
  const every = (text: string): string =>
    `Asking Instagram ${text} since ${clock(SINCE)}, because no webhooks come`
  expect(describeReceiving(polled("a"), NOW)).toBe(every("every minute"))
  expect(describeReceiving(polled("a"), NOW + 3 * 3_600_000)).toBe(every("every few minutes"))
})

test("GA3: One notice is enough for all accounts whose webhooks stay away, since the first of them", () => {
  const tell = (...accounts: Account[]): string | null => describePolling(accounts, NOW)
  const rest = `since ${clock(SINCE)}: asking every minute`
  const later = "2026-11-02T14:05:00"
  expect(tell(ACCOUNT, account({ incomplete_reason: "Its subscription is gone." }))).toBeNull()
  expect(tell(ACCOUNT, polled("a"))).toBe(`No webhooks from Instagram for @a ${rest}`)
  expect(tell(polled("a", later), polled("b"))).toBe(`No webhooks from Instagram for @a and @b ${rest}`)
  expect(tell(polled("a"), polled("b"), polled("c"))).toBe(
    `No webhooks from Instagram for 3 accounts ${rest}`,
  )
  expect(tell(polled("a", null))).toBe("No webhooks from Instagram for @a: asking every minute")
})

test("GA4: An account says up to when all is here, and asks for attention when something stands in the way", () => {
  expect(describeComplete(ACCOUNT, NOW)).toBe("Not compared with Instagram yet")
  expect(describeComplete(account({ complete_up_to: SINCE }), NOW)).toBe(`Complete up to ${clock(SINCE)}`)
  const odd = [
    ACCOUNT,
    polled("a"),
    account({ incomplete_reason: "why" }),
    account({ health: "reconnect" }),
  ].map(selectNeedsAttention)
  expect(odd).toEqual([false, true, true, true])
})

test("the paces of acknowledgements are four, and the account's own where it is another one", () => {
  expect(namePaces(null)).toHaveLength(4)
  expect(namePaces(86_400)).toEqual(namePaces(null))
  expect(namePaces(90).at(-1)).toEqual([90, "Every 90 seconds"])
})

test("AC14: Who removed the app at Instagram must connect again, not what one of us disconnected, nor what is erased", () => {
  const dead = { health: "reconnect", disconnected_at: SINCE, erase_at: SINCE } as const
  expect(selectMustReconnect(account({ health: "reconnect" }))).toBe(true)
  expect(selectMustReconnect(account(dead))).toBe(true)
  expect(selectMustReconnect(account({ ...dead, disconnected_by: "Dana" }))).toBe(false)
  expect(selectMustReconnect(account({ ...dead, erase_at: null }))).toBe(false)
})

test("AC21: An account is connected again by the Meta app that it goes by", () => {
  expect(connectPath(account({ meta_app: null }))).toBe("/connect/instagram?flavour=instagram")
  expect(connectPath(account({ platform: "facebook", meta_app: "Bakery's app" }))).toBe(
    "/connect/instagram?flavour=facebook&app=Bakery%27s+app",
  )
})
