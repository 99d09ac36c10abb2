/** What the bar above the composer says: the state of the reply window, why, and what would change it. */
import type { Account, Conversation } from "../api/model"
import { selectVerdict, selectWindowStatus, selectWindowTimeRemaining } from "./selectors"
import { formatMoment, formatTimeRemaining } from "./time"
import type { Verdict } from "./window-policy"

export type WindowWords = {
  look: "neutral" | "amber" | "blue" | "grey" | "red"
  icon: "clock" | "person" | "lock" | "alert" | "info"
  text: string
  /** The same without what changes with the clock: what a screen reader is told when it becomes another. */
  state: string
  /** The verdict in full: the rule, the clock, what opened it, what would change it. */
  why: string[]
  /** Why an answer cannot be sent now; null when it can. */
  refusal: string | null
  /** How much of the window is left, from 1 to 0, where a clock runs. */
  share: number | null
}

type Given = { conversation: Conversation; account: Account | undefined; isOffline: boolean; now: number }

const DAY = 86_400_000
const CLOSED = "The reply window is closed"

const RULES = {
  W1: "Instagram lets an account answer for 24 hours after a person's last message. We stop a minute early.",
  W2: "With Meta's Human Agent permission a person of the team, never an automation, may answer for 7 days.",
  W10: "Only the other person can begin: an account may not write first.",
  S22: "This is the account's own conversation with itself, where no window counts.",
} as const

const OPENERS = {
  message: "their message",
  postback: "a button they pressed",
  referral: "a link or an ad they followed",
}

export function describeWindow(given: Given): WindowWords {
  const window = describeState(given)
  if (given.isOffline) {
    const text = "You are offline. What you send is kept here and goes out when you are back."
    return { ...window, look: "amber", icon: "alert", text, share: null }
  }
  return describeTrouble(given.account, window) ?? window
}

function describeTrouble(account: Account | undefined, window: WindowWords): WindowWords | null {
  if (account === undefined || account.health === "ok") return null
  const reason = account.health_reason ? `: ${account.health_reason.replace(/\.$/u, "")}` : ""
  const trouble = { ...window, look: "red", icon: "alert", share: null } as const
  if (account.health === "paused") {
    const text = `Sending is paused${reason}. Notes still work.`
    return { ...trouble, text, state: text, refusal: "Sending is paused for this account." }
  }
  const text = `Reconnect needed${reason}. Messages still arrive and are kept, but an answer may fail.`
  return { ...trouble, text, state: text }
}

function describeState(given: Given): WindowWords {
  const { conversation, account, now } = given
  const status = selectWindowStatus(conversation, account, now)
  const verdict = selectVerdict(conversation, account, now)
  const left = selectWindowTimeRemaining(conversation, account, now)
  const opened = describeOpening(conversation, now)
  const why = [RULES[verdict.rule], ...(opened ? [`Opened by ${opened}.`] : [])]
  const open = { why, refusal: null }
  switch (status) {
    case "open":
    case "closing": {
      if (left === null) {
        return {
          ...open,
          look: "neutral",
          icon: "info",
          text: "Your own test conversation: no reply window",
          state: "No reply window",
          share: null,
        }
      }
      const text = `Reply window: ${formatTimeRemaining(left)} left${opened ? ` (opened by ${opened})` : ""}`
      const look = status === "closing" ? "amber" : "neutral"
      return {
        ...open,
        look,
        icon: "clock",
        text,
        state: status === "closing" ? "The reply window closes within two hours" : "The reply window is open",
        share: left / DAY,
        why: [...why, "A new message from them starts it anew."],
      }
    }
    case "human_agent": {
      const text = `After 24 h: a person may answer for ${formatTimeRemaining(left ?? 0)}. Sent with the human-agent tag. No promotions.`
      const state = "Only a person may answer now"
      return { ...open, look: "blue", icon: "person", text, state, share: (left ?? 0) / (6 * DAY) }
    }
    case "no_permission":
      return {
        look: "grey",
        icon: "lock",
        text: `Closed since ${closedAt(verdict, now)}. This account has no human-agent permission.`,
        state: CLOSED,
        why: [
          ...why,
          "It reopens when they write. An owner can switch the permission on once Meta has granted it.",
        ],
        refusal: "The 24-hour window is closed, and the account has no human-agent permission.",
        share: null,
      }
    case "closed":
      return {
        look: "grey",
        icon: "lock",
        text: `Closed since ${closedAt(verdict, now)}. It reopens when they write.`,
        state: CLOSED,
        why: [...why, "After seven days nothing can be sent until they write again."],
        refusal: "The reply window is closed. It reopens when they write.",
        share: null,
      }
    case "never_opened":
      return {
        look: "grey",
        icon: "lock",
        text: "Not open yet. Instagram lets you answer once they have written.",
        state: "The reply window is not open yet",
        why,
        refusal: "They have not written yet, and Instagram lets only them begin.",
        share: null,
      }
  }
}

function describeOpening({ window_opened_at, window_opened_by }: Conversation, now: number): string | null {
  if (window_opened_at === null || window_opened_by === null) return null
  return `${OPENERS[window_opened_by]}, ${formatMoment(Date.parse(window_opened_at), now)}`
}

function closedAt({ closed_since }: Verdict, now: number): string {
  return formatMoment(closed_since ?? now, now)
}
