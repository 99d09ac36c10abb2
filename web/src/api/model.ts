/** The server's shapes by their short names. Types only, so every room may import this file. */
import type { components } from "./types.gen"

type Schemas = components["schemas"]

export type Account = Schemas["Account"]
export type Activity = Schemas["Activity"]
export type Agent = Schemas["Agent"]
export type AgentRef = Schemas["AgentRef"]
export type Attachment = Schemas["Attachment"]
export type Author = Schemas["Author"]
export type Comment = Schemas["Comment"]
export type Checkup = Schemas["Checkup"]
export type Conversation = Schemas["Conversation"]
export type Finding = Schemas["Finding"]
export type Insights = Schemas["Insights"]
export type InsightsRun = Schemas["InsightsRun"]
export type LibraryItem = Schemas["LibraryItem"]
export type LoginDoor = Schemas["LoginDoor"]
export type Me = Schemas["Me"]
export type Message = Schemas["Message"]
export type Export = Schemas["Export"]
export type MessageStatus = Schemas["Message"]["status"]
export type Note = Schemas["Note"]
export type Outbox = Schemas["Outbox"]
export type OnReply = Schemas["Scheduled"]["on_reply"]
export type Participant = Schemas["Participant"]
export type Post = Schemas["Post"]
export type Place = Schemas["Place"]
export type Queue = Schemas["Queue"]
export type Referral = Schemas["Referral"]
export type Automation = Schemas["Automation"]
export type Rule = Schemas["Rule"]
export type RuleAction = Schemas["Definition"]["actions"][number]
export type RuleCondition = Schemas["Definition"]["conditions"][number]
export type RuleDefinition = Schemas["Definition"]
export type RuleRun = Schemas["RuleRun"]
export type RuleTrigger = Schemas["Trigger"]
export type Run = Schemas["Run"]
export type CommentThread = Schemas["CommentThread"]
export type SearchHit = Schemas["SearchHit"]
export type Tryout = Schemas["Tryout"]
export type TryoutPage = Schemas["TryoutPage"]
export type SavedReply = Schemas["SavedReply"]
export type Scheduled = Schemas["Scheduled"]
export type Troubled = Schemas["Troubled"]
export type Upload = Schemas["Upload"]

/** What became different, as the stream and `/changes` tell it; `seq` is its place in the feed. */
export type Change = { seq: number } & (
  | Schemas["MessageAdded"]
  | Schemas["MessageUpdated"]
  | Schemas["MessageRemoved"]
  | Schemas["ConversationUpdated"]
  | Schemas["NoteAdded"]
  | Schemas["NoteRemoved"]
  | Schemas["ActivityAdded"]
  | Schemas["CommentUpdated"]
  | Schemas["CommentRemoved"]
  | Schemas["PostUpdated"]
  | Schemas["AccountUpdated"]
  | Schemas["AccountErased"]
  | Schemas["AgentUpdated"]
  | Schemas["RunUpdated"]
  | Schemas["LibraryItemUpdated"]
  | Schemas["LibraryItemRemoved"]
  | Schemas["CheckupUpdated"]
  | { type: "superseded" }
)

/** A send that the server has not confirmed yet. It shows as a bubble until a message with its key arrives. */
export type PendingSend = {
  client_key: string
  conversation_id: string
  text: string
  files?: SentFile[]
  /** What it answers: a message here, by its id at Meta and as it is quoted. */
  answers?: { id: string; mid: string; words: string }
  created_at: string
  /** `handed`: the server has it, and its last part is about to be told. `waiting` means offline: it goes out by itself, with the same key, when the connection is back. */
  state: "sending" | "handed" | "waiting" | "failed"
  error: string | null
}

/** A file of an answer on its way. `preview`: what this browser shows of it until it is reloaded. */
export type SentFile = { upload: Upload; preview: string | null }

/** A file of an answer that is being written. */
export type DraftFile = {
  key: string
  name: string
  kind: Upload["kind"]
  size: number
  preview: string | null
  state: "uploading" | "failed" | "done"
  /** From 0 to 1. */
  progress: number
  error: string | null
  /** What failed may go when it is tried again. */
  mayRetry: boolean
  /** It comes from a draft of an earlier page: the server may have forgotten it. */
  isKept: boolean
  upload: Upload | null
}
