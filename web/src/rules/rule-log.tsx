import { useInfiniteQuery, useQuery } from "@tanstack/react-query"
import { Link, useLocation, useSearch } from "wouter"
import type { RuleRun } from "../api/model"
import { ruleRuns, rules as rulesQuery } from "../api/rules"
import { formatExact } from "../lib/time"
import { Button } from "../ui/button"
import { Failure, Loading } from "./failure"
import { SELECT } from "./parts"

const KINDS: Record<RuleRun["kind"], string> = {
  message: "A message",
  comment: "A comment",
  reaction: "A reaction",
  referral: "A link or ad",
  no_answer: "No answer",
  window_closing: "Window closing",
}

const OUTCOMES = { done: "done", partly: "partly done", refused: "not done", watched: "only watched" }

/** For each event which rules were looked at, which fired, what came of it and why not. */
export function RuleLog({ account }: { account: string }) {
  const search = new URLSearchParams(useSearch())
  const [, navigate] = useLocation()
  const filter = { rule: search.get("rule"), fired: search.get("fired") === "1" }
  const { data: rules } = useQuery(rulesQuery(account))
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(
    ruleRuns(account, filter),
  )
  const runs = data?.pages.flatMap(({ items }) => items)

  function show(name: string, value: string | null): void {
    search.set("account", account)
    if (value === null) search.delete(name)
    else search.set(name, value)
    navigate(`/rules/log?${search}`, { replace: true })
  }

  return (
    <>
      <div className="flex flex-wrap items-center gap-3 text-ink-2 text-sm">
        <select
          aria-label="Rule"
          value={filter.rule ?? ""}
          onChange={({ target }) => show("rule", target.value || null)}
          className={SELECT}
        >
          <option value="">All rules</option>
          {rules?.items.map((rule) => (
            <option key={rule.id} value={rule.id}>
              {rule.definition.name}
            </option>
          ))}
        </select>
        <label className="flex items-center gap-1.5">
          <input
            type="checkbox"
            checked={filter.fired}
            onChange={({ target }) => show("fired", target.checked ? "1" : null)}
            className="size-4 accent-accent"
          />
          Only where a rule fired
        </label>
        <Button small icon="retry" onClick={() => void refetch()}>
          Look again
        </Button>
      </div>
      {runs === undefined &&
        (error ? (
          <Failure what="The log" error={error} onRetry={() => void refetch()} />
        ) : (
          <Loading what="the log" />
        ))}
      {runs?.length === 0 && (
        <p className="text-ink-3 text-sm">Nothing has come yet that a rule waits for.</p>
      )}
      <ol aria-label="Log" className="flex flex-col gap-2">
        {runs?.map((run) => (
          <Run key={run.id} run={run} />
        ))}
      </ol>
      {hasNextPage && (
        <Button className="self-start" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Earlier
        </Button>
      )}
    </>
  )
}

function Run({ run }: { run: RuleRun }) {
  const fires = new Map(run.fires.map((fire) => [fire.rule_id, fire]))
  return (
    <li className="flex flex-col gap-1 rounded-xl border border-line p-3 text-sm">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-medium">{KINDS[run.kind]}</span>
        <span className="text-ink-3 text-xs">{formatExact(run.at)}</span>
        {run.kind === "comment" && run.subject_id && (
          <Link href={`/comments/${run.subject_id}`} className="text-xs underline">
            Comment
          </Link>
        )}
        {run.conversation_id && (
          <Link href={`/inbox/${run.conversation_id}`} className="text-xs underline">
            Conversation
          </Link>
        )}
      </p>
      {run.quiet && <p className="text-ink-2">No rule was asked: {run.quiet}.</p>}
      <ul>
        {run.looked.map((one) => {
          const fire = fires.get(one.rule_id)
          return (
            <li key={one.rule_id}>
              <span className="font-medium">{one.name}</span>{" "}
              {one.fired ? (
                <span className="text-ink-2">
                  fired{fire ? `: ${OUTCOMES[fire.outcome]}` : ", and had done so before"}
                </span>
              ) : (
                <span className="text-ink-3">did not fire: {one.why}</span>
              )}
              {fire?.results
                .filter(({ why }) => why != null)
                .map((result) => (
                  <span key={result.action} className="block text-ink-2 text-xs">
                    {result.action}: {result.why}
                  </span>
                ))}
            </li>
          )
        })}
      </ul>
      {run.passed_over > 0 && <p className="text-ink-3 text-xs">{describePassedOver(run.passed_over)}</p>}
    </li>
  )
}

function describePassedOver(count: number): string {
  return count === 1
    ? "1 rule did not fire: none of its words occurs."
    : `${count} rules did not fire: none of their words occurs.`
}
