import { useQueryClient } from "@tanstack/react-query"
import { type ReactNode, useState } from "react"
import { Link } from "wouter"
import { explain } from "../api/client"
import type { Conversation } from "../api/model"
import { fetchMore } from "../api/outbox"
import { selectAvatarUrl, selectDisplayName } from "../lib/selectors"
import { Button } from "../ui/button"
import { showToast } from "../ui/toast"
import { useTitle } from "../ui/use-title"
import { PersonAvatar } from "./person-avatar"
import { useListFocus } from "./use-list-focus"

type FrameProps = { title: string; hint: string; tools?: ReactNode; children: ReactNode }

/** A view of what has not gone out: its name, what it is for, what can be done with many, and the list. */
export function OutboxFrame({ title, hint, tools, children }: FrameProps) {
  useTitle(title)
  const focus = useListFocus()
  return (
    <main {...focus} className="flex h-full min-h-0 min-w-0 flex-1 flex-col bg-surface">
      <header className="min-h-14 shrink-0 border-line border-b px-4 py-2 drawer:px-6">
        <div className="flex max-w-3xl flex-wrap items-center gap-x-4 gap-y-1.5">
          <div className="min-w-0 flex-1 basis-72">
            <h1 tabIndex={-1} className="rounded font-semibold text-lg tracking-tight">
              {title}
            </h1>
            <p className="text-ink-3 text-xs">{hint}</p>
          </div>
          {tools}
        </div>
      </header>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto px-4 py-4 drawer:px-6">{children}</div>
    </main>
  )
}

/** Only before the first answer ever: what is coming looks like this. */
export function OutboxSkeleton({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="flex max-w-3xl flex-col gap-2">
      {["w-2/3", "w-1/2", "w-3/4"].map((width) => (
        <div key={width} className="flex animate-pulse flex-col gap-3 rounded-xl border border-line p-3.5">
          <span className="flex items-center gap-2.5">
            <span className="size-7 rounded-full bg-hover" />
            <span className="h-3 w-32 rounded bg-hover" />
          </span>
          <span className={`h-3 rounded bg-sunken ${width}`} />
          <span className="h-7 w-24 rounded-lg bg-sunken" />
        </div>
      ))}
    </div>
  )
}

export function ShowMore({ kind }: { kind: "scheduled" | "troubled" }) {
  const cache = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  async function more(): Promise<void> {
    setBusy(true)
    try {
      await fetchMore(cache, kind)
    } catch (error) {
      showToast(`Not loaded: ${explain(error)}`, { isError: true })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button aria-busy={isBusy} className="mt-3 shrink-0 self-start" onClick={() => !isBusy && void more()}>
      {isBusy ? "Loading…" : "Show more"}
    </Button>
  )
}

/** Whom it is for, as a way to their conversation. */
export function Whom({ conversation }: { conversation: Conversation }) {
  const name = selectDisplayName(conversation.participant)
  return (
    <Link
      href={`/inbox/${conversation.id}`}
      className="flex min-w-0 items-center gap-2.5 rounded-lg text-sm hover:underline"
    >
      <PersonAvatar
        conversationId={conversation.id}
        name={name}
        url={selectAvatarUrl(conversation.participant)}
        size={28}
      />
      <span className="truncate font-medium">{name}</span>
      <span className="shrink-0 text-ink-3 text-xs">@{conversation.account.username}</span>
    </Link>
  )
}
