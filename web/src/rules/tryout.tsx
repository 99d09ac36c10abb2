import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { Link } from "wouter"
import { explain } from "../api/client"
import type { RuleDefinition, Tryout } from "../api/model"
import { tryRule } from "../api/rules"
import { formatExact, plural } from "../lib/time"
import { Button } from "../ui/button"

const SHOWN = 200

type State = {
  seen: number
  fired: Tryout["fired"]
  misses: Record<string, number>
  upTo: string | null
  cutOff: string | null
}

const NOTHING: State = { seen: 0, fired: [], misses: {}, upTo: null, cutOff: null }

/** What the rule would have done to the last 30 days, piece by piece. Nothing is sent. */
export function TryoutSection({ account, definition }: { account: string; definition: RuleDefinition }) {
  const [found, setFound] = useState<State | null>(null)
  const bench = useMutation({
    mutationFn: async () => {
      let state = NOTHING
      setFound(state)
      for await (const piece of tryRule(account, definition)) {
        state = joined(state, piece)
        setFound(state)
      }
    },
  })
  const { isPending: isRunning, error: failure } = bench

  return (
    <section aria-label="Test bench" className="flex flex-col gap-2 rounded-xl border border-line p-3">
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="flex-1 font-medium text-sm">What would it have done in the last 30 days?</h2>
        <Button icon="retry" aria-disabled={isRunning} onClick={() => isRunning || bench.mutate()}>
          {isRunning ? "Trying…" : "Try it"}
        </Button>
      </div>
      <p className="text-ink-3 text-xs">
        Nothing is sent. The rule is asked by itself: what other rules stop, and what people's answers pause,
        is left out.
      </p>
      {failure && (
        <p role="alert" className="text-red text-sm">
          It could not be tried: {explain(failure)}
        </p>
      )}
      {found && !failure && <Found found={found} isRunning={isRunning} />}
    </section>
  )
}

function joined(state: State, tryout: Tryout): State {
  const misses = { ...state.misses }
  for (const [why, count] of Object.entries(tryout.misses)) misses[why] = (misses[why] ?? 0) + count
  return {
    seen: state.seen + tryout.seen,
    fired: [...state.fired, ...tryout.fired],
    misses,
    upTo: tryout.up_to,
    cutOff: tryout.cut_off,
  }
}

function Found({ found, isRunning }: { found: State; isRunning: boolean }) {
  const shown = found.fired.slice(-SHOWN).reverse()
  return (
    <>
      <p role="status" aria-label="Result" className="text-sm">
        Of {plural(found.seen, "event")} it would have fired for {found.fired.length}.
        {isRunning && found.upTo && ` Looked at up to ${formatExact(found.upTo)} …`}
        {found.cutOff && found.upTo && ` ${found.cutOff} Looked at up to ${formatExact(found.upTo)}.`}
      </p>
      <ul aria-label="Why not" className="text-ink-2 text-xs">
        {Object.entries(found.misses).map(([why, count]) => (
          <li key={why}>
            {count} ×: {why}
          </li>
        ))}
      </ul>
      <ol aria-label="It would have fired for" className="flex flex-col divide-y divide-line">
        {shown.map((one) => (
          <li key={one.subject_id} className="flex flex-wrap items-baseline gap-x-3 py-1.5 text-sm">
            <span className="text-ink-3 text-xs">{formatExact(one.at)}</span>
            <span className="font-medium">
              {one.name ?? (one.username ? `@${one.username}` : "Somebody")}
            </span>
            <Words event={one} />
          </li>
        ))}
      </ol>
    </>
  )
}

/** What was written, which leads to where it stands. */
function Words({ event }: { event: Tryout["fired"][number] }) {
  const look = "min-w-0 flex-1 truncate max-pane:basis-full"
  const words = event.text ?? "without words"
  const place =
    event.kind === "comment"
      ? `/comments/${event.subject_id}`
      : event.conversation_id && `/inbox/${event.conversation_id}`
  return place ? (
    <Link href={place} className={`${look} underline`} dir="auto">
      {words}
    </Link>
  ) : (
    <span className={look} dir="auto">
      {words}
    </span>
  )
}
