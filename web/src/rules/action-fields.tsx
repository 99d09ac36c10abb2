import type { Agent, RuleAction } from "../api/model"
import { KNOWN } from "../lib/template"
import { Choice, Count, INPUT, LongText, Words } from "./parts"

type Of<T extends RuleAction["type"]> = Extract<RuleAction, { type: T }>
type Props<T extends RuleAction> = { action: T; agents: Agent[]; onChange: (action: RuleAction) => void }

export const ACTIONS: { name: string; make: () => RuleAction; isFor?: "messages" | "comments" }[] = [
  { name: "Reply", make: () => ({ type: "reply", text: "", quick_replies: [] }), isFor: "messages" },
  { name: "Answer in private", make: () => ({ type: "private_reply", text: "" }), isFor: "comments" },
  { name: "Answer in public", make: () => ({ type: "public_reply", text: "" }), isFor: "comments" },
  { name: "Label", make: () => ({ type: "label", add: [], remove: [] }) },
  { name: "Assign", make: () => ({ type: "assign", agent_id: null }) },
  { name: "Open, close or snooze", make: () => ({ type: "status", status: "closed" }) },
  { name: "Leave a note", make: () => ({ type: "note", text: "" }) },
  { name: "Tell the team", make: () => ({ type: "notify", text: "", agent_ids: [] }) },
  { name: "Call a program", make: () => ({ type: "webhook", url: "https://" }) },
]

const STATUSES = [
  ["open", "open it"],
  ["closed", "close it"],
  ["snoozed", "snooze it"],
] as const
const A_DAY = 1440

/** "Then …" */
export function ActionFields({ action, agents, onChange }: Props<RuleAction>) {
  switch (action.type) {
    case "reply":
      return <ReplyFields action={action} agents={agents} onChange={onChange} />
    case "private_reply":
      return (
        <Text
          label="Private answer"
          intro="answer in private, where only they see it"
          action={action}
          onChange={onChange}
        />
      )
    case "public_reply":
      return (
        <Text
          label="Public answer"
          intro="answer under the comment, where everybody reads it"
          action={action}
          onChange={onChange}
        />
      )
    case "label":
      return (
        <>
          put on
          <Words
            label="Labels to put on"
            hint="labels, one a line"
            values={action.add}
            onChange={(add) => onChange({ ...action, add })}
          />
          take off
          <Words
            label="Labels to take off"
            hint="labels, one a line"
            values={action.remove}
            onChange={(remove) => onChange({ ...action, remove })}
          />
        </>
      )
    case "assign":
      return (
        <>
          assign it to
          <Choice
            label="Assign to"
            value={action.agent_id ?? ""}
            options={[["", "nobody"], ...agents.map(({ id, name }) => [id, name] as const)]}
            onChange={(id) => onChange({ ...action, agent_id: id || null })}
          />
        </>
      )
    case "status":
      return <StatusFields action={action} agents={agents} onChange={onChange} />
    case "note":
      return <Text label="Note" intro="leave a note for the team" action={action} onChange={onChange} />
    case "notify":
      return <NotifyFields action={action} agents={agents} onChange={onChange} />
    case "webhook":
      return (
        <>
          call
          <input
            aria-label="Address of the program"
            value={action.url}
            onChange={({ target }) => onChange({ ...action, url: target.value })}
            className={`${INPUT} flex-1`}
          />
        </>
      )
    default:
      return action satisfies never
  }
}

type TextAction = Of<"private_reply"> | Of<"public_reply"> | Of<"note"> | Of<"notify">

function Text<T extends TextAction>(props: {
  label: string
  intro: string
  action: T
  onChange: (action: RuleAction) => void
}) {
  const { label, intro, action, onChange } = props
  return (
    <>
      {intro}
      <LongText label={label} value={action.text} onChange={(text) => onChange({ ...action, text })} />
    </>
  )
}

function ReplyFields({ action, onChange }: Props<Of<"reply">>) {
  const titles = action.quick_replies.map(({ title }) => title)
  const payloads = new Map(action.quick_replies.map(({ title, payload }) => [title, payload]))
  return (
    <>
      reply, where only they see it
      <LongText
        label="Reply"
        hint={`Variables: ${KNOWN.join(", ")}`}
        value={action.text}
        onChange={(text) => onChange({ ...action, text })}
      />
      with these choices
      <Words
        label="Choices under it"
        hint="none; else one a line, at most 20 characters each"
        values={titles}
        onChange={(values) =>
          onChange({
            ...action,
            quick_replies: values.map((title) => ({ title, payload: payloads.get(title) ?? title })),
          })
        }
      />
    </>
  )
}

function StatusFields({ action, onChange }: Props<Of<"status">>) {
  return (
    <>
      <Choice
        label="Open, close or snooze"
        value={action.status}
        options={STATUSES}
        onChange={(status) =>
          onChange({ type: "status", status, snooze_minutes: status === "snoozed" ? A_DAY : null })
        }
      />
      {action.status === "snoozed" && (
        <>
          for
          <Count
            label="Minutes to snooze"
            least={1}
            value={action.snooze_minutes ?? null}
            onChange={(snooze_minutes) => onChange({ ...action, snooze_minutes: snooze_minutes ?? 1 })}
          />
          minutes
        </>
      )}
    </>
  )
}

function NotifyFields({ action, agents, onChange }: Props<Of<"notify">>) {
  return (
    <>
      <Text
        label="What the team is told"
        intro="tell the team, in the conversation and by notifications of the browser"
        action={action}
        onChange={onChange}
      />
      <fieldset className="flex flex-wrap gap-3">
        <legend className="mb-1">and by mail, where it is set up</legend>
        {agents.map(({ id, name }) => (
          <label key={id} className="flex items-center gap-1.5 text-ink-2 text-sm">
            <input
              type="checkbox"
              checked={action.agent_ids.includes(id)}
              onChange={({ target }) =>
                onChange({
                  ...action,
                  agent_ids: target.checked
                    ? [...action.agent_ids, id]
                    : action.agent_ids.filter((one) => one !== id),
                })
              }
              className="size-4 accent-accent"
            />
            {name}
          </label>
        ))}
      </fieldset>
    </>
  )
}
