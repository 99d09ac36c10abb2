import { explain } from "../api/client"
import type { Conversation, Participant } from "../api/model"
import { useRefreshProfile } from "../api/participants"
import {
  hasLinkedLead,
  selectAvatarUrl,
  selectDisplayName,
  selectHandle,
  selectProfileNote,
  selectStanding,
} from "../lib/selectors"
import { formatExact } from "../lib/time"
import { Button, IconButton } from "../ui/button"
import { Icon } from "../ui/icon"
import { showToast } from "../ui/toast"
import { useNow } from "../ui/use-now"
import { PersonAvatar } from "./person-avatar"

/** Who the other person is, as far as Instagram and the team have said. */
export function PersonCard({ conversation }: { conversation: Conversation }) {
  const { participant } = conversation
  const name = selectDisplayName(participant)
  const handle = selectHandle(participant)
  const standing = selectStanding(participant)
  return (
    <div className="flex flex-col items-center gap-1 pt-3 text-center">
      <PersonAvatar
        conversationId={conversation.id}
        name={name}
        url={selectAvatarUrl(participant)}
        size={72}
      />
      <h2 className="mt-2 flex items-center gap-1 text-base font-semibold">
        {name}
        {participant.is_verified && (
          <span role="img" aria-label="Verified by Instagram" title="Verified" className="text-blue">
            <Icon name="verified" size={16} />
          </span>
        )}
      </h2>
      {handle && <p className="text-sm text-ink-3">{handle}</p>}
      {standing && <p className="text-xs text-ink-3">{standing}</p>}
      {participant.connected_user_id !== null && (
        <p className="flex items-center gap-1 text-xs text-accent-text">
          <Icon name="check" size={14} /> Connected customer
        </p>
      )}
      {hasLinkedLead(participant) && <Lead id={participant.linked_lead_id ?? ""} />}
      {participant.username && (
        <a
          href={`https://www.instagram.com/${encodeURIComponent(participant.username)}/`}
          target="_blank"
          rel="noopener noreferrer"
          className="tap mt-1 inline-flex items-center gap-1 text-sm font-medium text-accent-text hover:underline"
        >
          Open in Instagram <Icon name="external" size={14} />
        </a>
      )}
      {!conversation.is_self && <Freshness id={conversation.id} participant={participant} />}
    </div>
  )
}

/** How old the profile is, and the way to a newer one. What comes of asking arrives by the stream. */
function Freshness({ id, participant }: { id: string; participant: Participant }) {
  const now = useNow()
  const { mutate, isPending } = useRefreshProfile()
  const isAsking = isPending || participant.profile_asked_at !== null
  return (
    <>
      <p
        role="status"
        aria-label="Profile"
        title={participant.profile_read_at === null ? undefined : formatExact(participant.profile_read_at)}
        className="mt-1 text-xs text-ink-3"
      >
        {selectProfileNote(participant, now)}
        {participant.profile_error !== null && !isAsking && (
          <span className="block text-red">Not refreshed: {participant.profile_error}</span>
        )}
      </p>
      <Button
        small
        look="quiet"
        icon="retry"
        disabled={isAsking}
        onClick={() =>
          mutate(id, {
            onError: (error) => showToast(`Not refreshed: ${explain(error)}`, { isError: true }),
          })
        }
      >
        Refresh profile
      </Button>
    </>
  )
}

function Lead({ id }: { id: string }) {
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(id)
      showToast("Lead copied")
    } catch {
      showToast("The browser does not let us copy: mark the text instead.", { isError: true })
    }
  }
  return (
    <p className="flex max-w-full items-center gap-1 text-xs text-ink-3">
      <span className="truncate">
        Lead <span className="text-ink-2 select-all">{id}</span>
      </span>
      <IconButton icon="copy" label="Copy the lead" size={14} onClick={() => void copy()} />
    </p>
  )
}
