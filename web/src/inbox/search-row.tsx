import type { ReactNode } from "react"
import type { SearchHit } from "../api/model"
import { selectAvatarUrl, selectDisplayName, selectHandle } from "../lib/selectors"
import { formatMoment } from "../lib/time"
import { Avatar } from "../ui/avatar"
import { useNow } from "../ui/use-now"
import { PersonAvatar } from "./person-avatar"

type RowProps = { id: string; hit: SearchHit; isChosen: boolean; onChoose: () => void; onOpen: () => void }

/** One hit: who it is about, and the place where it says what was looked for. */
export function SearchRow({ id, hit, isChosen, onChoose, onOpen }: RowProps) {
  const now = useNow()
  const { name, account, at, picture } = aboutOf(hit)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      tabIndex={-1}
      onMouseMove={onChoose}
      onClick={onOpen}
      className="flex cursor-pointer items-start gap-3 rounded-xl p-2.5 aria-selected:bg-accent-soft"
    >
      {picture}
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <span className="max-w-[60%] shrink-0 truncate font-medium text-sm">{name}</span>
          <span className="truncate text-ink-3 text-xs">
            {[whatOf(hit), `@${account}`, hit.is_archived && "archived"].filter(Boolean).join(" · ")}
          </span>
          {at && (
            <time dateTime={at} className="ml-auto shrink-0 text-ink-3 text-xs">
              {formatMoment(Date.parse(at), now)}
            </time>
          )}
        </p>
        <p dir="auto" className="line-clamp-2 text-ink-2 text-sm">
          {hit.snippet.map((part, index) => {
            const key = `${index} ${part.text}`
            return part.is_hit ? (
              <mark key={key} className="rounded-sm bg-amber-soft text-ink">
                {part.text}
              </mark>
            ) : (
              <span key={key}>{part.text}</span>
            )
          })}
        </p>
      </div>
    </div>
  )
}

type About = { name: string; account: string; at: string | null; picture: ReactNode }

const PICTURE = 34

function aboutOf({ conversation, message, note, comment }: SearchHit): About {
  if (conversation === null) {
    const name = comment?.author.username ?? "somebody"
    return {
      name,
      account: comment?.account.username ?? "",
      at: comment?.created_at ?? null,
      picture: <Avatar id={comment?.author.ig_id ?? name} name={name} size={PICTURE} />,
    }
  }
  const { participant, account } = conversation
  const name = selectDisplayName(participant)
  const url = selectAvatarUrl(participant)
  return {
    name,
    account: account.username,
    at: message?.sent_at ?? note?.created_at ?? conversation.last_message_at,
    picture: <PersonAvatar conversationId={conversation.id} name={name} url={url} size={PICTURE} />,
  }
}

function whatOf({ kind, conversation, message, note, comment }: SearchHit): string {
  if (comment !== null) return comment.is_own ? "you commented" : "commented"
  if (kind === "person") return (conversation && selectHandle(conversation.participant)) ?? "person"
  if (kind === "conversation") return note === null ? "label" : `note by ${note.author.name}`
  return message?.direction === "outbound" ? "you wrote" : "wrote"
}
