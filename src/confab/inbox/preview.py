"""A conversation's line in the list: its newest message, and how that looks in a hundred characters. Pure."""

from collections import Counter
from collections.abc import Sequence

from confab.store.rows import AttachmentRow, ConversationRow, MessageRow

_LENGTH = 100
_LABELS = {
    "image": "Photo", "video": "Video", "audio": "Voice message", "file": "File", "share": "Shared post",
    "ig_post": "Shared post", "post": "Shared post", "ig_reel": "Reel", "reel": "Reel",
    "story_mention": "Mentioned you in a story", "ig_story": "Shared story", "story": "Shared story",
    "ephemeral": "Disappearing photo or video", "sticker": "Sticker", "like_heart": "❤️", "template": "Card",
    "fallback": "Link", "media": "Photo or video", "location": "Location",
}  # fmt: skip


def of(message: MessageRow) -> str:
    """The line for the list. An unsent message says only that; an unknown kind says that something came."""
    if message.deleted_at is not None:
        return "Message unsent"
    if message.text:
        return " ".join(message.text[: _LENGTH * 2].split())[:_LENGTH]
    if message.carried:
        return _label(message.carried, is_ours=message.direction == "outbound")
    if message.is_unsupported:
        return "Message that Instagram does not share"
    return "Replied to your story" if message.reply_to_story_id is not None else "Message"


def show_as_last(conversation: ConversationRow, message: MessageRow) -> None:
    """The conversation's line in the list shows this message."""
    conversation.last_message_id, conversation.last_message_at = message.id, message.sent_at
    conversation.last_message_preview = of(message)
    conversation.last_message_direction, conversation.last_message_status = message.direction, message.status
    conversation.is_changed = True


def consider_as_last(conversation: ConversationRow, message: MessageRow) -> None:
    """Show it if nothing is newer by Meta's clock. What becomes the newest brings a conversation back from the archive."""
    last = (conversation.last_message_at, conversation.last_message_id)
    if last[0] is None or last[1] is None or (message.sent_at, message.id) >= last or message.id == last[1]:
        if message.id != last[1]:
            conversation.bring_back()
        show_as_last(conversation, message)


def _label(attachments: Sequence[AttachmentRow], *, is_ours: bool) -> str:
    kind, count = Counter(attachment.kind for attachment in attachments).most_common(1)[0]
    if kind == "story_mention" and is_ours:
        return "Mentioned them in your story"
    label = _LABELS.get(kind, "Attachment")
    return f"{label} × {count}" if count > 1 else label
