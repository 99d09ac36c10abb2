import { useQueryClient } from "@tanstack/react-query"
import { explain } from "../api/client"
import { type ConversationPatch, type Update, useUpdateConversation } from "../api/conversations"
import type { Agent, Conversation } from "../api/model"
import { viewerIdOf } from "../api/snapshot"
import { selectDisplayName } from "../lib/selectors"
import { formatMoment } from "../lib/time"
import { showToast } from "../ui/toast"

export type Actions = {
  assign: (conversation: Conversation, agent: Pick<Agent, "id" | "name"> | null) => void
  close: (conversation: Conversation) => void
  reopen: (conversation: Conversation) => void
  snooze: (conversation: Conversation, until: Date) => void
  label: (conversation: Conversation, labels: string[]) => void
  archive: (conversation: Conversation, isArchived: boolean) => void
}

/** What an agent does to a conversation: shown at once, taken back with a word if the server refuses. */
export function useActions(): Actions {
  const cache = useQueryClient()
  const { mutateAsync } = useUpdateConversation()

  function update(
    conversation: Conversation,
    change: Omit<Update, "conversation">,
    done?: string,
    undo = () => restore(conversation),
  ): void {
    const patch = isPuttingAway(change.patch)
      ? { ...change.patch, last_message_at: conversation.last_message_at }
      : change.patch
    mutateAsync({ conversation, ...change, patch }).then(
      (changed) => {
        if (isOvertaken(patch, changed))
          tell(`It stays: ${selectDisplayName(changed.participant)} has just written`)
        else if (done) tell(done, { action: { label: "Undo", run: undo } })
      },
      (error: unknown) => tell(`Not changed: ${explain(error)}`, { isError: true }),
    )
  }

  /** Told also to who does something else by then, but not to who signed out. */
  function tell(...what: Parameters<typeof showToast>): void {
    if (viewerIdOf(cache) !== "") showToast(...what)
  }

  function restore(before: Conversation): void {
    const { status, snoozed_until } = before
    const patch = status === "snoozed" ? { status, snoozed_until } : { status }
    update(before, { patch, guess: { status, snoozed_until } })
  }

  function archive(conversation: Conversation, archived: boolean): void {
    if ((conversation.archived_at !== null) === archived) return
    const archived_at = archived ? new Date().toISOString() : null
    const name = selectDisplayName(conversation.participant)
    const done = archived ? `In the archive: ${name}` : `Back from the archive: ${name}`
    const guess = { archived_at }
    const undo = () => archive({ ...conversation, archived_at }, !archived)
    update(conversation, { patch: { archived }, guess }, done, undo)
  }

  return {
    archive,
    assign(conversation, agent) {
      if (conversation.assignee?.id === agent?.id) return
      const assignee = agent === null ? null : { id: agent.id, name: agent.name }
      update(conversation, { patch: { assignee_id: agent?.id ?? null }, guess: { assignee } })
    },
    close(conversation) {
      if (conversation.status === "closed") return
      const guess = { status: "closed", snoozed_until: null } as const
      const done = `Done: ${selectDisplayName(conversation.participant)}`
      update(conversation, { patch: { status: "closed" }, guess }, done)
    },
    reopen(conversation) {
      update(conversation, { patch: { status: "open" }, guess: { status: "open", snoozed_until: null } })
    },
    snooze(conversation, until) {
      const snoozed_until = until.toISOString()
      const patch = { status: "snoozed", snoozed_until } as const
      update(
        conversation,
        { patch, guess: patch },
        `Snoozed until ${formatMoment(until.getTime(), Date.now())}`,
      )
    },
    label(conversation, labels) {
      update(conversation, { patch: { labels }, guess: { labels } })
    },
  }
}

function isPuttingAway({ status, archived }: ConversationPatch): boolean {
  return status === "closed" || status === "snoozed" || archived === true
}

/** They wrote more than was on the screen: the server put nothing away. */
function isOvertaken(patch: ConversationPatch, changed: Conversation): boolean {
  if (!isPuttingAway(patch)) return false
  return patch.archived === true ? changed.archived_at === null : changed.status !== patch.status
}
