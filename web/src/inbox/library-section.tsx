import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { explain } from "../api/client"
import { libraryOf, useDisconnect } from "../api/library"
import type { Conversation, LibraryItem } from "../api/model"
import { formatExact } from "../lib/time"
import { Button } from "../ui/button"
import { Icon, type IconName } from "../ui/icon"
import { showToast } from "../ui/toast"

const ICONS: Record<LibraryItem["kind"], IconName> = {
  reel: "video",
  post: "photo",
  story: "story",
  link: "link",
}
const NAMES: Record<LibraryItem["kind"], string> = {
  reel: "Reel",
  post: "Post",
  story: "Story",
  link: "Link",
}
const FEW = 5

/** What a connected customer shared in this conversation, and the way to let go of them. */
export function LibrarySection({ conversation }: { conversation: Conversation }) {
  const isConnected = conversation.participant.connected_user_id !== null
  const library = useQuery(libraryOf(conversation.id))
  const [isAll, setAll] = useState(false)
  const items = library.data?.items ?? []
  if (!isConnected && items.length === 0) return null
  const shown = isAll ? items : items.slice(0, FEW)
  return (
    <section aria-label="Library" className="flex flex-col gap-1.5 border-t border-line pt-4">
      <h3 className="text-xs font-semibold text-ink-3">Library</h3>
      {library.isError && <p className="text-sm text-red">Not loaded: {explain(library.error)}</p>}
      {library.isSuccess && items.length === 0 && <p className="text-sm text-ink-3">Nothing shared yet.</p>}
      <ul className="flex flex-col gap-1">
        {shown.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
      {items.length > shown.length && (
        <Button small look="quiet" onClick={() => setAll(true)}>
          Show {items.length - shown.length} more
        </Button>
      )}
      {isConnected && <Disconnect conversationId={conversation.id} />}
    </section>
  )
}

function Item({ item }: { item: LibraryItem }) {
  const title = item.caption ?? item.permalink?.replace(/^https?:\/\/(www\.)?/, "") ?? NAMES[item.kind]
  return (
    <li className="flex items-center gap-2.5 py-1">
      <Preview key={item.preview_url} item={item} />
      <span className="flex min-w-0 flex-1 flex-col">
        {item.permalink === null ? (
          <span className="truncate text-sm">{title}</span>
        ) : (
          <a
            href={item.permalink}
            target="_blank"
            rel="noopener noreferrer"
            className="truncate text-sm hover:underline"
          >
            {title}
          </a>
        )}
        <span className="truncate text-xs text-ink-3" title={formatExact(item.last_sent_at)}>
          {[NAMES[item.kind], ...item.tags].join(" · ")}
        </span>
      </span>
    </li>
  )
}

function Preview({ item }: { item: LibraryItem }) {
  const [isBroken, setBroken] = useState(false)
  return (
    <span className="grid size-10 shrink-0 place-items-center overflow-hidden rounded-lg bg-sunken text-ink-3">
      {item.preview_url === null || isBroken ? (
        <Icon name={ICONS[item.kind]} size={18} />
      ) : (
        <img
          src={item.preview_url}
          alt=""
          loading="lazy"
          onError={() => setBroken(true)}
          className="size-full object-cover"
        />
      )}
    </span>
  )
}

/** Asked twice, on the spot: it cannot be taken back by the team. */
function Disconnect({ conversationId }: { conversationId: string }) {
  const [isSure, setSure] = useState(false)
  const { mutate, isPending } = useDisconnect()
  if (!isSure) {
    return (
      <Button small look="quiet" onClick={() => setSure(true)}>
        Disconnect customer
      </Button>
    )
  }
  return (
    <fieldset aria-label="Disconnect customer" className="flex flex-col gap-2 rounded-lg bg-sunken p-3">
      <p className="text-sm">Only the customer can connect again. Their library stays theirs.</p>
      <div className="flex gap-2">
        <Button
          small
          disabled={isPending}
          onClick={() =>
            mutate(conversationId, {
              onSuccess: () => showToast("Customer disconnected"),
              onError: (error) => showToast(`Not disconnected: ${explain(error)}`, { isError: true }),
            })
          }
        >
          Disconnect
        </Button>
        <Button small look="quiet" autoFocus onClick={() => setSure(false)}>
          Keep
        </Button>
      </div>
    </fieldset>
  )
}
