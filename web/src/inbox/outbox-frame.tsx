import type { ReactNode } from "react"
import { Link } from "wouter"
import type { Conversation } from "../api/model"
import { selectAvatarUrl, selectDisplayName } from "../lib/selectors"
import { useTitle } from "../ui/use-title"
import { PersonAvatar } from "./person-avatar"

type FrameProps = { title: string; hint: string; tools?: ReactNode; children: ReactNode }

/** A view of what has not gone out: its name, what it is for, what can be done with many, and the list. */
export function OutboxFrame({ title, hint, tools, children }: FrameProps) {
  useTitle(title)
  return (
    <main className="flex h-full min-w-0 flex-1 flex-col bg-surface">
      <header className="flex min-h-14 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-4 py-2 drawer:px-6">
        <div className="mr-auto min-w-0">
          <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
          <p className="text-ink-3 text-xs">{hint}</p>
        </div>
        {tools}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4 drawer:px-6">{children}</div>
    </main>
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
