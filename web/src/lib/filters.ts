/** Which conversations a list shows. It lives in the URL, and is the key of the list in the cache. */
export const VIEWS = ["all", "unread", "mine", "unassigned"] as const
export const STATUSES = ["open", "snoozed", "closed", "any"] as const
export const SORTS = ["newest", "ending"] as const

export type Filters = {
  view: (typeof VIEWS)[number]
  status: (typeof STATUSES)[number]
  account: string | null
  label: string | null
  sort: (typeof SORTS)[number]
  /** What lies in the archive, instead of what does not. */
  archived: boolean
}

export const DEFAULT_FILTERS: Filters = {
  view: "all",
  status: "open",
  account: null,
  label: null,
  sort: "newest",
  archived: false,
}

export function readFilters(search: string): Filters {
  const given = new URLSearchParams(search)
  return {
    view: oneOf(VIEWS, given.get("view"), DEFAULT_FILTERS.view),
    status: oneOf(STATUSES, given.get("status"), DEFAULT_FILTERS.status),
    account: given.get("account") || null,
    label: given.get("label") || null,
    sort: oneOf(SORTS, given.get("sort"), DEFAULT_FILTERS.sort),
    archived: given.get("archived") === "true",
  }
}

/** The query string of some filters, with "?" unless all stand at their default. */
export function writeFilters(filters: Filters): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(filters)) {
    if (value !== null && value !== DEFAULT_FILTERS[name as keyof Filters]) given.set(name, String(value))
  }
  const text = given.toString()
  return text === "" ? "" : `?${text}`
}

/** Whether anything but the view narrows the list: then an empty list offers to clear it. */
export function isNarrowed(filters: Filters): boolean {
  return filters.archived || filters.status !== "open" || filters.account !== null || filters.label !== null
}

function oneOf<T extends string>(all: readonly T[], value: string | null, otherwise: T): T {
  return all.find((one) => one === value) ?? otherwise
}
