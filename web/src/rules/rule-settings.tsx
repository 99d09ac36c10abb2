import { useQuery } from "@tanstack/react-query"
import { type FormEvent, useState } from "react"
import { ApiError, explain } from "../api/client"
import { useMe } from "../api/me"
import type { Automation } from "../api/model"
import { rules as rulesQuery, useSetAutomation } from "../api/rules"
import { Button } from "../ui/button"
import { Field } from "../ui/field"
import { showToast } from "../ui/toast"
import { Failure, Loading } from "./failure"
import { Words } from "./parts"
import { SpanFields } from "./span-fields"

/** What holds for all rules of an account. */
export function RuleSettings({ account }: { account: string }) {
  const { data, error, refetch } = useQuery(rulesQuery(account))
  if (data === undefined)
    return error ? (
      <Failure what="The settings" error={error} onRetry={() => void refetch()} />
    ) : (
      <Loading what="the settings" />
    )
  return <Form account={account} kept={data.settings} />
}

const WORDS = [
  ["opt_out_words", "Who writes this hears from rules no more"],
  ["opt_in_words", "until they write this"],
  ["person_words", "Who writes this gets a person"],
] as const

function Form({ account, kept }: { account: string; kept: Automation }) {
  const [draft, setDraft] = useState(kept)
  const mayChange = useMe().agent.role !== "agent"
  const save = useSetAutomation(account)
  const refusal = save.error instanceof ApiError ? save.error : null
  const wrong = (field: string) => (refusal?.field === field ? refusal.message : null)
  const set = (change: Partial<Automation>): void => setDraft({ ...draft, ...change })

  function submit(event: FormEvent): void {
    event.preventDefault()
    const full = (values: string[]) => values.map((value) => value.trim()).filter((value) => value !== "")
    const body = {
      ...draft,
      opt_out_words: full(draft.opt_out_words),
      opt_in_words: full(draft.opt_in_words),
      person_words: full(draft.person_words),
    }
    save.mutate(body, { onSuccess: () => showToast("Saved. It holds from the next message on.") })
  }

  return (
    <form onSubmit={submit}>
      <fieldset disabled={!mayChange} className="flex flex-col gap-4">
        <Field
          label="Every automatic text says besides"
          hint="Where law or Instagram ask for it: that it is automatic, and how to reach a person."
          value={draft.disclosure ?? ""}
          error={wrong("disclosure")}
          placeholder="Automatic answer. Write “human” to reach a person."
          onChange={(event) => set({ disclosure: event.target.value || null })}
        />
        {WORDS.map(([name, text]) => (
          <div key={name} className="flex flex-col gap-1.5 font-medium text-ink-2 text-sm">
            {text}
            <Words
              label={text}
              hint="words, one a line"
              values={draft[name]}
              onChange={(words) => set({ [name]: words })}
            />
            {wrong(name) && <p className="font-normal text-red text-xs">{wrong(name)}</p>}
          </div>
        ))}
        <Field
          label="A person's answer keeps rules out for so many minutes"
          type="number"
          min={0}
          value={draft.pause_minutes}
          error={wrong("pause_minutes")}
          onChange={(event) => set({ pause_minutes: Number(event.target.value) })}
        />
        <Field
          label="Automatic messages to one person within an hour, at most"
          hint="Whoever reaches that is taken for a loop: rules are out for a day, and the team is told."
          type="number"
          min={1}
          value={draft.most_per_hour}
          error={wrong("most_per_hour")}
          onChange={(event) => set({ most_per_hour: Number(event.target.value) })}
        />
        <Field
          label="Time zone"
          hint="As in Europe/Madrid."
          value={draft.zone}
          error={wrong("zone")}
          onChange={(event) => set({ zone: event.target.value })}
        />
        <div className="flex flex-col gap-1.5 font-medium text-ink-2 text-sm">
          Business hours; without any it is always open
          <SpanFields spans={draft.hours} onChange={(hours) => set({ hours })} />
          {wrong("hours") && <p className="font-normal text-red text-xs">{wrong("hours")}</p>}
        </div>
        {save.error && refusal?.field == null && (
          <p role="alert" className="text-red text-sm">
            Not saved: {explain(save.error)}
          </p>
        )}
        {mayChange ? (
          <Button type="submit" look="primary" className="self-end" disabled={save.isPending}>
            Save
          </Button>
        ) : (
          <p className="text-ink-3 text-sm">Owners and admins change this.</p>
        )}
      </fieldset>
    </form>
  )
}
