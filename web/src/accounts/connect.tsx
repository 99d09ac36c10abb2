import { useStopAll } from "../api/accounts"
import { explain } from "../api/client"
import { useMe } from "../api/me"
import type { Account, LoginDoor } from "../api/model"
import { connectPath } from "../lib/account-words"
import { Button } from "../ui/button"

const SCOPES = [
  "See the profile and the posts",
  "Read and answer messages",
  "Read comments and answer them in private",
  "Read the account's numbers",
] as const

/** Where owners and admins connect an account, and stop all sending. */
export function Connect({ accounts, logins }: { accounts: Account[]; logins: LoginDoor[] }) {
  const stop = useStopAll()
  if (useMe().agent.role === "agent") return null
  const isStopped = accounts.some((account) => account.all_stopped_at !== null)
  return (
    <section aria-label="Connect an account" className="mb-4 flex flex-col gap-2 text-sm">
      <p className="text-ink-2">Instagram will ask for leave to:</p>
      <ul className="list-disc pl-5 text-ink-2">
        {SCOPES.map((scope) => (
          <li key={scope}>{scope}</li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-3">
        {logins.map((login) => (
          <Door key={connectPath(login)} login={login} />
        ))}
        {accounts.length > 0 && (
          <Button look="danger" disabled={stop.isPending} onClick={() => stop.mutate(!isStopped)}>
            {isStopped ? "Go on sending" : "Stop all sending"}
          </Button>
        )}
      </div>
      {stop.error && <p role="alert">Not changed: {explain(stop.error)}</p>}
      {logins.map(
        (login) =>
          login.why_shut !== null && (
            <p key={connectPath(login)} className="text-xs text-ink-3 wrap-anywhere">
              {login.why_shut}
            </p>
          ),
      )}
    </section>
  )
}

/** A login that is open. The first of them is what nearly everybody wants. */
function Door({ login }: { login: LoginDoor }) {
  if (login.why_shut !== null) return null
  const isFirst = login.platform === "instagram" && login.meta_app === null
  const words = login.platform === "instagram" ? "Connect an account" : "By Facebook and its Page"
  return (
    <a
      className={
        isFirst ? "rounded-lg bg-accent px-3 py-1.5 font-medium text-on-accent" : "text-accent-text underline"
      }
      href={connectPath(login)}
    >
      {login.meta_app === null ? words : `${words}, by ${login.meta_app}`}
    </a>
  )
}
