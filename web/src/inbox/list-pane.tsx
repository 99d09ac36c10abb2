import { useQuery } from "@tanstack/react-query"
import { type Ref, useMemo } from "react"
import { accounts as accountsQuery } from "../api/accounts"
import { conversationsOf } from "../api/conversations"
import type { ListEntry } from "../api/list-entry"
import { useMe } from "../api/me"
import type { Account, Conversation } from "../api/model"
import type { Filters } from "../lib/filters"
import { NARROW, useMedia } from "../ui/use-media"
import { useNow } from "../ui/use-now"
import { ConversationRows, type RowsHandle } from "./conversation-rows"
import { FirstRun } from "./first-run"
import { FilterChips, MoreFilters, StatusFilter, ViewTabs } from "./list-filters"
import { ListEmpty, ListError, ListSkeleton, Notice } from "./list-states"
import { PollingNotice } from "./polling-notice"
import { EVERYTHING, useFirstRun } from "./use-first-run"
import { useHeldRow } from "./use-held-row"

type ListPaneProps = {
  filters: Filters
  onFilter: (change: Partial<Filters>) => void
  openId: string | null
  onOpen: (conversation: Conversation) => void
  handle: Ref<RowsHandle>
}

const NONE: readonly Account[] = []

export function ListPane({ filters, onFilter, openId, onOpen, handle }: ListPaneProps) {
  const { data: accountList } = useQuery(accountsQuery)
  const accounts = accountList?.items ?? NONE
  return (
    <section aria-label="Conversation list" className="flex h-full min-w-0 flex-col bg-surface">
      <header className="flex h-14 shrink-0 items-center gap-1 pr-3 pl-5">
        <h1 className="mr-auto text-lg font-semibold tracking-tight">Inbox</h1>
        <StatusFilter filters={filters} onFilter={onFilter} />
        <MoreFilters filters={filters} onFilter={onFilter} accounts={accounts} />
      </header>
      <ViewTabs filters={filters} onFilter={onFilter} />
      <FilterChips filters={filters} onFilter={onFilter} accounts={accounts} />
      <ListBody
        filters={filters}
        onFilter={onFilter}
        openId={openId}
        onOpen={onOpen}
        handle={handle}
        accounts={accounts}
        knowsAccounts={accountList !== undefined}
      />
      <PollingNotice accounts={accounts} />
    </section>
  )
}

type BodyProps = ListPaneProps & { accounts: readonly Account[]; knowsAccounts: boolean }

function ListBody({ filters, onFilter, openId, onOpen, handle, accounts, knowsAccounts }: BodyProps) {
  const { data, error, refetch } = useQuery(conversationsOf(filters))
  const viewerId = useMe().agent.id
  const accountById = useMemo(() => new Map(accounts.map((account) => [account.id, account])), [accounts])
  const entry = useHeldRow(useStillOpen(data, filters), filters, openId)
  if (entry === undefined) {
    return error ? <ListError error={error} onRetry={() => void refetch()} /> : <ListSkeleton />
  }
  if (entry.items.length === 0 && entry.next === null) {
    return knowsAccounts ? (
      <Empty filters={filters} onFilter={onFilter} hasAccounts={accounts.length > 0} />
    ) : null
  }
  return (
    <ConversationRows
      entry={entry}
      filters={filters}
      accountById={accountById}
      viewerId={viewerId}
      openId={openId}
      onOpen={onOpen}
      handle={handle}
    />
  )
}

/** "Ending first" lists what can still be answered; a window that ended since is dropped when shown. */
function useStillOpen(entry: ListEntry | undefined, filters: Filters): ListEntry | undefined {
  const now = useNow()
  return useMemo(() => {
    if (entry === undefined || filters.sort === "newest") return entry
    return { ...entry, items: entry.items.filter((item) => Date.parse(item.can_reply_until ?? "") > now) }
  }, [entry, filters.sort, now])
}

function Empty(props: Parameters<typeof ListEmpty>[0]) {
  const { data } = useQuery({ ...conversationsOf(EVERYTHING), enabled: props.hasAccounts })
  const { isFirst, hasMessage } = useFirstRun(true)
  const isNarrow = useMedia(NARROW)
  // Where there is no room beside the list, the first steps stand in it.
  if (isFirst && isNarrow) return <FirstRun hasMessage={hasMessage} />
  if (props.hasAccounts && data !== undefined && data.items.length === 0) {
    return (
      <Notice
        icon="inbox"
        title="Waiting for the first message"
        text="Your account is connected. Send it a direct message from another Instagram account: it appears here by itself."
      />
    )
  }
  return <ListEmpty {...props} />
}
