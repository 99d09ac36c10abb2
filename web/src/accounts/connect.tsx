import { useStopAll } from "../api/accounts"
import { explain } from "../api/client"
import { useMe } from "../api/me"
import type { Account } from "../api/model"
import { Button } from "../ui/button"

const SCOPES = [
  "See the profile and the posts",
  "Read and answer messages",
  "Read comments and answer them in private",
  "Read the account's numbers",
] as const

/** Where owners and admins connect an account, and stop all sending. */
export function Connect({ accounts }: { accounts: Account[] }) {
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
        <a
          className="rounded-lg bg-accent px-3 py-1.5 font-medium text-on-accent"
          href="/connect/instagram?flavour=instagram"
        >
          Connect an account
        </a>
        <a className="text-accent-text underline" href="/connect/instagram?flavour=facebook">
          By Facebook and its Page
        </a>
        {accounts.length > 0 && (
          <Button look="danger" disabled={stop.isPending} onClick={() => stop.mutate(!isStopped)}>
            {isStopped ? "Go on sending" : "Stop all sending"}
          </Button>
        )}
      </div>
      {stop.error && <p role="alert">Not changed: {explain(stop.error)}</p>}
    </section>
  )
}
