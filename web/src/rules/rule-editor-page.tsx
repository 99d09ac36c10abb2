import { useQuery } from "@tanstack/react-query"
import { useLocation } from "wouter"
import { useMe } from "../api/me"
import { rules as rulesQuery } from "../api/rules"
import { Failure, Loading } from "./failure"
import { RuleEditor } from "./rule-editor"

/** A rule to write or to change; `id` null: a new one. */
export function RuleEditorPage({ account, id }: { account: string; id: string | null }) {
  const { data, error, refetch } = useQuery(rulesQuery(account))
  const [, navigate] = useLocation()
  const back = () => navigate(`/rules?account=${account}`)
  if (useMe().agent.role === "agent")
    return <p className="text-ink-2 text-sm">Owners and admins change rules.</p>
  if (id === null) return <RuleEditor account={account} rule={null} onDone={back} />
  if (data === undefined)
    return error ? (
      <Failure what="The rule" error={error} onRetry={() => void refetch()} />
    ) : (
      <Loading what="the rule" />
    )
  const rule = data.items.find((one) => one.id === id)
  if (rule === undefined) return <p className="text-ink-2 text-sm">There is no such rule any more.</p>
  return <RuleEditor key={rule.version} account={account} rule={rule} onDone={back} />
}
