/** Failed and doubtful answers in words: what happened, and what there is to do. Codes: docs/errors.md. */
import type { Message } from "../api/model"
import { selectIsChecked } from "./message-name"

export type TroubleWords = { what: string; why: string; todo: string; isWaiting: boolean }

const TODO: Record<string, string> = {
  window_closed: "It can be sent once they have written again.",
  unreachable: "It can be sent once they have written again.",
  restricted: "Wait until Instagram lifts the restriction, then send it again.",
  account_paused: "Wait until Meta has released the account, then send it again.",
  reconnect_needed: "Connect the account again, then send it again.",
  not_sendable: "Whoever runs the server must mend it; then send it again.",
  rejected_by_meta:
    "Change what Instagram refuses and send it again, or discard it where nothing can be changed.",
  handled_elsewhere: "Another app answers them. Send it by hand if it should go from here.",
  comment_answered: "Instagram allows one private reply to a comment: answer in public.",
  comment_too_old: "Answer the comment in public.",
  comment_not_answerable: "Answer the comment in public.",
  nothing_to_answer: "The message that it answers is gone: write it anew.",
  text_empty: "Write a text, and send it again.",
  text_too_long: "Shorten it, and send it again.",
  file_not_taken: "Choose another file.",
  file_too_large: "Choose a smaller file.",
  in_doubt: "Look into the Instagram app: if it is not there, send it again.",
}

export function describeTrouble(message: Pick<Message, "status" | "error">): TroubleWords {
  const code = message.error?.code ?? ""
  const why = message.error?.message ?? "Instagram refused it."
  if (message.status === "in_doubt" && !selectIsChecked(message))
    return {
      what: "Unknown, checking",
      why,
      todo: "Nothing yet: we are looking whether it arrived.",
      isWaiting: true,
    }
  const what = message.status === "in_doubt" ? "In doubt" : "Not sent"
  const todo = TODO[message.status === "in_doubt" ? "in_doubt" : code] ?? "Send it again, or discard it."
  return { what, why, todo, isWaiting: false }
}
