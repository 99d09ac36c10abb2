import { useQuery } from "@tanstack/react-query"
import type { KeyboardEvent } from "react"
import { labels as labelsQuery } from "../api/labels"
import type { Account } from "../api/model"
import { type Filters, SORTS, STATUSES, VIEWS } from "../lib/filters"
import { IconButton } from "../ui/button"
import { Icon } from "../ui/icon"
import { Menu, MenuItem, MenuTitle } from "../ui/menu"

type FilterProps = { filters: Filters; onFilter: (change: Partial<Filters>) => void }

const VIEW_NAMES = { all: "All", unread: "Unread", mine: "Mine", unassigned: "Unassigned" }
const STATUS_NAMES = { open: "Open", snoozed: "Snoozed", closed: "Done", any: "Any status" }
const ARCHIVE = "Archive"
const SORT_NAMES = { newest: "Newest first", ending: "Window ending first" }

export function ViewTabs({ filters, onFilter }: FilterProps) {
  function press(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const next = VIEWS[(VIEWS.indexOf(filters.view) + step + VIEWS.length) % VIEWS.length]
    if (next === undefined) return
    onFilter({ view: next })
    const tabs = event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')
    tabs[VIEWS.indexOf(next)]?.focus()
  }
  return (
    <div
      role="tablist"
      aria-label="Views"
      onKeyDown={press}
      className="flex gap-1 border-b border-line px-2.5"
    >
      {VIEWS.map((view) => (
        <button
          key={view}
          type="button"
          role="tab"
          aria-selected={filters.view === view}
          tabIndex={filters.view === view ? 0 : -1}
          onClick={() => onFilter({ view })}
          className="inset-focus tap relative rounded-t-lg px-2.5 pt-1 pb-2.5 text-sm font-medium text-ink-3 hover:text-ink aria-selected:text-ink aria-selected:after:absolute aria-selected:after:inset-x-2.5 aria-selected:after:-bottom-px aria-selected:after:h-0.5 aria-selected:after:rounded-full aria-selected:after:bg-accent"
        >
          {VIEW_NAMES[view]}
        </button>
      ))}
    </div>
  )
}

export function StatusFilter({ filters, onFilter }: FilterProps) {
  return (
    <Menu
      label="Status"
      button={(properties) => (
        <button
          type="button"
          {...properties}
          aria-label={`Status: ${filters.archived ? ARCHIVE : STATUS_NAMES[filters.status]}`}
          className="tap inline-flex h-8 items-center gap-1 rounded-lg px-2 text-sm font-medium text-ink-2 hover:bg-hover hover:text-ink"
        >
          {filters.archived ? ARCHIVE : STATUS_NAMES[filters.status]}
          <Icon name="chevron" size={14} />
        </button>
      )}
    >
      {(close) => {
        const choose = (change: Partial<Filters>) => () => {
          onFilter(change)
          close()
        }
        return (
          <>
            {STATUSES.map((status) => (
              <MenuItem
                key={status}
                isChecked={!filters.archived && filters.status === status}
                onSelect={choose({ status, archived: false })}
              >
                {STATUS_NAMES[status]}
              </MenuItem>
            ))}
            <MenuItem isChecked={filters.archived} onSelect={choose({ status: "any", archived: true })}>
              {ARCHIVE}
            </MenuItem>
          </>
        )
      }}
    </Menu>
  )
}

export function MoreFilters({ filters, onFilter, accounts }: FilterProps & { accounts: readonly Account[] }) {
  const isSet = filters.account !== null || filters.label !== null || filters.sort !== "newest"
  return (
    <Menu
      label="Filter and sort"
      button={(properties) => (
        <IconButton
          {...properties}
          icon="filter"
          label="Filter and sort"
          className={isSet ? "text-accent-text" : ""}
        />
      )}
    >
      {(close) => {
        const choose = (change: Partial<Filters>) => () => {
          onFilter(change)
          close()
        }
        return (
          <>
            <MenuTitle>Sort</MenuTitle>
            {SORTS.map((sort) => (
              <MenuItem key={sort} isChecked={filters.sort === sort} onSelect={choose({ sort })}>
                {SORT_NAMES[sort]}
              </MenuItem>
            ))}
            {accounts.length > 1 && <MenuTitle>Account</MenuTitle>}
            {accounts.length > 1 &&
              accounts.map(({ id, username }) => (
                <MenuItem
                  key={id}
                  isChecked={filters.account === id}
                  onSelect={choose({ account: filters.account === id ? null : id })}
                >
                  @{username}
                </MenuItem>
              ))}
            <LabelChoices chosen={filters.label} onChoose={(label) => choose({ label })()} />
          </>
        )
      }}
    </Menu>
  )
}

function LabelChoices({
  chosen,
  onChoose,
}: {
  chosen: string | null
  onChoose: (label: string | null) => void
}) {
  const { data: labels } = useQuery(labelsQuery)
  return (
    <>
      <MenuTitle>Label</MenuTitle>
      {labels?.items.map(({ name }) => (
        <MenuItem
          key={name}
          isChecked={chosen === name}
          onSelect={() => onChoose(chosen === name ? null : name)}
        >
          {name}
        </MenuItem>
      ))}
      {labels?.items.length === 0 && <p className="px-2.5 pb-2 text-ink-3 text-sm">No labels in use yet</p>}
    </>
  )
}

/** What narrows the list beyond view and status, each with a way to drop it. */
export function FilterChips({ filters, onFilter, accounts }: FilterProps & { accounts: readonly Account[] }) {
  const account = accounts.find((one) => one.id === filters.account)
  const chips = [
    {
      text: `@${account?.username ?? "account"}`,
      change: { account: null },
      isShown: filters.account !== null,
    },
    { text: filters.label ?? "", change: { label: null }, isShown: filters.label !== null },
    { text: SORT_NAMES.ending, change: { sort: "newest" as const }, isShown: filters.sort === "ending" },
  ].filter((chip) => chip.isShown)
  if (chips.length === 0) return null
  return (
    <div className="flex flex-wrap gap-1.5 border-b border-line px-4 py-2 pointer-coarse:gap-y-4">
      {chips.map((chip) => (
        <button
          key={chip.text}
          type="button"
          onClick={() => onFilter(chip.change)}
          aria-label={`Remove the filter ${chip.text}`}
          className="tap-around inline-flex h-7 items-center gap-1 rounded-full bg-accent-soft pr-2 pl-3 text-xs font-medium text-accent-text"
        >
          {chip.text}
          <Icon name="close" size={12} />
        </button>
      ))}
    </div>
  )
}
