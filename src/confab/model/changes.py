"""What became different: apply and act → publish and react.

A change carries the whole object as it is now, so a reader who missed ten needs only the newest, and applying one twice is
harmless: the object's `version` says which is newer.
"""

from dataclasses import dataclass
from typing import Literal

from confab.model.comments import Comment, Post
from confab.model.doctor import Checkup
from confab.model.inbox import (
    Account,
    AccountId,
    Activity,
    Agent,
    CommentId,
    Conversation,
    ConversationId,
    Message,
    MessageId,
    Note,
    NoteId,
    Run,
)
from confab.model.library import ItemId, LibraryItem


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAdded:
    """A message stands in its conversation for the first time."""

    type: Literal["message_added"]
    conversation_id: ConversationId
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUpdated:
    """A message changed: edited, unsent, reacted to, read, or its sending moved on."""

    type: Literal["message_updated"]
    conversation_id: ConversationId
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRemoved:
    """A row turned out to be another message's double, or was discarded by an agent, and is gone."""

    type: Literal["message_removed"]
    conversation_id: ConversationId
    message_id: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationUpdated:
    """A conversation is new or changed."""

    type: Literal["conversation_updated"]
    conversation: Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded:
    """An agent left a note."""

    type: Literal["note_added"]
    conversation_id: ConversationId
    note: Note


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRemoved:
    """A note's time was over, and it is gone."""

    type: Literal["note_removed"]
    conversation_id: ConversationId
    note_id: NoteId


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityAdded:
    """Something happened in a conversation that is no message."""

    type: Literal["activity_added"]
    conversation_id: ConversationId
    activity: Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentUpdated:
    """A comment or mention is new or changed."""

    type: Literal["comment_updated"]
    comment: Comment


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRemoved:
    """A row turned out to be another comment's double, or was discarded by an agent, or its time was over, and is gone."""

    type: Literal["comment_removed"]
    comment_id: CommentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PostUpdated:
    """A post that comments stand under is new or changed."""

    type: Literal["post_updated"]
    post: Post


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUpdated:
    """An account is new or changed: its health, its settings, its newest event."""

    type: Literal["account_updated"]
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountErased:
    """Everything of an account but itself is gone: its conversations with all that is in them, its comments, its numbers."""

    type: Literal["account_erased"]
    account_id: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentUpdated:
    """Somebody joined the team, left it (`removed`), or changed name or role."""

    type: Literal["agent_updated"]
    agent: Agent
    removed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunUpdated:
    """Something long began, went on or ended."""

    type: Literal["run_updated"]
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryItemUpdated:
    """Something that a connected customer shared in this conversation is new in their library, or changed there."""

    type: Literal["library_item_updated"]
    conversation_id: ConversationId
    item: LibraryItem


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryItemRemoved:
    """Of this conversation nothing of the item is left: its customer unsent it, or took it out of their library."""

    type: Literal["library_item_removed"]
    conversation_id: ConversationId
    item_id: ItemId


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckupUpdated:
    """The doctor looked at the workspace, or somebody wants it; what was found is told to owners and admins who ask."""

    type: Literal["checkup_updated"]
    checkup: Checkup


Change = (
    MessageAdded
    | MessageUpdated
    | MessageRemoved
    | ConversationUpdated
    | NoteAdded
    | NoteRemoved
    | ActivityAdded
    | CommentUpdated
    | CommentRemoved
    | PostUpdated
    | AccountUpdated
    | AccountErased
    | AgentUpdated
    | RunUpdated
    | LibraryItemUpdated
    | LibraryItemRemoved
    | CheckupUpdated
)
