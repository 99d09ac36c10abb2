import { useQuery } from "@tanstack/react-query"
import { accounts as accountsQuery } from "../api/accounts"
import { explain } from "../api/client"
import { Button } from "../ui/button"
import { Dialog } from "../ui/dialog"
import { AccountCard } from "./account-card"
import { Connect } from "./connect"

/** Every Instagram account: how our link to it fares, how complete it is, and the import of its past. */
export function AccountsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Accounts" onClose={onClose} wide>
      <Accounts />
    </Dialog>
  )
}

function Accounts() {
  const { data: accounts, error, refetch } = useQuery(accountsQuery)
  if (accounts === undefined) {
    return error ? (
      <div role="alert" className="flex flex-wrap items-center gap-3 text-sm text-ink-2">
        The accounts could not be loaded: {explain(error)}
        <Button onClick={() => void refetch()}>Try again</Button>
      </div>
    ) : (
      <div role="status" aria-label="Loading accounts" className="h-32 animate-pulse rounded-xl bg-hover" />
    )
  }
  if (accounts.items.length === 0) {
    return (
      <>
        <p className="mb-3 text-sm text-ink-2">No Instagram account yet. Owners and admins connect one.</p>
        <Connect accounts={[]} logins={accounts.logins} />
      </>
    )
  }
  return (
    <>
      <Connect accounts={accounts.items} logins={accounts.logins} />
      <ul className="flex flex-col gap-4">
        {accounts.items.map((account) => (
          <li key={account.id}>
            <AccountCard account={account} connectingOff={accounts.connecting_off} />
          </li>
        ))}
      </ul>
    </>
  )
}
