import { useState } from "react"

type ChoiceProps = { chosen: string[]; known: string[]; onChange: (labels: string[]) => void }

/** The labels of something: choose among those that are known, or type a new one. */
export function LabelChoice({ chosen, known, onChange }: ChoiceProps) {
  const [typed, setTyped] = useState("")
  const names = [...new Set([...chosen, ...known])].sort()
  const fresh = typed.trim()
  const matching = names.filter((name) => name.toLocaleLowerCase().includes(fresh.toLocaleLowerCase()))

  function toggle(name: string): void {
    onChange(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name])
  }

  return (
    <div className="w-60">
      <form
        className="p-1.5"
        onSubmit={(event) => {
          event.preventDefault()
          if (fresh === "") return
          toggle(names.find((name) => name.toLocaleLowerCase() === fresh.toLocaleLowerCase()) ?? fresh)
          setTyped("")
        }}
      >
        <input
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          aria-label="Find or add a label"
          placeholder="Find or add a label"
          className="h-8 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-sm placeholder:text-ink-3"
        />
      </form>
      {matching.map((name) => (
        <label key={name} className="tap flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 hover:bg-hover">
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={() => toggle(name)}
            className="size-4 accent-accent"
          />
          <span className="truncate">{name}</span>
        </label>
      ))}
      {fresh !== "" && !names.includes(fresh) && (
        <p className="px-2.5 py-1.5 text-sm text-ink-3">Enter adds “{fresh}”</p>
      )}
      {names.length === 0 && fresh === "" && (
        <p className="px-2.5 pt-1 pb-2 text-sm text-ink-3">No labels yet. Type the first one.</p>
      )}
    </div>
  )
}
