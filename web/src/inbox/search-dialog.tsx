import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query"
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react"
import { useLocation, useSearch } from "wouter"
import { ApiError, explain } from "../api/client"
import { conversationOf } from "../api/conversations"
import type { SearchHit } from "../api/model"
import { searchOf } from "../api/search"
import { readFilters } from "../lib/filters"
import { plural } from "../lib/time"
import { Dialog } from "../ui/dialog"
import { Icon } from "../ui/icon"
import { useDelayed } from "../ui/use-delayed"
import { messageHash } from "../ui/use-hash"
import { SearchRow } from "./search-row"
import { useActions } from "./use-actions"

const PAUSE_MS = 120
const FEW = 15

/** Finds people, conversations, comments and messages; Enter opens what is chosen, the message in its thread. */
export function SearchDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("")
  const [withArchived, setWithArchived] = useState(false)
  const query = useSearch()
  const { account } = readFilters(query)
  const asked = useDelayed(useDeferredValue(text.trim()), PAUSE_MS)
  const search = useInfiniteQuery(searchOf({ text: asked, account, withArchived }))
  const hits = search.data?.pages.flatMap((page) => page.items) ?? []
  const [kept, setKept] = useState<string | null>(null)
  const chosen = Math.max(
    0,
    hits.findIndex((hit) => keyOf(hit) === kept),
  )
  const open = useOpen(onClose, query)
  const id = useId()
  const list = useRef<HTMLDivElement>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen row stays in view
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" })
  }, [chosen])

  function more(): void {
    if (search.hasNextPage && !search.isFetchingNextPage) void search.fetchNextPage()
  }

  // A page may hold little where words are frequent and what is wanted is rare: then the next one is asked for.
  const isShort =
    search.isSuccess && hits.length < FEW && search.hasNextPage && (search.data?.pages.length ?? 0) < 5
  useEffect(() => {
    if (isShort && !search.isFetchingNextPage) void search.fetchNextPage()
  }, [isShort, search.isFetchingNextPage, search.fetchNextPage])

  function choose(hit: SearchHit | undefined): void {
    setKept(hit === undefined ? null : keyOf(hit))
  }

  const isAsking = search.isFetching || asked !== text.trim()
  const setEntered = useEnter(asked === text.trim() ? hits[chosen] : undefined, isAsking || isShort, open)

  function press(event: KeyboardEvent): void {
    setEntered(event.key === "Enter" && !event.nativeEvent.isComposing)
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      choose(hits[Math.max(0, Math.min(hits.length - 1, chosen + step))])
      if (chosen + step >= hits.length - 2) more()
    }
  }

  return (
    <Dialog title="Search" onClose={onClose} wide>
      <div className="flex items-center gap-2 rounded-lg border border-line-strong bg-surface px-3 focus-within:border-accent">
        <Icon name="search" size={16} />
        <input
          data-focus
          type="text"
          inputMode="search"
          autoComplete="off"
          role="combobox"
          aria-label="Search people, conversations, comments and messages"
          aria-expanded={hits.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={hits[chosen] ? `${id}-${chosen}` : undefined}
          maxLength={200}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            choose(undefined)
            setEntered(false)
          }}
          onKeyDown={press}
          placeholder="A name, a label, or words of a message or comment"
          className="h-10 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-ink-3"
        />
      </div>
      <label className="mt-2 flex items-center gap-2 text-ink-2 text-sm">
        <input
          type="checkbox"
          checked={withArchived}
          onChange={(event) => setWithArchived(event.target.checked)}
          className="size-4 accent-accent"
        />
        Also in the archive
      </label>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label="What was found"
        aria-busy={isAsking}
        tabIndex={-1}
        className="mt-3 max-h-[60dvh] overflow-y-auto"
        onScroll={({ currentTarget: at }) => {
          if (at.scrollHeight - at.scrollTop - at.clientHeight < 200) more()
        }}
      >
        {hits.map((hit, index) => (
          <SearchRow
            key={keyOf(hit)}
            id={`${id}-${index}`}
            hit={hit}
            isChosen={index === chosen}
            onChoose={() => choose(hit)}
            onOpen={() => open(hit)}
          />
        ))}
      </div>
      <p role="status" className="mt-2 min-h-5 text-ink-3 text-sm">
        {told({
          text: asked,
          count: hits.length,
          isAsking,
          error: search.error,
          isComplete: search.data?.pages[0]?.is_complete,
          hasMore: search.hasNextPage,
        })}
      </p>
    </Dialog>
  )
}

/** Enter opens the hit, also when it was pressed while that was still coming; until then it can be taken back. */
function useEnter(hit: SearchHit | undefined, isComing: boolean, open: (hit: SearchHit) => void) {
  const [isEntered, setEntered] = useState(false)
  useEffect(() => {
    if (!isEntered || (hit === undefined && isComing)) return
    setEntered(false)
    if (hit !== undefined) open(hit)
  }, [isEntered, hit, isComing, open])
  return setEntered
}

/** Opens a hit; what lay in the archive comes back with that. */
function useOpen(onClose: () => void, query: string): (hit: SearchHit) => void {
  const cache = useQueryClient()
  const [, navigate] = useLocation()
  const { archive } = useActions()
  return ({ conversation, message, comment }) => {
    if (comment !== null) {
      onClose()
      navigate(`/comments/${comment.id}`)
    }
    if (conversation === null) return
    const { queryKey } = conversationOf(conversation.id, cache)
    const known = cache.getQueryData(queryKey)
    if (known === undefined || known.version < conversation.version)
      cache.setQueryData(queryKey, conversation)
    onClose()
    const hash = message === null ? "" : messageHash(message.id)
    navigate(`/inbox/${conversation.id}${query === "" ? "" : `?${query}`}${hash}`)
    if (conversation.archived_at !== null) archive(conversation, false)
  }
}

function keyOf({ kind, conversation, message, note, comment }: SearchHit): string {
  return `${kind} ${message?.id ?? note?.id ?? comment?.id ?? conversation?.id}`
}

type Told = {
  text: string
  count: number
  isAsking: boolean
  error: Error | null
  isComplete: boolean | undefined
  hasMore: boolean
}

function told({ text, count, isAsking, error, isComplete, hasMore }: Told): string {
  if (text === "") return "The last word may be the beginning of one."
  if (error instanceof ApiError && error.field === "q") return error.message
  if (error) return `The search failed: ${explain(error)}`
  if (isAsking && count === 0) return "Searching…"
  const rest = isComplete === false ? " What is older is still being indexed." : ""
  return `${count === 0 ? "Nothing was found." : `${plural(count, "hit")}${hasMore ? " so far" : ""}.`}${rest}`
}
