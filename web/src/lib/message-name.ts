/** A message as a screen reader says it: sender, time, kind and status. */
import type { Message } from "../api/model"
import { selectAuthorName } from "./authors"
import { isForLater } from "./scheduled"
import { selectSummary } from "./selectors"
import { formatExact, formatMessageTime } from "./time"

const STATUS_WORDS: Partial<Record<Message["status"], string>> = {
  scheduled: "scheduled",
  held: "held for review",
  queued: "queued",
  sending: "sending",
  sent: "sent",
  seen: "seen",
  failed: "failed",
  in_doubt: "unknown whether it was sent",
}

export function selectMessageName(message: Message, participantName: string): string {
  const time = isForLater(message) ? formatExact(message.sent_at) : formatMessageTime(message.sent_at)
  const parts = [selectAuthorName(message.author, participantName), time]
  if (message.reply_to?.story) parts.push("answer to a story")
  if (message.attachments.length > 0 || message.text === null || message.deleted_at !== null) {
    parts.push(selectSummary({ ...message, text: null }))
  }
  if (message.edited_at !== null && message.deleted_at === null) parts.push("edited")
  const status = STATUS_WORDS[message.status]
  if (status !== undefined && message.deleted_at === null) parts.push(status)
  return parts.join(", ")
}

/** Whether the checks whether a message went out are over: then only a person may decide. */
export function selectIsChecked(message: Pick<Message, "status" | "error">): boolean {
  return message.status === "in_doubt" && message.error?.code !== "checking"
}
