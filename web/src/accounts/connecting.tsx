import { useId } from "react"
import { useChangeAccount } from "../api/accounts"
import { explain } from "../api/client"
import { useMe } from "../api/me"
import type { Account } from "../api/model"
import { CONNECTING, namePaces } from "../lib/account-words"
import { Toggle } from "../ui/toggle"

type ConnectingProps = { account: Account; whyOff: string | null }

/** Whether the account's customers are shown how to connect, how often members are thanked, and why neither has an effect. */
export function Connecting({ account, whyOff }: ConnectingProps) {
  const id = useId()
  const change = useChangeAccount()
  const mayChange = useMe().agent.role !== "agent"
  const isDisabled = !mayChange || change.isPending
  return (
    <div className="mt-3 flex flex-col gap-1 border-line border-t pt-3">
      <Toggle
        label={CONNECTING.name}
        hint={CONNECTING.hint}
        isOn={account.connects_customers}
        isDisabled={isDisabled}
        onChange={(connects_customers) => change.mutate({ id: account.id, connects_customers })}
      />
      {account.connects_customers && (
        <div className="mt-1 flex items-center gap-3">
          <label htmlFor={id} className="mr-auto text-sm">
            {CONNECTING.pace}
          </label>
          <select
            id={id}
            value={account.acknowledges_every_s ?? ""}
            disabled={isDisabled}
            onChange={({ target }) =>
              change.mutate({
                id: account.id,
                acknowledges_every_s: target.value === "" ? null : Number(target.value),
              })
            }
            className="rounded-md border border-line bg-surface px-2 py-1 text-sm disabled:text-ink-3"
          >
            {namePaces(account.acknowledges_every_s).map(([seconds, name]) => (
              <option key={seconds ?? ""} value={seconds ?? ""}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
      {account.connects_customers && whyOff && (
        <p className="text-xs text-amber wrap-anywhere">It has no effect: {whyOff}</p>
      )}
      {change.error && (
        <p role="alert" className="text-xs text-red">
          Not changed: {explain(change.error)}
        </p>
      )}
    </div>
  )
}
