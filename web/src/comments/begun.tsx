import { type CommentMode, readDraft } from "../api/drafts"
import type { Comment } from "../api/model"
import type { CommentDoors } from "./use-doors"

const WORDS: Record<CommentMode, string> = {
  public: "Draft of a public reply: ",
  private: "Draft of a private message: ",
  note: "Draft of a note: ",
}

/** What somebody began to write about a comment, in this browser, and left: a press goes on with it. */
export function Begun({ comment, doors }: { comment: Comment; doors: CommentDoors }) {
  return (["public", "private", "note"] as const).map((mode) => {
    const text = readDraft(comment.id, mode)
    return (
      text !== "" && (
        <button
          key={mode}
          type="button"
          onClick={() => doors.write(comment, mode)}
          className="w-fit max-w-full truncate rounded-lg bg-sunken px-2 py-0.5 text-ink-2 text-sm hover:bg-hover"
        >
          <span className="text-accent-text">{WORDS[mode]}</span>
          {text}
        </button>
      )
    )
  })
}
