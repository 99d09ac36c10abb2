import { useQuery } from "@tanstack/react-query"
import { Link, useLocation, useRoute, useSearch } from "wouter"
import { accounts as accountsQuery } from "../api/accounts"
import type { Session } from "../api/session"
import { type LiveStatus, useLiveStatus } from "../api/status"
import { selectNeedsAttention } from "../lib/account-words"
import { readFilters, writeFilters } from "../lib/filters"
import { Avatar } from "../ui/avatar"
import { IconButton } from "../ui/button"
import { Icon } from "../ui/icon"
import { Menu, MenuItem, MenuTitle } from "../ui/menu"
import { ACCOUNTS_HASH, SEARCH_HASH } from "../ui/use-hash"
import { CommentsLink } from "./comments-link"
import { DoctorLink } from "./doctor-link"
import { OutboxLinks } from "./outbox-links"
import { PersonMenu } from "./person-menu"
import { ThemeMenu } from "./theme-menu"

export function Rail({ session, onHelp }: { session: Session; onHelp: () => void }) {
  const [isInbox] = useRoute("/inbox/:id?")
  const [isInsights] = useRoute("/insights/*?")
  const [isRules] = useRoute("/rules/*?")
  return (
    <nav
      aria-label="Main"
      className="flex shrink-0 items-center justify-around border-line bg-canvas p-1.5 max-pane:border-t max-pane:px-0 max-[23.5rem]:*:min-w-0! pane:gap-1 max-pane:pb-[max(0.375rem,env(safe-area-inset-bottom))] pane:w-14 pane:flex-col pane:justify-start pane:border-r pane:py-3"
    >
      <img src="/favicon.svg" alt="" width={30} height={30} className="mb-3 hidden pane:block" />
      <Link
        href="/inbox"
        aria-label="Inbox"
        title="Inbox"
        aria-current={isInbox ? "page" : undefined}
        className={`tap inline-flex size-10 items-center justify-center rounded-xl hover:bg-hover hover:text-ink ${isInbox ? "bg-hover text-ink" : "text-ink-2"}`}
      >
        <Icon name="inbox" size={20} />
      </Link>
      <a
        href={SEARCH_HASH}
        aria-label="Search"
        aria-haspopup="dialog"
        title="Search (/)"
        className="tap inline-flex size-10 items-center justify-center rounded-xl text-ink-2 hover:bg-hover hover:text-ink"
      >
        <Icon name="search" size={20} />
      </a>
      <CommentsLink />
      <OutboxLinks />
      <Link
        href="/insights"
        aria-label="Insights"
        title="Insights"
        aria-current={isInsights ? "page" : undefined}
        className={`tap inline-flex size-10 items-center justify-center rounded-xl hover:bg-hover hover:text-ink ${isInsights ? "bg-hover text-ink" : "text-ink-2"}`}
      >
        <Icon name="chart" size={20} />
      </Link>
      <Link
        href="/rules"
        aria-label="Rules"
        title="Rules"
        aria-current={isRules ? "page" : undefined}
        className={`tap inline-flex size-10 items-center justify-center rounded-xl hover:bg-hover hover:text-ink max-pane:hidden ${isRules ? "bg-hover text-ink" : "text-ink-2"}`}
      >
        <Icon name="bot" size={20} />
      </Link>
      <AccountMenu />
      <AccountsLink />
      <DoctorLink />
      <span className="hidden pane:block pane:flex-1" />
      <LiveDot />
      <IconButton
        icon="keyboard"
        label="Keyboard"
        shortcut="?"
        size={20}
        onClick={onHelp}
        className="size-10 max-pane:hidden"
      />
      <ThemeMenu />
      <PersonMenu session={session} onHelp={onHelp} />
    </nav>
  )
}

/** On a phone the lists have this choice among their filters. */
function AccountMenu() {
  const { data: accounts } = useQuery(accountsQuery)
  const [, navigate] = useLocation()
  const filters = readFilters(useSearch())
  const chosen = accounts?.items.find((account) => account.id === filters.account)
  if (accounts === undefined || accounts.items.length < 2) return null
  return (
    <Menu
      label="Account"
      button={(properties) => (
        <button
          type="button"
          {...properties}
          aria-label={chosen ? `Account: @${chosen.username}` : "Account: all"}
          title={chosen ? `@${chosen.username}` : "All accounts"}
          className="tap inline-flex size-10 items-center max-pane:hidden justify-center rounded-xl text-ink-2 hover:bg-hover hover:text-ink"
        >
          {chosen ? (
            <Avatar id={chosen.id} name={chosen.username} size={24} square />
          ) : (
            <Icon name="at" size={20} />
          )}
        </button>
      )}
    >
      {(close) => {
        const choose = (account: string | null) => () => {
          navigate(`/inbox${writeFilters({ ...filters, account })}`)
          close()
        }
        return (
          <>
            <MenuTitle>Account</MenuTitle>
            <MenuItem isChecked={filters.account === null} onSelect={choose(null)}>
              All accounts
            </MenuItem>
            {accounts.items.map((account) => (
              <MenuItem
                key={account.id}
                isChecked={filters.account === account.id}
                leading={<Avatar id={account.id} name={account.username} size={20} square />}
                hint={account.health === "ok" ? undefined : "needs attention"}
                onSelect={choose(account.id)}
              >
                @{account.username}
              </MenuItem>
            ))}
          </>
        )
      }}
    </Menu>
  )
}

/** A dot says that one of them needs a look; what is wrong is said there. */
function AccountsLink() {
  const { data: accounts } = useQuery(accountsQuery)
  const isOdd = accounts?.items.some(selectNeedsAttention) ?? false
  return (
    <a
      href={ACCOUNTS_HASH}
      aria-label={isOdd ? "Accounts: something needs attention" : "Accounts"}
      aria-haspopup="dialog"
      title="Accounts"
      className="tap relative inline-flex size-10 items-center justify-center rounded-xl text-ink-2 hover:bg-hover hover:text-ink"
    >
      <Icon name="shop" size={20} />
      {isOdd && (
        <span className="absolute top-1.5 right-1.5 size-2.5 rounded-full border-2 border-canvas bg-amber" />
      )}
    </a>
  )
}

const DOTS: Record<LiveStatus, { text: string; look: string }> = {
  live: { text: "Live", look: "bg-green" },
  connecting: { text: "Connecting", look: "bg-amber motion-safe:animate-pulse" },
  down: { text: "Reconnecting", look: "bg-amber motion-safe:animate-pulse" },
  offline: { text: "Offline", look: "bg-red" },
}

function LiveDot() {
  const { text, look } = DOTS[useLiveStatus()]
  return (
    <span
      role="status"
      aria-label={`Live updates: ${text}`}
      title={text}
      className="flex h-10 w-5 items-center justify-center pane:w-10"
    >
      <span className={`size-2.5 rounded-full ${look}`} />
      <span className="sr-only">{text}</span>
    </span>
  )
}
