import { useQuery } from "@tanstack/react-query"
import { type ReactNode, useId } from "react"
import { useChangeAccount } from "../api/accounts"
import { explain } from "../api/client"
import { useMe } from "../api/me"
import type { Account } from "../api/model"
import { queues } from "../api/outbox"
import {
  describeComplete,
  describeReceiving,
  HEALTH,
  HUMAN_AGENT,
  INDICATORS,
  MEDIA_MODE,
} from "../lib/account-words"
import { describeQueue } from "../lib/queue-words"
import { formatAgo, formatExact } from "../lib/time"
import { Avatar } from "../ui/avatar"
import { Icon, type IconName } from "../ui/icon"
import { Toggle } from "../ui/toggle"
import { useNow } from "../ui/use-now"
import { Connecting } from "./connecting"
import { ImportPanel } from "./import-panel"
import { Link } from "./link"

/** One account. What is well is said quietly; what is not has a mark and its reason. */
export function AccountCard({ account, connectingOff }: { account: Account; connectingOff: string | null }) {
  const id = useId()
  const isWell = account.health === "ok"
  return (
    <section aria-labelledby={id} className="rounded-xl border border-line p-4">
      <header className="flex items-center gap-3">
        <Avatar id={account.id} name={account.username} size={36} square />
        <div className="mr-auto min-w-0">
          <h3 id={id} className="truncate text-base leading-5 font-semibold">
            @{account.username}
          </h3>
          {account.name && <p className="truncate text-xs text-ink-3">{account.name}</p>}
        </div>
        <p
          className={`flex shrink-0 items-center gap-1.5 text-sm font-medium ${isWell ? "text-ink-2" : "text-red"}`}
        >
          {isWell ? (
            <span aria-hidden="true" className="size-2 rounded-full bg-green" />
          ) : (
            <Icon name="alert" size={15} />
          )}
          {HEALTH[account.health]}
        </p>
      </header>
      {account.health_reason && (
        <p className="mt-2 text-sm text-red wrap-anywhere">{account.health_reason}</p>
      )}
      {account.token_error && account.token_error !== account.health_reason && (
        <p className="mt-2 text-sm text-amber wrap-anywhere">{account.token_error}</p>
      )}
      <Arrival account={account} />
      <HumanAgent account={account} />
      <Indicators account={account} />
      <MediaMode account={account} />
      <Link account={account} />
      <QueueLine account={account} />
      <Connecting account={account} whyOff={connectingOff} />
      <ImportPanel account={account} />
    </section>
  )
}

function Arrival({ account }: { account: Account }) {
  const now = useNow()
  const { complete_up_to: at, incomplete_reason: reason } = account
  const isPolled = account.receiving === "polling"
  return (
    <ul className="mt-3 flex flex-col gap-1.5 text-sm text-ink-2">
      <Line icon={isPolled ? "alert" : "check"} isOdd={isPolled}>
        <span className="sr-only">Messages arrive by: </span>
        {describeReceiving(account, now)}
      </Line>
      <Line icon={at === null ? "clock" : "check"}>
        {at === null ? (
          describeComplete(account, now)
        ) : (
          <time dateTime={at} title={`${formatExact(at)}, ${formatAgo(Date.parse(at), now)}`}>
            {describeComplete(account, now)}
          </time>
        )}
      </Line>
      {reason && (
        <Line icon="alert" isOdd>
          {reason}
        </Line>
      )}
    </ul>
  )
}

type LineProps = { icon: IconName; isOdd?: boolean; children: ReactNode }

function Line({ icon, isOdd = false, children }: LineProps) {
  return (
    <li className="flex gap-2">
      <span className={`mt-0.5 ${isOdd ? "text-amber" : "text-ink-3"}`}>
        <Icon name={icon} size={15} />
      </span>
      <span className="min-w-0 wrap-anywhere">{children}</span>
    </li>
  )
}

function HumanAgent({ account }: { account: Account }) {
  const change = useChangeAccount()
  const mayChange = useMe().agent.role !== "agent"
  return (
    <div className="mt-3 flex flex-col gap-1 border-line border-t pt-3">
      <Toggle
        label={HUMAN_AGENT.name}
        hint={HUMAN_AGENT.hint}
        isOn={account.human_agent}
        isDisabled={!mayChange || change.isPending}
        onChange={(human_agent) => change.mutate({ id: account.id, human_agent })}
      />
      {change.error && (
        <p role="alert" className="text-xs text-red">
          Not changed: {explain(change.error)}
        </p>
      )}
    </div>
  )
}

function Indicators({ account }: { account: Account }) {
  const change = useChangeAccount()
  const mayChange = useMe().agent.role !== "agent"
  return (
    <div className="mt-3 flex flex-col gap-1">
      <Toggle
        label={INDICATORS.name}
        hint={INDICATORS.hint}
        isOn={account.shows_indicators}
        isDisabled={!mayChange || change.isPending}
        onChange={(shows_indicators) => change.mutate({ id: account.id, shows_indicators })}
      />
      {change.error && (
        <p role="alert" className="text-xs text-red">
          Not changed: {explain(change.error)}
        </p>
      )}
    </div>
  )
}

/** What waits to go out, where something does. */
function QueueLine({ account }: { account: Account }) {
  const { data } = useQuery(queues)
  const queue = data?.items.find((one) => one.account_id === account.id)
  const words = queue === undefined ? null : describeQueue(queue)
  if (words === null) return null
  return (
    <p className="mt-3 flex gap-2 text-sm text-ink-2">
      <Icon name="clock" size={15} />
      Going out: {words}
    </p>
  )
}

function MediaMode({ account }: { account: Account }) {
  const id = useId()
  const change = useChangeAccount()
  const mayChange = useMe().agent.role !== "agent"
  return (
    <div className="mt-3 flex flex-col gap-1">
      <div className="flex items-center gap-3">
        <label htmlFor={id} className="mr-auto text-sm">
          Pictures and files
        </label>
        <select
          id={id}
          aria-describedby={`${id}-hint`}
          value={account.media_mode ?? ""}
          disabled={!mayChange || change.isPending}
          onChange={({ target }) =>
            change.mutate({ id: account.id, media_mode: (target.value || null) as Account["media_mode"] })
          }
          className="rounded-md border border-line bg-surface px-2 py-1 text-sm disabled:text-ink-3"
        >
          {Object.entries(MEDIA_MODE.names).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <p id={`${id}-hint`} className="text-xs text-ink-3">
        {MEDIA_MODE.hint}
      </p>
      {change.error && (
        <p role="alert" className="text-xs text-red">
          Not changed: {explain(change.error)}
        </p>
      )}
    </div>
  )
}
