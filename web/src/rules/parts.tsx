import type { ReactNode } from "react"
import { IconButton } from "../ui/button"
import { useHandedFocus } from "../ui/use-handed-focus"

export const SELECT = "h-8 rounded-lg border border-line-strong bg-surface px-2 text-sm"
export const INPUT =
  "h-8 min-w-0 rounded-lg border border-line-strong bg-surface px-2 text-sm text-ink placeholder:text-ink-3"

type ChoiceProps<T extends string> = {
  label: string
  value: T
  options: readonly (readonly [T, string])[]
  onChange: (value: T) => void
}

/** One of several, by its words. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => {
        const found = options.find(([option]) => option === event.target.value)
        if (found) onChange(found[0])
      }}
      className={SELECT}
    >
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  )
}

type WordsProps = { label: string; hint: string; values: string[]; onChange: (values: string[]) => void }

/** Several words or phrases, one a line. */
export function Words({ label, hint, values, onChange }: WordsProps) {
  return (
    <textarea
      aria-label={label}
      placeholder={hint}
      dir="auto"
      rows={Math.min(6, Math.max(1, values.length))}
      value={values.join("\n")}
      onChange={(event) => onChange(event.target.value === "" ? [] : event.target.value.split("\n"))}
      className="min-w-40 flex-1 rounded-lg border border-line-strong bg-surface px-2 py-1 text-sm text-ink placeholder:text-ink-3"
    />
  )
}

type NumberProps = {
  label: string
  value: number | null
  least?: number
  onChange: (value: number | null) => void
}

/** A whole number, or none. */
export function Count({ label, value, least = 0, onChange }: NumberProps) {
  return (
    <input
      type="number"
      aria-label={label}
      min={least}
      value={value ?? ""}
      onChange={({ target }) => onChange(target.value === "" ? null : Math.trunc(target.valueAsNumber))}
      className={`${INPUT} w-20`}
    />
  )
}

type TextProps = { label: string; value: string; hint?: string; onChange: (value: string) => void }

export function LongText({ label, value, hint, onChange }: TextProps) {
  return (
    <textarea
      aria-label={label}
      placeholder={hint}
      dir="auto"
      rows={3}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="w-full rounded-lg border border-line-strong bg-surface px-2 py-1.5 text-sm text-ink placeholder:text-ink-3"
    />
  )
}

type LineProps = { name: string; error: string | null; onRemove: () => void; children: ReactNode }

/** A condition or an action: its fields, what is wrong with it, and a way to take it out. */
function Line({ name, error, onRemove, children }: LineProps) {
  return (
    <li aria-label={name} className="flex flex-col gap-1 rounded-xl border border-line p-2">
      <div className="flex items-start gap-2">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2 text-sm">{children}</div>
        <IconButton icon="close" label={`Remove: ${name}`} onClick={onRemove} />
      </div>
      {error && (
        <p role="alert" className="text-red text-xs">
          {error}
        </p>
      )}
    </li>
  )
}

type LinesProps<T> = {
  title: string
  none: string
  items: T[]
  nameOf: (item: T) => string
  choices: { name: string; make: () => T }[]
  errorOf: (index: number) => string | null
  onChange: (items: T[]) => void
  render: (item: T, onChange: (item: T) => void) => ReactNode
}

/** Conditions or actions: one below the other, and a way to add another. */
export function Lines<T>({ title, none, items, nameOf, choices, errorOf, onChange, render }: LinesProps<T>) {
  const focus = useHandedFocus<HTMLSelectElement>(items.length)
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 font-medium text-ink-2 text-sm">{title}</legend>
      {items.length === 0 && <p className="text-ink-3 text-sm">{none}</p>}
      <ul {...focus.holder} className="flex flex-col gap-2">
        {items.map((item, index) => (
          <Line
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place in the rule
            key={index}
            name={nameOf(item)}
            error={errorOf(index)}
            onRemove={() => onChange(items.filter((_, at) => at !== index))}
          >
            {render(item, (changed) => onChange(items.map((one, at) => (at === index ? changed : one))))}
          </Line>
        ))}
      </ul>
      <select
        ref={focus.heir}
        aria-label={`Add to: ${title}`}
        value=""
        onChange={({ target }) => {
          const chosen = choices.find(({ name }) => name === target.value)
          if (chosen) onChange([...items, chosen.make()])
        }}
        className={`${SELECT} self-start`}
      >
        <option value="">Add …</option>
        {choices.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </fieldset>
  )
}
