import { useQuery } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { accounts } from "../api/accounts"
import { selectMustReconnect } from "../lib/account-words"
import { Icon } from "../ui/icon"
import { ACCOUNTS_HASH } from "../ui/use-hash"

/** What stands between the team and its customers, for everybody to see. */
export function AccountBanner() {
  const { data } = useQuery(accounts)
  const stopped = data?.items.find((account) => account.all_stopped_by !== null)
  const dead = data?.items.filter(selectMustReconnect) ?? []
  const ours = data?.items.find((one) => one.is_development && one.disconnected_at === null)
  return (
    <div role="status" aria-label="Accounts">
      {ours && (
        <Told>
          @{ours.username} is the development account that this installation's settings name. It is used until
          another is connected.
        </Told>
      )}
      {stopped && <Told>{stopped.all_stopped_by} stopped all sending: what you write waits here.</Told>}
      {dead.map((one) => (
        <Told key={one.id}>
          @{one.username} must be connected again. {one.health_reason}{" "}
          <a className="underline" href={ACCOUNTS_HASH}>
            Reconnect
          </a>
        </Told>
      ))}
    </div>
  )
}

function Told({ children }: { children: ReactNode }) {
  return (
    <p className="flex items-center justify-center gap-2 bg-amber-soft px-4 py-1.5 text-sm text-amber">
      <Icon name="alert" size={15} />
      <span>{children}</span>
    </p>
  )
}
