"""Conversations and messages as they are kept: every column, for those who write them. Mutable, because that is their use.

Readers get the values of `model/inbox.py` instead.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from confab.model.media import STORY_POSITION


@dataclass(slots=True, kw_only=True)
class ConversationRow:
    """A conversation under lock, with its participant; `is_new` until it is written."""

    workspace_id: UUID
    id: UUID
    account_id: UUID
    participant_id: UUID
    igsid: str
    status: str
    snoozed_until: datetime | None
    unread_count: int
    read_up_to: datetime
    seen_up_to: datetime | None
    last_message_id: UUID | None
    last_message_at: datetime | None
    last_message_preview: str | None
    last_message_direction: str | None
    last_message_status: str | None
    window_opened_at: datetime | None
    window_opened_by: str | None
    window_refused_at: datetime | None
    unreachable_at: datetime | None
    thread_owner_app_id: str | None
    thread_owner_at: datetime | None
    handled_elsewhere: bool
    is_self: bool
    archived_at: datetime | None = None
    comes_back: bool = field(default=False, compare=False)  # from the archive, when it is written
    is_new: bool = field(default=False, compare=False)
    is_changed: bool = field(default=False, compare=False)

    def bring_back(self) -> None:
        """Out of the archive, if it lies there, with its newest messages."""
        if self.archived_at is not None:
            self.archived_at, self.comes_back, self.is_changed = None, True, True


@dataclass(slots=True, kw_only=True)
class AttachmentRow:
    """One attachment of a message, with what Meta said about it."""

    workspace_id: UUID
    message_id: UUID
    position: int
    kind: str
    source_url: str | None
    title: str | None
    permalink: str | None
    state: str
    sent_at: datetime
    available_until: datetime | None = None
    content_type: str | None = None
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    digest: bytes | None = None
    placeholder: str | None = None
    has_thumbnail: bool = False
    error: str | None = None
    media_fetch_failed: bool = False
    payload: dict[str, Any] = field(default_factory=dict)  # Meta's own


@dataclass(slots=True, kw_only=True)
class MessageRow:
    """A message with all its columns; `is_new` until it is written."""

    workspace_id: UUID
    id: UUID
    account_id: UUID
    conversation_id: UUID
    direction: str
    author_kind: str
    sent_at: datetime
    status: str
    mid: str | None = None
    mid_digest: UUID | None = None
    mid_is_guess: bool = False
    client_key: str | None = None
    client_digest: bytes | None = None
    author_name: str | None = None
    author_agent_id: UUID | None = None
    text: str | None = None
    reply_to_mid: str | None = None
    reply_to_story_id: str | None = None
    reply_to_story_url: str | None = None
    reply_to_story_link: str | None = None
    reactions: list[dict[str, Any]] = field(default_factory=list)  # {igsid, by, emoji, reaction, at, is_removed}
    quick_reply_payload: str | None = None
    postback_payload: str | None = None
    referral: dict[str, Any] | None = None  # a SharedReferral as JSON
    meta_sent_at: str | None = None
    edits: list[dict[str, Any]] = field(default_factory=list)  # {num_edit, text}: the texts that were replaced
    num_edit: int = 0
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    processed: bool = False
    is_unsupported: bool = False
    is_standby: bool = False
    is_history: bool = False
    error_code: str | None = None
    error_message: str | None = None
    delivery_id: UUID | None = None
    version: int = 1
    is_archived: bool = False
    attachments: list[AttachmentRow] = field(default_factory=list)
    is_new: bool = False
    is_changed: bool = False
    loses_attachments: bool = False

    @property
    def carried(self) -> list[AttachmentRow]:
        """What the message itself carries, in its order: without the story that it answers."""
        return [attachment for attachment in self.attachments if attachment.position < STORY_POSITION]

    @property
    def answered_story(self) -> AttachmentRow | None:
        """The story that it answers, where Meta gave a link to it."""
        return next((attachment for attachment in self.attachments if attachment.position == STORY_POSITION), None)
