import { useQuery } from "@tanstack/react-query"
import { useRef } from "react"
import { conversationsOf } from "../api/conversations"
import { useMayExamine } from "../api/doctor"
import { DEFAULT_FILTERS, type Filters } from "../lib/filters"

/** All there is, whatever its state. */
export const EVERYTHING: Filters = { ...DEFAULT_FILTERS, status: "any" }

/**
 * Whether there has never been a conversation, for those who set things up; and whether one came since, while they look on.
 * `isListEmpty`: only then it is worth asking.
 */
export function useFirstRun(isListEmpty: boolean): { isFirst: boolean; hasMessage: boolean } {
  const mayExamine = useMayExamine()
  const began = useRef(false)
  const { data } = useQuery({
    ...conversationsOf(EVERYTHING),
    enabled: mayExamine && (isListEmpty || began.current),
  })
  if (data?.items.length === 0) began.current = true
  return { isFirst: mayExamine && began.current, hasMessage: (data?.items.length ?? 0) > 0 }
}
