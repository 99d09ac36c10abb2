"""What a message of Instagram says, put into its row: everything but its text, which may have been edited. Pure."""

from typing import Any

import msgspec

from confab.model import media
from confab.model.events import Content, SharedAttachment, SharedReferral
from confab.store.rows import AttachmentRow, MessageRow


def put(row: MessageRow, content: Content) -> None:
    """All that a message says besides its text."""
    row.reply_to_mid, row.reply_to_story_id = content.reply_to_mid, _story_id(content)
    row.reply_to_story_url, row.reply_to_story_link = content.reply_to_story_url, content.reply_to_story_link
    row.quick_reply_payload, row.referral = content.quick_reply_payload, _referral(content.referral)
    row.is_unsupported = content.is_unsupported
    row.attachments = [_attachment(row, position, shared) for position, shared in enumerate(content.attachments)]
    if content.is_story_reply and content.reply_to_story_url is not None:
        row.attachments.append(_story(row, content.reply_to_story_url))


def _attachment(message: MessageRow, position: int, shared: SharedAttachment) -> AttachmentRow:
    source = media.Source(has_file=shared.url is not None, has_page=shared.permalink is not None)
    return AttachmentRow(
        workspace_id=message.workspace_id, message_id=message.id, position=position, kind=shared.kind, source_url=shared.url,
        title=shared.title, permalink=shared.permalink, state=media.first_state(shared.kind, source), payload=shared.payload,
        sent_at=message.sent_at,
        available_until=media.available_until(shared.kind, message.sent_at) if source.has_file and not source.has_page else None,
    )  # fmt: skip


def _story(message: MessageRow, url: str) -> AttachmentRow:
    """The story that a message answers, told apart from what it carries by its position alone. Rule MD7."""
    return AttachmentRow(
        workspace_id=message.workspace_id, message_id=message.id, position=media.STORY_POSITION, kind=media.STORY_REPLY,
        source_url=url, title=None, permalink=None, state="pending", sent_at=message.sent_at,
        available_until=media.available_until(media.STORY_REPLY, message.sent_at),
    )  # fmt: skip


def _story_id(content: Content) -> str | None:
    return (content.reply_to_story_id or "") if content.is_story_reply else None


def _referral(referral: SharedReferral | None) -> dict[str, Any] | None:  # kept as JSON
    return None if referral is None else msgspec.to_builtins(referral)
