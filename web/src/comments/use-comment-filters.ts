import { useMemo } from "react"
import { useLocation, useSearch } from "wouter"
import { type CommentFilters, readCommentFilters, writeCommentFilters } from "../lib/comment-filters"

/** The filters that the URL names, and how to change some of them. */
export function useCommentFilters(): [CommentFilters, (change: Partial<CommentFilters>) => void] {
  const search = useSearch()
  const [, navigate] = useLocation()
  const filters = useMemo(() => readCommentFilters(search), [search])
  return [filters, (change) => navigate(`/comments${writeCommentFilters({ ...filters, ...change })}`)]
}
