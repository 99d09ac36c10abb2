import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useRef, useState } from "react"
import { flushSync } from "react-dom"
import { useLocation, useParams, useSearch } from "wouter"
import { conversationOf, conversationsOf } from "../api/conversations"
import { useMe } from "../api/me"
import type { Conversation } from "../api/model"
import type { Filters } from "../lib/filters"
import { later } from "../ui/later"
import { useSingleKeys } from "../ui/single-keys"
import { NARROW, useMedia, WIDE } from "../ui/use-media"
import { useShortcuts } from "../ui/use-shortcuts"
import type { RowsHandle } from "./conversation-rows"
import { FirstRun } from "./first-run"
import { ListPane } from "./list-pane"
import { Notice } from "./list-states"
import { type ThreadDoors, useThreadDoors } from "./thread-doors"
import { ThreadSkeleton } from "./thread-skeleton"
import { type Actions, useActions } from "./use-actions"
import { useNoStrayDrops } from "./use-drop"
import { useFilters } from "./use-filters"
import { useFirstRun } from "./use-first-run"

const thread = import("./thread-pane") // at once: nearly everybody opens a conversation
const ThreadPane = later(async () => (await thread).ThreadPane, <ThreadSkeleton />)
const ContextPane = later(
  async () => (await import("./context-pane")).ContextPane,
  <div className="w-80 shrink-0 border-line border-l bg-canvas" />,
)
const ContextDrawer = later(async () => (await import("./context-pane")).ContextDrawer)
const CONTEXT_KEY = "confab.context"

/** The inbox: list, thread and context side by side, as far as there is room. */
export function InboxScreen() {
  const { id: openId = null } = useParams<{ id?: string }>()
  const [filters, setFilters] = useFilters()
  const [, navigate] = useLocation()
  const search = useSearch()
  const rows = useRef<RowsHandle>(null)
  const doors = useThreadDoors()
  const isWide = useMedia(WIDE)
  const isNarrow = useMedia(NARROW)
  useNoStrayDrops()
  const [isContextOpen, setContextOpen] = useState(
    () => isWide && localStorage.getItem(CONTEXT_KEY) !== "closed",
  )

  const query = search === "" ? "" : `?${search}`
  const open = (conversation: Conversation): void => navigate(`/inbox/${conversation.id}${query}`)
  const close = (): void => navigate(`/inbox${query}`)
  const toggleContext = (): void => {
    if (isWide) localStorage.setItem(CONTEXT_KEY, isContextOpen ? "closed" : "open")
    setContextOpen(!isContextOpen)
  }

  useInboxKeys({ openId, rows, doors, open, close })
  const ListFrame = isNarrow ? "main" : "div" // alone on a small screen it is what the page is about

  return (
    <div className="flex h-full min-h-0 min-w-0 flex-1">
      {(!isNarrow || openId === null) && (
        <ListFrame className="h-full w-full shrink-0 border-line pane:w-[300px] pane:border-r drawer:w-[340px]">
          <ListPane filters={filters} onFilter={setFilters} openId={openId} onOpen={open} handle={rows} />
        </ListFrame>
      )}
      {openId !== null && (
        <main className="h-full min-w-0 flex-1 bg-surface">
          {isNarrow && <h1 className="sr-only">Inbox</h1>}
          <ThreadPane
            key={openId}
            conversationId={openId}
            doors={doors}
            isContextOpen={isContextOpen}
            onToggleContext={toggleContext}
            onBack={close}
          />
        </main>
      )}
      {openId === null && !isNarrow && (
        <main className="hidden h-full min-w-0 flex-1 flex-col bg-surface pane:flex">
          <NothingOpen filters={filters} />
        </main>
      )}
      {openId !== null && isContextOpen && isWide && <ContextPane conversationId={openId} />}
      {openId !== null && isContextOpen && !isWide && (
        <ContextDrawer conversationId={openId} onClose={() => setContextOpen(false)} />
      )}
    </div>
  )
}

function NothingOpen({ filters }: { filters: Filters }) {
  const { data: list } = useQuery({ ...conversationsOf(filters), enabled: false })
  const { isFirst, hasMessage } = useFirstRun(list?.items.length === 0)
  const keys = useSingleKeys() ? "j" : "Tab"
  const text =
    list?.items.length === 0
      ? "The list on the left is empty at the moment."
      : `Choose one on the left, or press ${keys} and Enter.`
  if (isFirst) return <FirstRun hasMessage={hasMessage} />
  return <Notice icon="inbox" title="No conversation open" text={text} />
}

type KeysGiven = {
  openId: string | null
  rows: React.RefObject<RowsHandle | null>
  doors: ThreadDoors
  open: (conversation: Conversation) => void
  close: () => void
}

/** What single keys do. They act on the row that has the focus, else on the conversation that is open. */
function useInboxKeys({ openId, rows, doors, open, close }: KeysGiven): void {
  const cache = useQueryClient()
  const actions = useActions()
  const me = useMe().agent
  const { data: opened } = useQuery({ ...conversationOf(openId ?? "", cache), enabled: false })

  const target = (): Conversation | undefined => rows.current?.active() ?? opened
  const act = (run: (conversation: Conversation, actions: Actions) => void) => () => {
    const conversation = target()
    if (conversation !== undefined) run(conversation, actions)
  }
  /** The menus stand in the thread's header: a row is opened first, then its menu, before the next key is heard. */
  const press = (door: keyof ThreadDoors) => () => {
    const row = rows.current?.active()
    if (row !== undefined && row.id !== openId) flushSync(() => open(row))
    if (target() !== undefined) doors[door].whenReady()
  }
  const doneAndNext = act((conversation) => {
    const next = rows.current?.neighbour(conversation.id)
    actions.close(conversation)
    if (next === undefined) close()
    else open(next)
  })
  const move = (by: number) => () => rows.current?.move(by)

  useShortcuts({
    j: move(1),
    k: move(-1),
    r: press("reply"),
    n: press("note"),
    s: press("snooze"),
    a: press("assign"),
    l: press("label"),
    e: act((conversation) =>
      conversation.status === "closed" ? actions.reopen(conversation) : actions.close(conversation),
    ),
    E: doneAndNext,
    y: act((conversation) => actions.archive(conversation, conversation.archived_at === null)),
    i: act((conversation) => actions.assign(conversation, me)),
    ...(openId !== null && { Escape: close }),
  })
}
