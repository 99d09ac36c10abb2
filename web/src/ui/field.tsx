import { type ComponentProps, useId } from "react"

type FieldProps = ComponentProps<"input"> & { label: string; hint?: string; error?: string | null }

export function Field({ label, hint, error = null, ...input }: FieldProps) {
  const id = useId()
  const about = error ?? hint
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium text-ink-2">
        {label}
      </label>
      <input
        id={id}
        {...input}
        aria-invalid={error !== null}
        aria-describedby={about ? `${id}-about` : undefined}
        className="h-10 rounded-lg border border-line-strong bg-surface px-3 text-base text-ink outline-offset-0 placeholder:text-ink-3 aria-invalid:border-red"
      />
      {about && (
        <p id={`${id}-about`} className={`text-xs ${error ? "text-red" : "text-ink-3"}`}>
          {about}
        </p>
      )}
    </div>
  )
}
