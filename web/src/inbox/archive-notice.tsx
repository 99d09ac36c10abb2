import type { Conversation } from "../api/model"
import { Button } from "../ui/button"
import { Icon } from "../ui/icon"
import { useActions } from "./use-actions"

/** Above a thread that lies in the archive: so it is said, and the way back. */
export function ArchiveNotice({ conversation }: { conversation: Conversation }) {
  const { archive } = useActions()
  if (conversation.archived_at === null) return null
  return (
    <div className="flex items-center gap-2 border-b border-line bg-sunken px-5 py-1.5 text-xs text-ink-2">
      <Icon name="archive" size={14} />
      <p className="mr-auto">This conversation is in the archive. A new message brings it back.</p>
      <Button small onClick={() => archive(conversation, false)}>
        Bring back
      </Button>
    </div>
  )
}
