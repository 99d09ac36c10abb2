import type { RuleCondition } from "../api/model"
import { Choice, Count, Words } from "./parts"
import { SpanFields } from "./span-fields"

type Of<T extends RuleCondition["type"]> = Extract<RuleCondition, { type: T }>

export const CONDITIONS: { name: string; make: () => RuleCondition; isForComments?: boolean }[] = [
  { name: "The text", make: () => ({ type: "text", match: "any", values: [], is_not: false }) },
  { name: "The person", make: () => ({ type: "person", is_follower: true }) },
  { name: "Labels", make: () => ({ type: "labels", any: [], none: [] }) },
  { name: "What was before", make: () => ({ type: "history", max_messages: 1 }) },
  { name: "The time", make: () => ({ type: "time", is_within: true, spans: [] }) },
  { name: "The post", make: () => ({ type: "post", media_ig_ids: [] }), isForComments: true },
]

const MATCHES = [
  ["any", "mentions one of"],
  ["all", "mentions all of"],
  ["exact", "is"],
  ["pattern", "matches (RE2)"],
] as const

const CLAIMS = [
  ["", "does not matter"],
  ["yes", "yes"],
  ["no", "no"],
] as const

type Props<T extends RuleCondition> = { condition: T; onChange: (condition: RuleCondition) => void }

/** "If …" */
export function ConditionFields({ condition, onChange }: Props<RuleCondition>) {
  switch (condition.type) {
    case "text":
      return <TextFields condition={condition} onChange={onChange} />
    case "person":
      return <PersonFields condition={condition} onChange={onChange} />
    case "labels":
      return <LabelFields condition={condition} onChange={onChange} />
    case "history":
      return <HistoryFields condition={condition} onChange={onChange} />
    case "time":
      return <TimeFields condition={condition} onChange={onChange} />
    case "post":
      return (
        <>
          it is under one of these posts
          <Words
            label="Posts"
            hint="ids at Instagram, one a line"
            values={condition.media_ig_ids}
            onChange={(media_ig_ids) => onChange({ ...condition, media_ig_ids })}
          />
        </>
      )
    default:
      return condition satisfies never
  }
}

function TextFields({ condition, onChange }: Props<Of<"text">>) {
  return (
    <>
      the text
      <Choice
        label="Not"
        value={condition.is_not ? "no" : "yes"}
        options={[
          ["yes", "does"],
          ["no", "does not"],
        ]}
        onChange={(is) => onChange({ ...condition, is_not: is === "no" })}
      />
      <Choice
        label="How the text matches"
        value={condition.match}
        options={MATCHES}
        onChange={(match) => onChange({ ...condition, match })}
      />
      <Words
        label="Words"
        hint={condition.match === "pattern" ? "patterns, one a line" : "words or phrases, one a line"}
        values={condition.values}
        onChange={(values) => onChange({ ...condition, values })}
      />
    </>
  )
}

function Claim({
  label,
  value,
  onChange,
}: {
  label: string
  value: boolean | null | undefined
  onChange: (value: boolean | null) => void
}) {
  return (
    <span className="flex items-center gap-1.5 text-ink-2 text-sm">
      {label}
      <Choice
        label={label}
        value={value == null ? "" : value ? "yes" : "no"}
        options={CLAIMS}
        onChange={(chosen) => onChange(chosen === "" ? null : chosen === "yes")}
      />
    </span>
  )
}

function PersonFields({ condition, onChange }: Props<Of<"person">>) {
  return (
    <>
      <Claim
        label="follows the account"
        value={condition.is_follower}
        onChange={(is_follower) => onChange({ ...condition, is_follower })}
      />
      <Claim
        label="is verified"
        value={condition.is_verified}
        onChange={(is_verified) => onChange({ ...condition, is_verified })}
      />
      <Claim
        label="is connected"
        value={condition.is_member}
        onChange={(is_member) => onChange({ ...condition, is_member })}
      />
      followers, at least
      <Count
        label="Followers, at least"
        value={condition.min_followers ?? null}
        onChange={(min_followers) => onChange({ ...condition, min_followers })}
      />
    </>
  )
}

function LabelFields({ condition, onChange }: Props<Of<"labels">>) {
  return (
    <>
      has one of
      <Words
        label="Has one of the labels"
        hint="labels, one a line"
        values={condition.any}
        onChange={(any) => onChange({ ...condition, any })}
      />
      and none of
      <Words
        label="Has none of the labels"
        hint="labels, one a line"
        values={condition.none}
        onChange={(none) => onChange({ ...condition, none })}
      />
    </>
  )
}

function HistoryFields({ condition, onChange }: Props<Of<"history">>) {
  return (
    <>
      they wrote at least
      <Count
        label="Messages before, at least"
        value={condition.min_messages ?? null}
        onChange={(min_messages) => onChange({ ...condition, min_messages })}
      />
      and at most
      <Count
        label="Messages before, at most"
        value={condition.max_messages ?? null}
        onChange={(max_messages) => onChange({ ...condition, max_messages })}
      />
      messages before
      <Claim
        label="waiting for a person"
        value={condition.is_waiting}
        onChange={(is_waiting) => onChange({ ...condition, is_waiting })}
      />
    </>
  )
}

function TimeFields({ condition, onChange }: Props<Of<"time">>) {
  return (
    <>
      it is
      <Choice
        label="Within or outside"
        value={condition.is_within ? "within" : "outside"}
        options={[
          ["within", "within"],
          ["outside", "outside"],
        ]}
        onChange={(chosen) => onChange({ ...condition, is_within: chosen === "within" })}
      />
      {condition.spans.length === 0 && "business hours, or add hours:"}
      <SpanFields spans={condition.spans} onChange={(spans) => onChange({ ...condition, spans })} />
    </>
  )
}
