/** Rules in plain sentences: when, if, then. */
import type { Automation, Rule, RuleAction, RuleCondition, RuleDefinition, RuleTrigger } from "../api/model"
import { plural } from "./time"

type TriggerKind = RuleTrigger["kind"]

export const TRIGGERS: Record<TriggerKind, string> = {
  message: "somebody writes",
  first_message: "somebody writes for the first time",
  story_reply: "somebody answers a story",
  story_mention: "somebody mentions the account in a story",
  comment: "somebody comments",
  tapped: "somebody taps a choice",
  reaction: "somebody reacts to a message",
  referral: "somebody comes through a link or an ad",
  no_answer: "nobody has answered for a while",
  window_closing: "the reply window is about to close",
  outside_hours: "somebody writes outside business hours",
}

export const MODES: Record<Rule["mode"], { text: string; hint: string }> = {
  on: { text: "On", hint: "It does what it says." },
  watch: { text: "Watch only", hint: "It does nothing, and the log says what it would have done." },
  off: { text: "Off", hint: "Nobody asks it." },
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

function list(values: readonly string[], word: string): string {
  const quoted = values.map((value) => `“${value}”`)
  const last = quoted.pop()
  return quoted.length === 0 ? (last ?? "") : `${quoted.join(", ")} ${word} ${last}`
}

export function describeMinutes(minutes: number): string {
  if (minutes % 1440 === 0) return plural(minutes / 1440, "day")
  return minutes % 60 === 0 ? plural(minutes / 60, "hour") : plural(minutes, "minute")
}

export function describeTrigger({ kind, payload, minutes }: RuleTrigger): string {
  if (kind === "tapped" && payload != null) return `somebody taps the choice “${payload}”`
  if (kind === "no_answer") return `nobody has answered for ${describeMinutes(minutes ?? 0)}`
  if (kind === "window_closing") return `the reply window closes in ${describeMinutes(minutes ?? 0)}`
  return TRIGGERS[kind]
}

export function describeSpans(spans: Automation["hours"]): string {
  return spans
    .map(({ days, start, end }) => `${days.map((day) => DAYS[day]).join(" ")} ${start}–${end}`)
    .join(", ")
}

export function describeCondition(condition: RuleCondition): string {
  switch (condition.type) {
    case "text":
      return describeText(condition)
    case "person":
      return describePerson(condition)
    case "labels":
      return [
        condition.any.length > 0 && `the conversation has the label ${list(condition.any, "or")}`,
        condition.none.length > 0 && `it does not have the label ${list(condition.none, "or")}`,
      ]
        .filter(Boolean)
        .join(" and ")
    case "history":
      return describeHistory(condition)
    case "time": {
      const hours = condition.spans.length > 0 ? describeSpans(condition.spans) : "business hours"
      return condition.is_within ? `it is within ${hours}` : `it is outside ${hours}`
    }
    case "post":
      return `it is under the post ${list(condition.media_ig_ids, "or")}`
    default:
      return condition satisfies never
  }
}

function describeText({ match, values, is_not }: Extract<RuleCondition, { type: "text" }>): string {
  const verb = is_not ? "does not" : "does"
  switch (match) {
    case "any":
      return is_not ? `it mentions none of ${list(values, "and")}` : `it mentions ${list(values, "or")}`
    case "all":
      return is_not
        ? `it does not mention all of ${list(values, "and")}`
        : `it mentions ${list(values, "and")}`
    case "exact":
      return is_not ? `the text is not ${list(values, "or")}` : `the text is ${list(values, "or")}`
    default:
      return verb === "does" ? `it matches ${list(values, "or")}` : `it does not match ${list(values, "or")}`
  }
}

function describePerson(condition: Extract<RuleCondition, { type: "person" }>): string {
  const claims: [boolean | null | undefined, string, string][] = [
    [condition.is_follower, "they follow the account", "they do not follow the account"],
    [condition.is_verified, "they are verified", "they are not verified"],
    [condition.is_member, "they are connected", "they are not connected"],
  ]
  const found = claims.flatMap(([is, yes, no]) => (is == null ? [] : [is ? yes : no]))
  if (condition.min_followers != null) found.push(`they have at least ${condition.min_followers} followers`)
  return found.join(" and ") || "whoever it is"
}

function describeHistory(condition: Extract<RuleCondition, { type: "history" }>): string {
  const found: string[] = []
  if (condition.min_messages != null)
    found.push(`they wrote at least ${plural(condition.min_messages, "message")} before`)
  if (condition.max_messages != null)
    found.push(`they wrote at most ${plural(condition.max_messages, "message")} before`)
  if (condition.is_waiting != null)
    found.push(condition.is_waiting ? "no person has answered" : "a person has answered")
  return found.join(" and ") || "whatever was before"
}

export function describeAction(action: RuleAction, nameOf: (agent: string) => string): string {
  switch (action.type) {
    case "reply":
      return action.quick_replies.length > 0
        ? `reply “${action.text}” with the choices ${list(
            action.quick_replies.map(({ title }) => title),
            "and",
          )}`
        : `reply “${action.text}”`
    case "private_reply":
      return `answer in private “${action.text}”`
    case "public_reply":
      return `answer in public “${action.text}”`
    case "label":
      return [
        action.add.length > 0 && `put on the label ${list(action.add, "and")}`,
        action.remove.length > 0 && `take off the label ${list(action.remove, "and")}`,
      ]
        .filter(Boolean)
        .join(", ")
    case "assign":
      return action.agent_id === null ? "assign it to nobody" : `assign it to ${nameOf(action.agent_id)}`
    case "status":
      if (action.status === "snoozed") return `snooze it for ${describeMinutes(action.snooze_minutes ?? 0)}`
      return action.status === "closed" ? "close it" : "open it"
    case "note":
      return `leave the note “${action.text}”`
    case "notify":
      return `tell the team “${action.text}”`
    case "webhook":
      return `call ${action.url}`
    default:
      return action satisfies never
  }
}

/** A rule as sentences: "When …, and if …: …, then stop." */
export function describeRule(rule: RuleDefinition, nameOf: (agent: string) => string): string {
  const conditions = rule.conditions.map(describeCondition)
  const when = `When ${describeTrigger(rule.trigger)}`
  const given = conditions.length > 0 ? ` and ${conditions.join(" and ")}` : ""
  const then = rule.actions.map((action) => describeAction(action, nameOf)).join("; then ")
  return `${when}${given}: ${then}.${rule.stops ? " Stop there." : ""}`
}

const COOLDOWNS: [number, string][] = [
  [0, "every time"],
  [600, "at most every 10 minutes"],
  [3600, "at most once an hour"],
  [86_400, "at most once a day"],
  [604_800, "at most once a week"],
  [2_592_000, "at most once in 30 days"],
]

/** The cool-downs to choose from, with the one that is set. */
export function cooldowns(chosen: number): [number, string][] {
  if (COOLDOWNS.some(([seconds]) => seconds === chosen)) return COOLDOWNS
  return [...COOLDOWNS, [chosen, `at most every ${plural(chosen, "second")}`]]
}
