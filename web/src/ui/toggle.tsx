type ToggleProps = {
  label: string
  hint: string
  isOn: boolean
  isDisabled: boolean
  onChange: (isOn: boolean) => void
}

/** Something that is on or off, with a line about what that means. */
export function Toggle({ label, hint, isOn, isDisabled, onChange }: ToggleProps) {
  return (
    <>
      <label className="flex items-center justify-between gap-3 py-0.5 text-sm text-ink-2">
        {label}
        <input
          type="checkbox"
          checked={isOn}
          disabled={isDisabled}
          onChange={(event) => onChange(event.target.checked)}
          className="size-4 accent-accent"
        />
      </label>
      <p className="text-xs text-ink-3">{hint}</p>
    </>
  )
}
