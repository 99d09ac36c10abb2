import { useState } from "react"
import { useDisconnect, useStopAccount } from "../api/accounts"
import { explain } from "../api/client"
import { useMe } from "../api/me"
import type { Account } from "../api/model"
import { connectPath } from "../lib/account-words"
import { formatMoment } from "../lib/time"
import { Button } from "../ui/button"
import { useNow } from "../ui/use-now"

/** Our link to Instagram: what does not work, and what owners and admins can do about it. */
export function Link({ account }: { account: Account }) {
  const now = useNow()
  const may = useMe().agent.role !== "agent"
  const stop = useStopAccount()
  const isLeft = account.disconnected_at !== null
  return (
    <div className="mt-3 flex flex-col gap-2 border-line border-t pt-3 text-sm">
      {account.erase_at && (
        <p className="text-amber">
          {Date.parse(account.erase_at) > now
            ? `Everything of this account will be erased on ${formatMoment(Date.parse(account.erase_at), now)}.`
            : "Everything of this account is erased as soon as nothing holds it."}{" "}
          Connect it again before, and all stays.
        </p>
      )}
      {account.stopped_by && (
        <p className="text-amber">{account.stopped_by} stopped its sending: it waits.</p>
      )}
      {account.missing?.map((one) => (
        <p key={one} className="text-amber">
          {one}
        </p>
      ))}
      {account.is_development && !isLeft && (
        <p className="text-amber">
          The development account that this installation's settings name (CONFAB_DEV_ACCOUNT_ID). It gives way
          as soon as another is connected.
        </p>
      )}
      <p className="text-xs text-ink-3">Meta app: {account.meta_app ?? "the environment's"}</p>
      {may && (
        <div className="flex flex-wrap items-center gap-2">
          <a className="font-medium text-accent-text underline" href={connectPath(account)}>
            {isLeft || account.health === "reconnect" ? "Reconnect" : "Connect again"}
          </a>
          {!isLeft && (
            <Button
              small
              disabled={stop.isPending}
              onClick={() => stop.mutate({ id: account.id, isStopped: account.stopped_at === null })}
            >
              {account.stopped_at === null ? "Pause sending" : "Go on sending"}
            </Button>
          )}
          {!isLeft && <Disconnect account={account} />}
        </div>
      )}
      {stop.error && <p role="alert">Not changed: {explain(stop.error)}</p>}
    </div>
  )
}

function Disconnect({ account }: { account: Account }) {
  const [isAsked, setAsked] = useState(false)
  const leave = useDisconnect()
  if (!isAsked) {
    return (
      <Button small look="danger" onClick={() => setAsked(true)}>
        Disconnect
      </Button>
    )
  }
  return (
    <fieldset aria-label={`Disconnect @${account.username}`} className="flex w-full flex-col gap-2">
      <p>
        Nothing comes or goes any more. What is here stays for 30 days, and is erased then unless you connect
        the account again.
      </p>
      <div className="flex gap-2">
        <Button small look="danger" disabled={leave.isPending} onClick={() => leave.mutate(account.id)}>
          Disconnect @{account.username}
        </Button>
        <Button small onClick={() => setAsked(false)}>
          Keep it
        </Button>
      </div>
      {leave.error && <p role="alert">Not disconnected: {explain(leave.error)}</p>}
    </fieldset>
  )
}
