"""Customers who connected, and the library of what they shared with us."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType
from uuid import UUID

from confab.model.inbox import ConversationId, WorkspaceId

MemberId = NewType("MemberId", UUID)
ItemId = NewType("ItemId", UUID)
Way = Literal["mail", "oidc", "page"]
ItemKind = Literal["reel", "post", "story", "link"]
EventType = Literal["created", "updated", "removed"]

KINDS: tuple[ItemKind, ...] = ("reel", "post", "story", "link")
"""All kinds of items, as they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody has shown to be: an address that they read mail at, or a user of a provider or the company's own page."""

    way: Way
    user_id: str | None
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A customer who connected. `user_id` is what their participants' `connected_user_id` says."""

    id: MemberId
    workspace_id: WorkspaceId
    user_id: str
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One thing in a message: `key` makes it the same as another, whoever sent it when. `position` is its attachment's."""

    kind: ItemKind
    key: str
    position: int
    media_id: str | None
    permalink: str | None
    caption: str | None
    author: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryItem:
    """What a connected customer shared, once however often they did. `preview_url` is ours, None when there is none to show."""

    id: ItemId
    kind: ItemKind
    media_id: str | None
    permalink: str | None
    caption: str | None
    author: str | None
    note: str
    tags: list[str]
    first_sent_at: datetime
    last_sent_at: datetime
    preview_url: str | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInConversation:
    """An item and the conversation that shows it."""

    conversation_id: ConversationId
    item: LibraryItem
