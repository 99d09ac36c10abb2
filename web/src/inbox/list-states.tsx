import type { ReactNode } from "react"
import { explain } from "../api/client"
import { DEFAULT_FILTERS, type Filters, isNarrowed } from "../lib/filters"
import { Button } from "../ui/button"
import { Icon, type IconName } from "../ui/icon"

/** Only before the first answer ever: later the kept rows are there at once. */
export function ListSkeleton() {
  return (
    <div role="status" aria-label="Loading conversations" className="flex flex-col gap-1 px-2 pt-1">
      {Array.from({ length: 9 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all the same
        <div key={index} className="flex h-[62px] animate-pulse items-center gap-3 px-2.5">
          <span className="size-[38px] rounded-full bg-hover" />
          <span className="flex flex-1 flex-col gap-2">
            <span className="h-3 rounded bg-hover" style={{ width: `${35 + ((index * 37) % 30)}%` }} />
            <span className="h-2.5 rounded bg-sunken" style={{ width: `${55 + ((index * 53) % 40)}%` }} />
          </span>
        </div>
      ))}
    </div>
  )
}

export function ListError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <Notice icon="alert" title="The conversations could not be loaded" text={explain(error)}>
      <Button onClick={onRetry}>Try again</Button>
    </Notice>
  )
}

const COMMAND = `confab account add \\
  --workspace NAME \\
  --ig-id ID --username NAME \\
  --access-token -`

type EmptyProps = { filters: Filters; hasAccounts: boolean; onFilter: (change: Partial<Filters>) => void }

export function ListEmpty({ filters, hasAccounts, onFilter }: EmptyProps) {
  if (!hasAccounts) {
    return (
      <Notice
        icon="link"
        title="No Instagram account yet"
        text="Whoever runs the server connects one by a command; its conversations then appear here."
      >
        <pre className="w-72 max-w-full rounded-lg bg-sunken px-3 py-2 text-left text-xs text-ink-2">
          {COMMAND}
        </pre>
        <p className="mt-2 max-w-72 text-xs text-ink-3">
          docs/operations.md says under “Connect an account” where the values come from.
        </p>
      </Notice>
    )
  }
  if (isNarrowed(filters)) {
    return (
      <Notice icon="inbox" title="Nothing matches" text="No conversation fits these filters right now.">
        <Button onClick={() => onFilter({ ...DEFAULT_FILTERS, view: filters.view })}>
          Clear the filters
        </Button>
      </Notice>
    )
  }
  switch (filters.view) {
    case "unread":
      return <Notice icon="checks" title="All read" text="New messages appear here as they arrive." />
    case "mine":
      return (
        <Notice
          icon="check"
          title="Nothing is waiting for you"
          text="Conversations assigned to you appear here."
        >
          <Button onClick={() => onFilter({ view: "unassigned" })}>See unassigned</Button>
        </Notice>
      )
    case "unassigned":
      return (
        <Notice
          icon="check"
          title="Everything has an owner"
          text="New conversations appear here until someone takes them."
        />
      )
    default:
      return (
        <Notice
          icon="checks"
          title="All done"
          text="No open conversation is left. New messages appear here the moment they arrive."
        >
          <Button onClick={() => onFilter({ status: "any" })}>Show all conversations</Button>
        </Notice>
      )
  }
}

type NoticeProps = { icon: IconName; title: string; text: string; children?: ReactNode }

export function Notice({ icon, title, text, children }: NoticeProps) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-1 px-8 pb-16 text-center">
      <span className="mb-3 rounded-2xl bg-sunken p-3.5 text-ink-3">
        <Icon name={icon} size={26} />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="max-w-72 text-sm text-balance text-ink-3">{text}</p>
      {children && <div className="mt-4">{children}</div>}
    </div>
  )
}
