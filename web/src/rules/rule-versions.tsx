import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { ruleVersions } from "../api/rules"
import { describeRule, MODES } from "../lib/rule-words"
import { formatExact } from "../lib/time"
import { Failure, Loading } from "./failure"

/** What the rule said before, and who changed it; fetched once somebody looks. */
export function RuleVersions({ id, nameOf }: { id: string; nameOf: (agent: string) => string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cursor-pointer py-1 text-ink-2 text-sm">Earlier versions</summary>
      {isOpen && <All id={id} nameOf={nameOf} />}
    </details>
  )
}

function All({ id, nameOf }: { id: string; nameOf: (agent: string) => string }) {
  const { data, error, refetch } = useQuery(ruleVersions(id))
  if (data === undefined)
    return error ? (
      <Failure what="Versions" error={error} onRetry={() => void refetch()} />
    ) : (
      <Loading what="versions" />
    )
  return (
    <ol aria-label="Versions" className="flex flex-col gap-2 py-2">
      {data.items.map((one) => (
        <li key={one.version} className="text-sm">
          <p className="text-ink-3 text-xs">
            {one.version} · {MODES[one.mode].text} · {one.by} · {formatExact(one.at)}
          </p>
          <p dir="auto">{describeRule(one.definition, nameOf)}</p>
        </li>
      ))}
    </ol>
  )
}
