import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { labels as labelsQuery } from "../api/labels"
import type { Conversation } from "../api/model"
import { IconButton } from "../ui/button"
import { Popover } from "../ui/popover"
import { useActions } from "./use-actions"

type LabelProps = { conversation: Conversation; buttonRef?: (element: HTMLButtonElement | null) => void }

/** In the header it has a key, and gives its button to whoever presses it. */
export function LabelMenu({ conversation, buttonRef }: LabelProps) {
  const name = buttonRef ? "Label" : "Edit labels"
  return (
    <Popover
      label="Labels"
      role="dialog"
      buttonRef={buttonRef}
      button={(properties) => (
        <IconButton {...properties} icon="tag" label={name} {...(buttonRef && { shortcut: "l" })} />
      )}
    >
      {() => <LabelChoice conversation={conversation} />}
    </Popover>
  )
}

function LabelChoice({ conversation }: { conversation: Conversation }) {
  const { label } = useActions()
  const { data: labels } = useQuery(labelsQuery)
  const [typed, setTyped] = useState("")
  const names = [...new Set([...conversation.labels, ...(labels?.items.map((one) => one.name) ?? [])])].sort()
  const fresh = typed.trim()
  const matching = names.filter((name) => name.toLocaleLowerCase().includes(fresh.toLocaleLowerCase()))

  function toggle(name: string): void {
    const has = conversation.labels.includes(name)
    label(
      conversation,
      has ? conversation.labels.filter((one) => one !== name) : [...conversation.labels, name],
    )
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
            checked={conversation.labels.includes(name)}
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
