import { useQuery } from "@tanstack/react-query"
import { type KeyboardEvent, useState } from "react"
import { Link, useLocation } from "wouter"
import { agents as agentsQuery } from "../api/agents"
import { explain } from "../api/client"
import { useMe } from "../api/me"
import type { Rule } from "../api/model"
import { rules as rulesQuery, useDeleteRule, useOrderRules, useSetMode } from "../api/rules"
import { describeRule, MODES } from "../lib/rule-words"
import { formatAgo, plural } from "../lib/time"
import { Button, IconButton } from "../ui/button"
import { showToast } from "../ui/toast"
import { useHandedFocus } from "../ui/use-handed-focus"
import { useNow } from "../ui/use-now"
import { Failure, Loading } from "./failure"

const MOST_COUNTED = 1000
const complain = (failure: Error) => showToast(explain(failure), { isError: true })

/** An account's rules, in the order in which they are asked. */
export function RuleList({ account }: { account: string }) {
  const { data, error, refetch } = useQuery(rulesQuery(account))
  const { data: agents } = useQuery(agentsQuery)
  const mayChange = useMe().agent.role !== "agent"
  const [, navigate] = useLocation()
  const order = useOrderRules()
  const focus = useHandedFocus<HTMLButtonElement>(data?.items.length)
  if (data === undefined)
    return error ? (
      <Failure what="Rules" error={error} onRetry={() => void refetch()} />
    ) : (
      <Loading what="rules" />
    )
  const items = data.items
  const nameOf = (id: string) => agents?.items.find((agent) => agent.id === id)?.name ?? "somebody"

  function move(index: number, by: number): void {
    const ids = items.map(({ id }) => id)
    const [moved] = ids.splice(index, 1)
    if (moved === undefined) return
    ids.splice(index + by, 0, moved)
    order.mutate({ account, ids }, { onError: complain })
  }

  return (
    <>
      <p className="text-ink-2 text-sm">
        Rules are asked from top to bottom, the moment something comes. What people send goes first, and where
        a person answers, rules keep quiet.
      </p>
      {items.length === 0 && <p className="text-ink-3 text-sm">There is none yet.</p>}
      <ol aria-label="Rules" {...focus.holder} className="flex flex-col gap-2">
        {items.map((rule, index) => (
          <RuleItem
            key={rule.id}
            rule={rule}
            words={describeRule(rule.definition, nameOf)}
            mayChange={mayChange}
            onUp={index > 0 ? () => move(index, -1) : null}
            onDown={index < items.length - 1 ? () => move(index, 1) : null}
          />
        ))}
      </ol>
      {mayChange ? (
        <Button
          ref={focus.heir}
          icon="plus"
          look="primary"
          className="self-start"
          onClick={() => navigate(`/rules/new?account=${account}`)}
        >
          New rule
        </Button>
      ) : (
        <p className="text-ink-3 text-sm">Owners and admins change rules.</p>
      )}
    </>
  )
}

type ItemProps = {
  rule: Rule
  words: string
  mayChange: boolean
  onUp: (() => void) | null
  onDown: (() => void) | null
}

function RuleItem({ rule, words, mayChange, onUp, onDown }: ItemProps) {
  const now = useNow()
  const setMode = useSetMode()
  const { name } = rule.definition
  return (
    <li
      aria-label={name}
      className={`flex flex-col gap-2 rounded-xl border border-line p-3 ${rule.mode === "off" ? "border-dashed bg-canvas" : ""}`}
    >
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="min-w-0 flex-1 basis-40 font-medium">{name}</h2>
        <select
          aria-label={`${name}: on, off or watching`}
          title={MODES[rule.mode].hint}
          value={rule.mode}
          disabled={!mayChange || setMode.isPending}
          onChange={({ target }) =>
            setMode.mutate({ id: rule.id, mode: target.value as Rule["mode"] }, { onError: complain })
          }
          className="h-7 rounded-md border border-line bg-surface px-1.5 text-xs"
        >
          {Object.entries(MODES).map(([mode, { text }]) => (
            <option key={mode} value={mode}>
              {text}
            </option>
          ))}
        </select>
      </div>
      <p dir="auto" className="text-ink-2 text-sm">
        {words}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <Link
          href={`/rules/log?account=${rule.account_id}&rule=${rule.id}`}
          className="text-ink-3 text-xs underline-offset-2 hover:underline max-pane:basis-full"
        >
          {describeCount(rule, now)}
        </Link>
        <span className="flex-1" />
        {mayChange && <Tools rule={rule} onUp={onUp} onDown={onDown} />}
      </div>
    </li>
  )
}

function describeCount(rule: Rule, now: number): string {
  if (rule.last_fired_at == null) return "never fired"
  const count = rule.fired >= MOST_COUNTED ? `${MOST_COUNTED} times or more` : plural(rule.fired, "time")
  return `${count} in 7 days, last ${formatAgo(Date.parse(rule.last_fired_at), now)}`
}

function Tools({ rule, onUp, onDown }: Pick<ItemProps, "rule" | "onUp" | "onDown">) {
  const remove = useDeleteRule()
  const [fate, setFate] = useState<"asked" | "kept" | null>(null)
  const [, navigate] = useLocation()
  const { name } = rule.definition
  const keep = () => setFate("kept")
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape") keep()
  }
  if (fate === "asked")
    return (
      <fieldset aria-label={`Delete ${name}?`} className="flex gap-1.5">
        <Button
          small
          look="danger"
          onKeyDown={press}
          onClick={() => remove.mutate(rule.id, { onError: complain })}
        >
          Delete
        </Button>
        <Button small look="quiet" autoFocus onKeyDown={press} onClick={keep}>
          Keep
        </Button>
      </fieldset>
    )
  return (
    <>
      <IconButton
        icon="up"
        label={`Ask ${name} sooner`}
        aria-disabled={onUp === null}
        onClick={() => onUp?.()}
      />
      <IconButton
        icon="down"
        label={`Ask ${name} later`}
        aria-disabled={onDown === null}
        onClick={() => onDown?.()}
      />
      <Button
        small
        aria-label={`Edit ${name}`}
        onClick={() => navigate(`/rules/${rule.id}?account=${rule.account_id}`)}
      >
        Edit
      </Button>
      <IconButton
        icon="close"
        label={`Delete ${name}`}
        autoFocus={fate === "kept"}
        onClick={() => setFate("asked")}
      />
    </>
  )
}
