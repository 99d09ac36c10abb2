import type { RuleTrigger } from "../api/model"
import { TRIGGERS } from "../lib/rule-words"
import { Choice, Count, INPUT } from "./parts"

const KINDS = Object.entries(TRIGGERS) as [RuleTrigger["kind"], string][]
const USUAL_MINUTES = { no_answer: 30, window_closing: 120 }

type Props = { trigger: RuleTrigger; error: string | null; onChange: (trigger: RuleTrigger) => void }

/** "When …" */
export function TriggerFields({ trigger, error, onChange }: Props) {
  function choose(kind: RuleTrigger["kind"]): void {
    const hasWait = kind === "no_answer" || kind === "window_closing"
    onChange(hasWait ? { kind, minutes: USUAL_MINUTES[kind] } : { kind })
  }
  return (
    <fieldset className="flex flex-wrap items-center gap-2 text-sm">
      <legend className="mb-1.5 font-medium text-ink-2 text-sm">When</legend>
      <Choice label="When" value={trigger.kind} options={KINDS} onChange={choose} />
      {trigger.minutes != null && (
        <>
          <Count
            label="Minutes"
            least={1}
            value={trigger.minutes}
            onChange={(minutes) => onChange({ ...trigger, minutes: minutes ?? 1 })}
          />
          {trigger.kind === "no_answer" ? "minutes" : "minutes before"}
        </>
      )}
      {trigger.kind === "tapped" && (
        <input
          aria-label="Payload of the choice"
          placeholder="payload; empty: any choice"
          value={trigger.payload ?? ""}
          onChange={({ target }) => onChange({ kind: "tapped", payload: target.value || null })}
          className={INPUT}
        />
      )}
      {error && (
        <p role="alert" className="w-full text-red text-xs">
          {error}
        </p>
      )}
    </fieldset>
  )
}
