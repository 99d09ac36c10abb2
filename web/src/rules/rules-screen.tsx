import { useQuery } from "@tanstack/react-query"
import { Link, useLocation, useSearch } from "wouter"
import { accounts as accountsQuery } from "../api/accounts"
import { useHandedFocus } from "../ui/use-handed-focus"
import { useTitle } from "../ui/use-title"
import { RuleEditorPage } from "./rule-editor-page"
import { RuleList } from "./rule-list"
import { RuleLog } from "./rule-log"
import { RuleSettings } from "./rule-settings"

const TABS = [
  { part: undefined, text: "Rules" },
  { part: "log", text: "Log" },
  { part: "settings", text: "For all rules" },
]

/** What happens by itself: the rules of an account, what they did, and what holds for all of them. */
export function RulesScreen({ params }: { params: { part?: string } }) {
  useTitle("Rules")
  const { data: accounts } = useQuery(accountsQuery)
  const [, navigate] = useLocation()
  const search = useSearch()
  const wanted = new URLSearchParams(search).get("account")
  const account = accounts?.items.find(({ id }) => id === wanted) ?? accounts?.items[0]
  const { part } = params
  const focus = useHandedFocus<HTMLElement>(part)
  return (
    <main className="flex h-full min-h-0 min-w-0 flex-1 flex-col bg-surface">
      <header className="flex min-h-14 shrink-0 flex-wrap items-center gap-x-4 gap-y-1.5 border-line border-b px-4 py-2 drawer:px-6">
        <h1 className="font-semibold text-lg tracking-tight">Rules</h1>
        <nav aria-label="Parts" className="flex flex-wrap gap-1">
          {TABS.map((tab) => (
            <Link
              key={tab.text}
              href={`/rules${tab.part ? `/${tab.part}` : ""}${search ? `?${search}` : ""}`}
              aria-current={part === tab.part ? "page" : undefined}
              className="tap inline-flex h-8 items-center rounded-lg px-2.5 text-sm text-ink-2 hover:bg-hover aria-[current]:bg-accent-soft aria-[current]:text-accent-text"
            >
              {tab.text}
            </Link>
          ))}
        </nav>
        <span className="flex-1" />
        {account && accounts && accounts.items.length > 1 && (
          <select
            aria-label="Account"
            value={account.id}
            onChange={(event) =>
              navigate(
                `/rules${part === "log" || part === "settings" ? `/${part}` : ""}?account=${event.target.value}`,
              )
            }
            className="h-8 rounded-lg border border-line-strong bg-surface px-2 text-sm"
          >
            {accounts.items.map((one) => (
              <option key={one.id} value={one.id}>
                @{one.username}
              </option>
            ))}
          </select>
        )}
      </header>
      <section
        ref={focus.heir}
        {...focus.holder}
        aria-label="Rules"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling part must be reachable by keyboard
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto px-4 py-4 drawer:px-6"
      >
        <div className="flex max-w-3xl flex-col gap-4">
          {accounts?.items.length === 0 && (
            <p className="text-ink-2 text-sm">Connect an account first; rules belong to accounts.</p>
          )}
          {account && <Part key={account.id} account={account.id} part={part} />}
        </div>
      </section>
    </main>
  )
}

function Part({ account, part }: { account: string; part: string | undefined }) {
  switch (part) {
    case undefined:
      return <RuleList account={account} />
    case "log":
      return <RuleLog account={account} />
    case "settings":
      return <RuleSettings account={account} />
    default:
      return <RuleEditorPage account={account} id={part === "new" ? null : part} />
  }
}
