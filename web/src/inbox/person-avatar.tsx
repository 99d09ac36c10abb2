import { reportBrokenPicture } from "../api/participants"
import { Avatar } from "../ui/avatar"

type PersonAvatarProps = { conversationId: string; name: string; url: string | null; size: number }

/** The picture of a conversation's participant, or their initials; one that does not show is reported. */
export function PersonAvatar({ conversationId, name, url, size }: PersonAvatarProps) {
  return (
    <Avatar
      id={conversationId}
      name={name}
      url={url}
      size={size}
      onBroken={() => reportBrokenPicture(conversationId)}
    />
  )
}
