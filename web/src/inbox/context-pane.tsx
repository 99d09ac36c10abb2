import { useQuery, useQueryClient } from "@tanstack/react-query"
import { type ReactNode, useLayoutEffect, useRef } from "react"
import { accounts as accountsQuery, useChangeAccount } from "../api/accounts"
import { explain } from "../api/client"
import { conversationOf } from "../api/conversations"
import { useMe } from "../api/me"
import type { Account, Conversation } from "../api/model"
import { HEALTH, HUMAN_AGENT } from "../lib/account-words"
import { describeWindow } from "../lib/window-words"
import { Button, IconButton } from "../ui/button"
import { showToast } from "../ui/toast"
import { Toggle } from "../ui/toggle"
import { useNow } from "../ui/use-now"
import { CommentsSection } from "./comments-section"
import { ExportSection } from "./export-section"
import { LabelMenu } from "./label-menu"
import { LibrarySection } from "./library-section"
import { PersonCard } from "./person-card"
import { RulesSection } from "./rules-section"
import { useActions } from "./use-actions"

/** Who the other person is, and how things stand with them. */
export function ContextPane({ conversationId }: { conversationId: string }) {
  return (
    <aside
      aria-label="Details"
      className="h-full w-80 shrink-0 overflow-y-auto border-l border-line bg-canvas"
    >
      <Context conversationId={conversationId} />
    </aside>
  )
}

export function ContextDrawer({ conversationId, onClose }: { conversationId: string; onClose: () => void }) {
  const element = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const dialog = element.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it for the keyboard
    <dialog
      ref={element}
      aria-label="Details"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === element.current) onClose()
      }}
      className="mr-0 ml-auto h-dvh max-h-none w-80 max-w-[90vw] overflow-y-auto bg-canvas p-0 text-ink shadow-pop open:animate-appear"
    >
      <IconButton
        icon="close"
        label="Close the details"
        onClick={onClose}
        className="absolute top-3 right-3"
      />
      <Context conversationId={conversationId} />
    </dialog>
  )
}

function Context({ conversationId }: { conversationId: string }) {
  const cache = useQueryClient()
  const { data: conversation } = useQuery({ ...conversationOf(conversationId, cache), enabled: false })
  const { data: accounts } = useQuery(accountsQuery)
  const { archive } = useActions()
  if (conversation === undefined) return null
  const account = accounts?.items.find((one) => one.id === conversation.account.id)
  return (
    <div className="flex flex-col gap-5 p-5">
      <PersonCard conversation={conversation} />
      <Answering conversation={conversation} account={account} />
      <Section title="Conversation">
        <Fact name="Status">{conversation.status === "closed" ? "Done" : conversation.status}</Fact>
        <div className="flex items-center justify-between text-sm text-ink-3">
          Archive
          <Button
            small
            look="quiet"
            icon={conversation.archived_at ? "undo" : "archive"}
            title={conversation.archived_at ? "Bring back (y)" : "Archive (y)"}
            onClick={() => archive(conversation, conversation.archived_at === null)}
          >
            {conversation.archived_at ? "Bring back" : "Put there"}
          </Button>
        </div>
        <Fact name="Assigned to">{conversation.assignee?.name ?? "Nobody"}</Fact>
        <div className="flex items-center justify-between text-sm text-ink-3">
          Labels
          <LabelMenu conversation={conversation} />
        </div>
        {conversation.labels.length > 0 && (
          <ul aria-label="Labels" className="flex flex-wrap gap-1.5">
            {conversation.labels.map((label) => (
              <li
                key={label}
                className="rounded-full bg-accent-soft px-2.5 py-0.5 text-xs font-medium text-accent-text"
              >
                {label}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <CommentsSection conversation={conversation} />
      <ExportSection conversation={conversation} />
      <LibrarySection key={conversation.id} conversation={conversation} />
      <RulesSection key={`rules-${conversation.id}`} conversationId={conversation.id} />
      {account && <AccountSection account={account} />}
    </div>
  )
}

function Answering({ conversation, account }: { conversation: Conversation; account: Account | undefined }) {
  const now = useNow()
  const words = describeWindow({ conversation, account, isOffline: false, now })
  return (
    <Section title="Answering">
      <p className="text-sm text-ink-2">{words.text}</p>
      {words.why.slice(-1).map((line) => (
        <p key={line} className="text-xs text-ink-3">
          {line}
        </p>
      ))}
    </Section>
  )
}

function AccountSection({ account }: { account: Account }) {
  const change = useChangeAccount()
  const mayChange = useMe().agent.role !== "agent"
  return (
    <Section title={`Account @${account.username}`}>
      <Fact name="Health">
        <span className={account.health === "ok" ? "" : "text-red"}>{HEALTH[account.health]}</span>
      </Fact>
      <Toggle
        label={HUMAN_AGENT.name}
        hint={HUMAN_AGENT.hint}
        isOn={account.human_agent}
        isDisabled={!mayChange || change.isPending}
        onChange={(human_agent) =>
          change.mutate(
            { id: account.id, human_agent },
            { onError: (error) => showToast(explain(error), { isError: true }) },
          )
        }
      />
    </Section>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-1.5 border-t border-line pt-4">
      <h3 className="text-xs font-semibold text-ink-3">{title}</h3>
      {children}
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <p className="flex items-baseline justify-between gap-3 text-sm">
      <span className="text-ink-3">{name}</span>
      <span className="min-w-0 truncate first-letter:uppercase">{children}</span>
    </p>
  )
}
