/** What there is to say about an account: how our link to it fares, how messages arrive, and up to when all are here. */
import type { Account } from "../api/model"
import { formatMoment } from "./time"

const MINUTE = 60_000
/** The longer webhooks stay away, the rarer Instagram is asked. */
const EVERY_MINUTE_MS = 90 * MINUTE

/** Where an account is connected by a login of Meta's; the Meta app that it goes by already is the one it goes by again. */
export function connectPath({ platform, meta_app }: Pick<Account, "platform" | "meta_app">): string {
  const query = new URLSearchParams({ flavour: platform ?? "instagram" })
  if (meta_app !== null) query.set("app", meta_app)
  return `/connect/instagram?${query}`
}

export const HEALTH = { ok: "Connected", reconnect: "Reconnect needed", paused: "Paused" } as const

export const HUMAN_AGENT = {
  name: "Human Agent permission",
  hint: "Switch it on only if Meta granted the Human Agent feature to your app: it lets a person answer for seven days.",
} as const

export const MEDIA_MODE = {
  names: { "": "As installed", store: "Keep copies", reference: "Only pass on" },
  hint: "Copies stay when Instagram's links die. Passed on, a file is seen only as long as Instagram shows it. Stories are never kept.",
} as const

export const CONNECTING = {
  name: "Customers can connect",
  hint: "Who writes and is not connected yet gets a link to connect; who is connected hears that what they sent has come.",
  pace: "Tell connected customers that it has come",
} as const

const PACES: [number | null, string][] = [
  [null, "For every message"],
  [3600, "Once an hour"],
  [86_400, "Once a day"],
  [604_800, "Once a week"],
]

/** The paces to choose from, with the account's own where it is another one. */
export function namePaces(own: number | null): [number | null, string][] {
  return PACES.some(([seconds]) => seconds === own) ? PACES : [...PACES, [own, `Every ${own} seconds`]]
}

/** Whether somebody has to connect it again: its token died, or its owner removed the app; not what we disconnected. */
export function selectMustReconnect(account: Account): boolean {
  const wasLeft = account.disconnected_at !== null && account.disconnected_by !== null
  return account.health === "reconnect" && !wasLeft && !isErased(account)
}

function isErased({ disconnected_at, erase_at }: Account): boolean {
  return disconnected_at !== null && erase_at === null
}

type Arrival = Pick<Account, "receiving" | "polling_since">

/** Whether somebody should look at the account. */
export function selectNeedsAttention(account: Account): boolean {
  if (account.disconnected_at !== null) return selectMustReconnect(account)
  return account.health !== "ok" || account.receiving === "polling" || account.incomplete_reason !== null
}

/** "Webhooks", or since when Instagram is asked instead. */
export function describeReceiving({ receiving, polling_since }: Arrival, now: number): string {
  if (receiving === "webhooks") return "Webhooks"
  const since = polling_since === null ? "" : ` since ${formatMoment(Date.parse(polling_since), now)}`
  return `Asking Instagram ${howOften(polling_since, now)}${since}, because no webhooks come`
}

/** The notice above all accounts whose webhooks stay away; null while all is well. */
export function describePolling(accounts: readonly Account[], now: number): string | null {
  const polled = accounts.filter((account) => account.receiving === "polling")
  const since = polled.flatMap((account) => account.polling_since ?? []).sort()[0] ?? null
  if (polled.length === 0) return null
  const names =
    polled.length > 2
      ? `${polled.length} accounts`
      : polled.map((account) => `@${account.username}`).join(" and ")
  const from = since === null ? "" : ` since ${formatMoment(Date.parse(since), now)}`
  return `No webhooks from Instagram for ${names}${from}: asking ${howOften(since, now)}`
}

/** "Complete up to 14:03": everything that was sent until then is here. */
export function describeComplete(
  { complete_up_to: at }: Pick<Account, "complete_up_to">,
  now: number,
): string {
  return at === null
    ? "Not compared with Instagram yet"
    : `Complete up to ${formatMoment(Date.parse(at), now)}`
}

function howOften(since: string | null, now: number): string {
  return since === null || now - Date.parse(since) < EVERY_MINUTE_MS ? "every minute" : "every few minutes"
}

export const INDICATORS = {
  name: "Show when somebody types or has seen",
  hint: "They see that their messages were read here, and that somebody is writing an answer.",
}
