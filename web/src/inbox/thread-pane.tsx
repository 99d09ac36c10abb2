import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useMemo, useState } from "react"
import { accounts as accountsQuery } from "../api/accounts"
import { ApiError, explain } from "../api/client"
import { conversationOf } from "../api/conversations"
import type { Message } from "../api/model"
import { selectDisplayName } from "../lib/selectors"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"
import { ArchiveNotice } from "./archive-notice"
import { Composer } from "./composer"
import { DropTarget } from "./drop-target"
import { Notice } from "./list-states"
import type { ThreadDoors } from "./thread-doors"
import { ThreadHeader } from "./thread-header"
import { ThreadSkeleton } from "./thread-skeleton"
import { Timeline } from "./timeline"
import { useDraftFiles } from "./use-draft-files"
import { useDrop } from "./use-drop"

type ThreadPaneProps = {
  conversationId: string
  doors: ThreadDoors
  isContextOpen: boolean
  onToggleContext: () => void
  onBack: () => void
}

/** One conversation: who it is, what was said, and the way to answer. */
export function ThreadPane({
  conversationId,
  doors,
  isContextOpen,
  onToggleContext,
  onBack,
}: ThreadPaneProps) {
  const cache = useQueryClient()
  const options = useMemo(() => conversationOf(conversationId, cache), [conversationId, cache])
  const { data: conversation, error, refetch } = useQuery(options)
  const { data: accounts } = useQuery(accountsQuery)
  const [answered, setAnswered] = useState<Message | null>(null)
  const drop = useDrop(useDraftFiles(conversationId).add)
  if (conversation === undefined) {
    return error ? (
      <ThreadError error={error} onRetry={() => void refetch()} onBack={onBack} />
    ) : (
      <ThreadSkeleton />
    )
  }
  const account = accounts?.items.find((one) => one.id === conversation.account.id)
  return (
    <div className="relative flex h-full min-h-0 flex-col" {...drop.handlers}>
      {drop.isOver && <DropTarget name={selectDisplayName(conversation.participant)} />}
      <ThreadHeader
        conversation={conversation}
        doors={doors}
        isContextOpen={isContextOpen}
        onToggleContext={onToggleContext}
        onBack={onBack}
      />
      {conversation.handled_elsewhere && (
        <p className="flex items-center gap-2 border-b border-line bg-blue-soft px-5 py-1.5 text-xs text-blue">
          <Icon name="info" size={14} />
          Another app is answering this conversation at the moment. Your answer may cross with its own.
        </p>
      )}
      <ArchiveNotice conversation={conversation} />
      <Timeline conversation={conversation} onReply={setAnswered} />
      <Composer
        conversation={conversation}
        account={account}
        doors={doors}
        answered={answered}
        onAnswered={setAnswered}
      />
    </div>
  )
}

type ErrorProps = { error: unknown; onRetry: () => void; onBack: () => void }

function ThreadError({ error, onRetry, onBack }: ErrorProps) {
  const isMissing = error instanceof ApiError && error.status === 404
  return (
    <div className="flex h-full flex-col">
      {isMissing ? (
        <Notice
          icon="question"
          title="No such conversation"
          text="It does not exist, or it is not yours to see."
        >
          <Button onClick={onBack}>Back to the list</Button>
        </Notice>
      ) : (
        <Notice icon="alert" title="The conversation could not be loaded" text={explain(error)}>
          <Button onClick={onRetry}>Try again</Button>
        </Notice>
      )}
    </div>
  )
}
