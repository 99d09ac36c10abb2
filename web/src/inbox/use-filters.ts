import { useMemo } from "react"
import { useLocation, useSearch } from "wouter"
import { type Filters, readFilters, writeFilters } from "../lib/filters"

/** The filters that the URL names, and how to change some of them. The open conversation stays open. */
export function useFilters(): [Filters, (change: Partial<Filters>) => void] {
  const search = useSearch()
  const [location, navigate] = useLocation()
  const filters = useMemo(() => readFilters(search), [search])
  return [filters, (change) => navigate(location + writeFilters({ ...filters, ...change }))]
}
