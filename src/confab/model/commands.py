"""What an agent or a rule wants: api, react → act."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from confab.model.comments import CommentPending
from confab.model.inbox import (
    AccountId,
    AgentId,
    CommentId,
    ConversationId,
    ConversationStatus,
    MessageId,
    PostId,
    RunId,
    RunKind,
    WorkspaceId,
)
from confab.model.outgoing import ActorKind, Content, OnReply, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, in which workspace. `name` is what the team sees; only an agent has an id."""

    workspace_id: WorkspaceId
    kind: ActorKind
    agent_id: AgentId | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Answer. The same `client_key` and content again is the same message.

    `reply_to`: the message that is answered. `undo_s`: how long it waits here, so that it can still be discarded.
    `release_at`: when it is to go out, None: now; `on_reply`: what becomes of it if the participant writes before.
    """

    conversation_id: ConversationId
    client_key: str
    content: Content
    reply_to: MessageId | None = None
    purpose: Purpose = "answer"
    undo_s: int = 0
    release_at: datetime | None = None
    on_reply: OnReply = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """Change what is scheduled, or held for review; what is None stays. Of several messages all change."""

    conversation_id: ConversationId
    message_id: MessageId
    release_at: datetime | None = None
    on_reply: OnReply | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNow:
    """Send what is scheduled, or held for review, at once: a person's decision."""

    conversation_id: ConversationId
    message_id: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Send a failed or in-doubt message again, with this text if one is given: a person's decision."""

    conversation_id: ConversationId
    message_id: MessageId
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """Give up a message that is not known to have been sent."""

    conversation_id: ConversationId
    message_id: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPrivately:
    """Answer a comment in private, once. The same `client_key` and content again is the same message."""

    comment_id: CommentId
    client_key: str
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerComment:
    """Answer a comment, or a mention, where everybody sees it. The same `client_key` and text again is the same answer."""

    comment_id: CommentId
    client_key: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderate:
    """Hide a comment or show it again, delete it, like it or take that back."""

    comment_id: CommentId
    what: CommentPending


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchComments:
    """Whether a post takes comments."""

    post_id: PostId
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryComment:
    """Send an answer to a comment again that failed or is in doubt, with this text if one is given: a person's decision."""

    comment_id: CommentId
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardComment:
    """Give up an answer to a comment that is not known to have been sent."""

    comment_id: CommentId


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOnComment:
    """What the team says of a comment; what is None stays. `is_unassigned`: nobody's from now on."""

    comment_id: CommentId
    is_done: bool | None = None
    assignee_id: AgentId | None = None
    is_unassigned: bool = False
    labels: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteComment:
    """Leave a remark about a comment for the team."""

    comment_id: CommentId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicate:
    """Show the participant that somebody types, or no longer does, or has seen what they wrote."""

    conversation_id: ConversationId
    what: Literal["typing", "typing_off", "seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class React:
    """React to a message with an emoji, or take the reaction back: None."""

    conversation_id: ConversationId
    message_id: MessageId
    emoji: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchAgain:
    """Try again to copy what a message carries at this position."""

    conversation_id: ConversationId
    message_id: MessageId
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadEarlier:
    """Read at Instagram what was said before the oldest message here."""

    conversation_id: ConversationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """Read an account's conversations, its participants' profiles, its numbers, or the comments under its posts, at Instagram.

    One at a time of a kind: again is the same run.

    Of numbers: which days (None: as usual), and which metrics (None: all).
    """

    account_id: AccountId
    what: RunKind
    since: date | None = None
    until: date | None = None
    metrics: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRun:
    """Let a run end where it is."""

    run_id: RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead:
    """Everything up to this message is read; None: up to the newest."""

    conversation_id: ConversationId
    message_id: MessageId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """Hand the conversation to an agent, or to nobody."""

    conversation_id: ConversationId
    assignee_id: AgentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus:
    """Open, close, or snooze until a moment. `last_message_at`: of the newest message that was seen, None: it does not matter."""

    conversation_id: ConversationId
    status: ConversationStatus
    snoozed_until: datetime | None
    last_message_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Put the conversation into the archive, or bring it back. `last_message_at` as in SetStatus."""

    conversation_id: ConversationId
    is_archived: bool
    last_message_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLabels:
    """Replace the labels."""

    conversation_id: ConversationId
    labels: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    """Leave a remark for the team."""

    conversation_id: ConversationId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshProfile:
    """Ask Meta anew who the participant is."""

    conversation_id: ConversationId


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLead:
    """Remember what another system calls the participant; None: nothing."""

    conversation_id: ConversationId
    lead_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPicture:
    """The participant's picture does not show in a browser."""

    conversation_id: ConversationId
