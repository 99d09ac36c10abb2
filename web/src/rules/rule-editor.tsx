import { useQuery } from "@tanstack/react-query"
import { type FormEvent, useState } from "react"
import { agents as agentsQuery } from "../api/agents"
import { ApiError, explain } from "../api/client"
import type { Rule, RuleAction, RuleCondition, RuleDefinition, RuleTrigger } from "../api/model"
import { useSaveRule } from "../api/rules"
import { cooldowns, describeRule, MODES } from "../lib/rule-words"
import { Button } from "../ui/button"
import { Field } from "../ui/field"
import { ACTIONS, ActionFields } from "./action-fields"
import { CONDITIONS, ConditionFields } from "./condition-fields"
import { Lines, SELECT } from "./parts"
import { RuleVersions } from "./rule-versions"
import { TriggerFields } from "./trigger-fields"
import { TryoutSection } from "./tryout"

const EMPTY: RuleDefinition = {
  name: "",
  trigger: { kind: "message" },
  conditions: [{ type: "text", match: "any", values: [], is_not: false }],
  actions: [{ type: "reply", text: "", quick_replies: [] }],
  stops: false,
  cooldown_s: 3600,
}

/** A rule in plain sentences: when, if, then; and what it would have done. */
export function RuleEditor({
  account,
  rule,
  onDone,
}: {
  account: string
  rule: Rule | null
  onDone: () => void
}) {
  const [draft, setDraft] = useState<RuleDefinition>(rule?.definition ?? EMPTY)
  const [mode, setMode] = useState<Rule["mode"]>(rule?.mode ?? "watch")
  const { data: agents } = useQuery(agentsQuery)
  const save = useSaveRule()
  const refusal = save.error instanceof ApiError ? save.error : null
  const wrong = (field: string) => (refusal?.field === field ? refusal.message : null)
  const set = (change: Partial<RuleDefinition>): void => setDraft({ ...draft, ...change })
  const nameOf = (id: string) => agents?.items.find((agent) => agent.id === id)?.name ?? "somebody"
  const isComment = draft.trigger.kind === "comment"

  function setTrigger(trigger: RuleTrigger): void {
    if ((trigger.kind === "comment") === isComment) {
      set({ trigger })
      return
    }
    const conditions = draft.conditions.filter(({ type }) => type !== "post")
    set({ trigger, conditions, actions: draft.actions.map((action) => fitting(action, trigger)) })
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    save.mutate({ account, rule, mode, definition: tidied(draft) }, { onSuccess: onDone })
  }

  return (
    <form className="flex flex-col gap-4" onSubmit={submit}>
      <Field
        label="Name"
        hint="The team sees it beside what the rule sends."
        value={draft.name}
        error={wrong("name")}
        required
        autoFocus={rule === null}
        onChange={(event) => set({ name: event.target.value })}
      />
      <TriggerFields
        trigger={draft.trigger}
        error={wrong("trigger.minutes") ?? wrong("trigger.payload")}
        onChange={setTrigger}
      />
      <Lines
        title="If"
        none="Whatever it is."
        items={draft.conditions}
        nameOf={(one) => CONDITIONS.find(({ make }) => make().type === one.type)?.name ?? one.type}
        choices={CONDITIONS.filter((one) => isComment || !one.isForComments)}
        errorOf={(index) => wrong(`conditions.${index}`)}
        onChange={(conditions) => set({ conditions })}
        render={(condition: RuleCondition, onChange) => (
          <ConditionFields condition={condition} onChange={onChange} />
        )}
      />
      <Lines
        title="Then"
        none="Nothing yet."
        items={draft.actions}
        nameOf={(one) => ACTIONS.find(({ make }) => make().type === one.type)?.name ?? one.type}
        choices={ACTIONS.filter(({ isFor }) => isFor !== (isComment ? "messages" : "comments"))}
        errorOf={(index) => wrong(`actions.${index}`)}
        onChange={(actions) => set({ actions })}
        render={(action: RuleAction, onChange) => (
          <ActionFields action={action} agents={agents?.items ?? []} onChange={onChange} />
        )}
      />
      {wrong("actions") && (
        <p role="alert" className="text-red text-xs">
          {wrong("actions")}
        </p>
      )}
      <Options draft={draft} mode={mode} onChange={set} onMode={setMode} />
      <p role="note" aria-label="In words" dir="auto" className="rounded-lg bg-sunken px-3 py-2 text-sm">
        {describeRule(tidied(draft), nameOf)}
      </p>
      {save.error && (
        <p role="alert" className="text-red text-sm">
          Not saved: {explain(save.error)}
        </p>
      )}
      <span className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="primary" disabled={save.isPending}>
          Save
        </Button>
      </span>
      <TryoutSection account={account} definition={tidied(draft)} />
      {rule && <RuleVersions id={rule.id} nameOf={nameOf} />}
    </form>
  )
}

/** The action that fits another trigger: a comment is answered in private, a message with a message. */
function fitting(action: RuleAction, { kind }: RuleTrigger): RuleAction {
  if (kind === "comment" && action.type === "reply") return { type: "private_reply", text: action.text }
  if (kind !== "comment" && (action.type === "private_reply" || action.type === "public_reply"))
    return { type: "reply", text: action.text, quick_replies: [] }
  return action
}

/** Without the empty lines of what is typed line by line. */
function tidied(draft: RuleDefinition): RuleDefinition {
  const full = (values: string[]) => values.map((value) => value.trim()).filter((value) => value !== "")
  return {
    ...draft,
    conditions: draft.conditions.map((one) => {
      if (one.type === "text") return { ...one, values: full(one.values) }
      if (one.type === "labels") return { ...one, any: full(one.any), none: full(one.none) }
      return one.type === "post" ? { ...one, media_ig_ids: full(one.media_ig_ids) } : one
    }),
    actions: draft.actions.map((one) => {
      if (one.type === "label") return { ...one, add: full(one.add), remove: full(one.remove) }
      if (one.type !== "reply") return one
      return { ...one, quick_replies: one.quick_replies.filter(({ title }) => title.trim() !== "") }
    }),
  }
}

type OptionsProps = {
  draft: RuleDefinition
  mode: Rule["mode"]
  onChange: (change: Partial<RuleDefinition>) => void
  onMode: (mode: Rule["mode"]) => void
}

function Options({ draft, mode, onChange, onMode }: OptionsProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 text-ink-2 text-sm">
      <label className="flex items-center gap-2">
        For the same person
        <select
          value={draft.cooldown_s}
          onChange={({ target }) => onChange({ cooldown_s: Number(target.value) })}
          className={SELECT}
        >
          {cooldowns(draft.cooldown_s).map(([seconds, text]) => (
            <option key={seconds} value={seconds}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={draft.stops}
          onChange={({ target }) => onChange({ stops: target.checked })}
          className="size-4 accent-accent"
        />
        Stop here: ask no rule after it
      </label>
      <label className="flex items-center gap-2">
        Now
        <select
          value={mode}
          title={MODES[mode].hint}
          onChange={({ target }) => onMode(target.value as Rule["mode"])}
          className={SELECT}
        >
          {Object.entries(MODES).map(([one, { text }]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}
