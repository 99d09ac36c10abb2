/** What a screen says about a conversation or a message, computed from what the server told and the moment it is shown. */
import type { Account, Attachment, Conversation, Message, Participant, Upload } from "../api/model"
import { formatAgo, formatTimeRemaining, plural, speakTimeRemaining } from "./time"
import { decideWindow, type Verdict } from "./window-policy"

export const CLOSING_MS = 2 * 3_600_000
export const URGENT_MS = 15 * 60_000

export type WindowStatus = "open" | "closing" | "human_agent" | "no_permission" | "closed" | "never_opened"

type Person = Pick<Participant, "name" | "username" | "ig_id">
type WindowFacts = Pick<
  Conversation,
  "window_opened_at" | "window_opened_by" | "window_refused_at" | "human_agent_until" | "is_self"
>
type AccountFacts = Pick<Account, "human_agent"> | undefined

export function selectDisplayName(person: Person): string {
  return (
    person.name?.trim() ||
    (person.username ? `@${person.username}` : `Instagram user …${person.ig_id.slice(-4)}`)
  )
}

/** The handle where it says more than the name does, else null. */
export function selectHandle(person: Person): string | null {
  return person.name?.trim() && person.username ? `@${person.username}` : null
}

/** Our copy of their picture, or null: never an address of anybody else. */
export function selectAvatarUrl(participant: Pick<Participant, "avatar_url">): string | null {
  return ours(participant.avatar_url)
}

/** Our copy of what a message carries, or null: never an address of anybody else. */
export function selectMediaUrl(attachment: Pick<Attachment, "url">): string | null {
  return ours(attachment.url)
}

/** The small copy of a picture, or the whole one where there is no other. */
export function selectThumbnailUrl(of: Partial<Pick<Attachment, "url" | "thumbnail_url">>): string | null {
  return ours(of.thumbnail_url ?? null) ?? selectMediaUrl({ url: of.url ?? null })
}

export function hasLinkedLead(participant: Pick<Participant, "linked_lead_id">): boolean {
  return participant.linked_lead_id !== null && participant.linked_lead_id !== ""
}

/** "312 followers · Follows you": what Instagram says of them, or null. */
export function selectStanding(
  participant: Pick<Participant, "follower_count" | "is_follower" | "is_followed">,
): string | null {
  const parts: string[] = []
  const count = participant.follower_count
  if (count !== null) parts.push(`${count.toLocaleString()} ${count === 1 ? "follower" : "followers"}`)
  if (participant.is_follower) parts.push("Follows you")
  if (participant.is_followed) parts.push("You follow them")
  return parts.length > 0 ? parts.join(" · ") : null
}

/** How old all this is, or that somebody is asking for it just now. */
export function selectProfileNote(
  participant: Pick<Participant, "profile_asked_at" | "profile_read_at">,
  now: number,
): string {
  if (participant.profile_asked_at !== null) return "Asking Instagram…"
  if (participant.profile_read_at === null) return "Instagram has not said who this is"
  return `Profile from ${formatAgo(Date.parse(participant.profile_read_at), now)}`
}

/** What shows a file that is to be sent: a small picture of it, or itself where it is small. Null for what is not seen. */
export function selectUploadPreview(upload: Pick<Upload, "kind" | "url" | "thumbnail_url">): string | null {
  const small = ours(upload.thumbnail_url)
  return upload.kind === "image" ? (small ?? ours(upload.url)) : upload.kind === "video" ? small : null
}

function ours(url: string | null): string | null {
  return url?.startsWith("/media/") ? url : null
}

/** One or two letters for a picture that is missing. */
export function selectInitials(name: string): string {
  const words = name
    .replace(/^[@#]/u, "")
    .split(/[\s._-]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  const letters = words.slice(0, 2).map((word) => [...word].find((one) => /[\p{L}\p{N}]/u.test(one)) ?? "")
  return letters.join("").toLocaleUpperCase() || "?"
}

/** The same one of `count` colours for the same person, always. */
export function selectColour(id: string, count: number): number {
  let hash = 7
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003
  return hash % count
}

export function selectIsOutbound(message: Pick<Message, "direction">): boolean {
  return message.direction === "outbound"
}

/** The policy's verdict for a person who wants to answer this conversation now. */
export function selectVerdict(conversation: WindowFacts, account: AccountFacts, now: number): Verdict {
  return decideWindow({
    opened_at: conversation.window_opened_at,
    opened_by: conversation.window_opened_by,
    refused_at: conversation.window_refused_at,
    human_agent: account?.human_agent ?? conversation.human_agent_until !== null,
    is_self: conversation.is_self,
    actor: "agent",
    now,
  })
}

export function selectWindowStatus(
  conversation: WindowFacts,
  account: AccountFacts,
  now: number,
): WindowStatus {
  const verdict = selectVerdict(conversation, account, now)
  if (verdict.state === "closed") return selectCouldBeHuman(conversation, now) ? "no_permission" : "closed"
  if (verdict.state !== "open" || verdict.until === null) return verdict.state
  return verdict.until - now < CLOSING_MS ? "closing" : "open"
}

/** Milliseconds until the present answer ends; null when nothing runs. */
export function selectWindowTimeRemaining(
  conversation: WindowFacts,
  account: AccountFacts,
  now: number,
): number | null {
  const { until } = selectVerdict(conversation, account, now)
  return until === null ? null : Math.max(0, until - now)
}

export type Chip = { text: string; tone: "neutral" | "amber" | "red" | "outline" | "muted"; spoken: string }

/** The window chip of a list row, or null where there is nothing to say. */
export function selectWindowChip(conversation: WindowFacts, account: AccountFacts, now: number): Chip | null {
  if (conversation.is_self) return null
  const status = selectWindowStatus(conversation, account, now)
  const left = selectWindowTimeRemaining(conversation, account, now) ?? 0
  switch (status) {
    case "open":
    case "closing": {
      const tone = left < URGENT_MS ? "red" : status === "closing" ? "amber" : "neutral"
      return { text: formatTimeRemaining(left), tone, spoken: `window ${speakTimeRemaining(left)}` }
    }
    case "human_agent": {
      const days = formatTimeRemaining(left).split(" ").slice(0, 2).join(" ")
      return {
        text: `${days}: human only`,
        tone: "outline",
        spoken: `human answers only, ${speakTimeRemaining(left)}`,
      }
    }
    case "never_opened":
      return { text: "not open", tone: "muted", spoken: "window never opened" }
    default:
      return { text: "closed", tone: "muted", spoken: "window closed" }
  }
}

type RowFacts = {
  conversation: Conversation
  account: AccountFacts
  viewerId: string
  now: number
  /** There are several accounts, and the row shows whose it is. */
  hasAccounts: boolean
}

/** "Ana Ruiz, unread, 2 messages, window 3 hours, assigned to you": a row as a screen reader says it. */
export function selectRowName({ conversation, account, viewerId, now, hasAccounts }: RowFacts): string {
  const { assignee, unread_count, last_message_status, labels } = conversation
  const parts = [selectDisplayName(conversation.participant)]
  if (hasAccounts) parts.push(`to @${conversation.account.username}`)
  if (unread_count > 0) parts.push(`unread, ${plural(unread_count, "message")}`)
  if (last_message_status === "failed") parts.push("last answer failed")
  if (last_message_status === "in_doubt") parts.push("last answer in doubt")
  const chip = selectWindowChip(conversation, account, now)
  if (chip !== null) parts.push(chip.spoken)
  if (conversation.status !== "open") parts.push(conversation.status === "closed" ? "done" : "snoozed")
  if (assignee !== null)
    parts.push(assignee.id === viewerId ? "assigned to you" : `assigned to ${assignee.name}`)
  if (labels.length > 0) parts.push(`labels ${labels.join(", ")}`)
  return parts.join(", ")
}

/** The second line of a row: what was said last, and by which side. "Us" may be a colleague, a phone or another app. */
export function selectPreview(conversation: Conversation): string {
  const { last_message_preview, last_message_direction } = conversation
  if (last_message_preview === null) return "No messages yet"
  return last_message_direction === "outbound" ? `Us: ${last_message_preview}` : last_message_preview
}

const LABELS: Record<string, string> = {
  image: "Photo",
  video: "Video",
  audio: "Voice message",
  file: "File",
  share: "Shared post",
  post: "Shared post",
  ig_post: "Shared post",
  ig_reel: "Shared reel",
  reel: "Shared reel",
  story_mention: "Story mention",
  ig_story: "Shared story",
  story_share: "Shared story",
  ephemeral: "Disappearing photo or video",
  animated_image: "GIF",
  sticker: "Sticker",
  like_heart: "Heart",
  template: "Card",
  fallback: "Link",
  unsupported_type: "Unsupported attachment",
}

/** What kind of thing an attachment is, in a word or two. */
export function selectAttachmentLabel(attachment: Pick<Attachment, "kind">): string {
  return LABELS[attachment.kind] ?? `Attachment (${attachment.kind.replaceAll("_", " ")})`
}

/** A message in one line, for a quote, a name or an announcement. */
export function selectSummary(
  message: Pick<Message, "text" | "attachments" | "deleted_at" | "is_unsupported">,
): string {
  if (message.deleted_at !== null) return "Unsent message"
  if (message.text) return message.text
  const first = message.attachments[0]
  if (first !== undefined) {
    const more = message.attachments.length - 1
    return selectAttachmentLabel(first) + (more > 0 ? ` and ${more} more` : "")
  }
  return message.is_unsupported ? "Message that Instagram does not pass on" : "Message without text"
}

/** Whether the feature would still allow an answer: then the missing permission is the reason, not the time. */
function selectCouldBeHuman(conversation: WindowFacts, now: number): boolean {
  return decideWindow({
    opened_at: conversation.window_opened_at,
    opened_by: conversation.window_opened_by,
    refused_at: conversation.window_refused_at,
    human_agent: true,
    is_self: conversation.is_self,
    actor: "agent",
    now,
  }).allowed
}
