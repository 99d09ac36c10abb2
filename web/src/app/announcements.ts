import type { QueryClient } from "@tanstack/react-query"
import { navigate } from "wouter/use-browser-location"
import type { Listed } from "../api/apply-change"
import type { ListEntry } from "../api/list-entry"
import type { Account, Activity, Change, Checkup, Conversation, Me, Message, Run } from "../api/model"
import { DOCTOR } from "../lib/doctor"
import { describeImported, isUnderWay } from "../lib/import-progress"
import { selectIsChecked } from "../lib/message-name"
import { isFirstPart } from "../lib/scheduled"
import { selectDisplayName, selectSummary } from "../lib/selectors"
import { announce, announceMessage } from "../ui/announcer"
import { showToast } from "../ui/toast"
import { ACCOUNTS_HASH } from "../ui/use-hash"
import { notify } from "./notifications"

const STILL_NEWS_MS = 10 * 60_000

/**
 * Says what came in, and which answer did not go out: whose it is, and its words where that conversation is open. What was
 * read at Instagram afterwards is no news. An import that ended is said once, to everybody. What a rule tells the team is
 * also shown by the browser, to those who allowed it.
 */
export function announceChanges(cache: QueryClient, changes: readonly Change[]): void {
  for (const change of changes) {
    tellBesides(cache, change)
    if (change.type !== "message_added" && change.type !== "message_updated") continue
    const { message, conversation_id: id } = change
    if (message.is_history) continue
    if (message.direction === "outbound") announceTrouble(nameOf(cache, id), message)
    else if (change.type === "message_added") announceMessage(describe(nameOf(cache, id), message))
  }
}

function tellBesides(cache: QueryClient, change: Change): void {
  if (change.type === "run_updated") tellImport(cache, change.run)
  if (change.type === "checkup_updated") tellTrouble(cache, change.checkup)
  if (change.type === "activity_added") tellNotice(cache, change.activity)
}

/** Not over the accounts: there it is seen, and said, where it happens. */
function tellImport(cache: QueryClient, run: Run): void {
  if (isUnderWay(run) || run.what !== "messages" || window.location.hash === ACCOUNTS_HASH) return
  const accounts = cache.getQueryData<Listed<Account>>(["accounts"])
  const name = accounts?.items.find((account) => account.id === run.account_id)?.username
  showToast(`${name === undefined ? "" : `@${name}: `}${describeImported(run)}`, {
    isError: run.state === "failed",
  })
}

/** To those who can mend it, and not where they see it anyhow. */
function tellTrouble(cache: QueryClient, { asked_at, turned_red: found }: Checkup): void {
  const mayMend = cache.getQueryData<Me>(["me"])?.agent.role !== "agent"
  if (asked_at !== null || found.length === 0 || !mayMend || window.location.pathname === DOCTOR) return
  const more = found.length > 1 ? ` And ${found.length - 1} more.` : ""
  showToast(`${found[0]}${more}`, { isError: true, action: { label: "See", run: () => navigate(DOCTOR) } })
}

/** Not what is caught up with: who comes back reads it in the conversation. */
function tellNotice(cache: QueryClient, { id, kind, conversation_id, note, happened_at }: Activity): void {
  if (kind !== "rule_notice" || Date.now() - Date.parse(happened_at) > STILL_NEWS_MS) return
  const name = nameOf(cache, conversation_id)
  announce(`A rule tells about ${name}: ${note ?? ""}`)
  notify({ tag: id, title: name, body: note ?? "", path: `/inbox/${conversation_id}` })
}

function announceTrouble(name: string, message: Message): void {
  if (message.status === "failed") announce(`An answer to ${name} was not sent`)
  if (message.status === "held" && isFirstPart(message))
    announce(`A scheduled answer to ${name} waits for review`)
  if (selectIsChecked(message)) announce(`Instagram does not show an answer to ${name}`)
}

function describe(name: string, message: Message): string {
  const isOpen = window.location.pathname.endsWith(message.conversation_id)
  return isOpen ? `${name}: ${selectSummary(message)}` : `New message from ${name}`
}

function nameOf(cache: QueryClient, conversationId: string): string {
  const conversation = findConversation(cache, conversationId)
  return conversation === undefined ? "someone new" : selectDisplayName(conversation.participant)
}

function findConversation(cache: QueryClient, id: string): Conversation | undefined {
  const known = cache.getQueryData<Conversation>(["conversation", id])
  if (known !== undefined) return known
  const lists = cache.getQueriesData<ListEntry>({ queryKey: ["conversations"] })
  return lists.flatMap(([, entry]) => entry?.items.find((item) => item.id === id) ?? [])[0]
}
