"""What goes out: api, react → act → send. What an account may send, and why it does.

Source of kinds and limits: rules S5-S18 of docs/spec/graph.md.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

ActorKind = Literal["agent", "rule", "schedule", "service"]
Purpose = Literal["answer", "private_reply", "automation", "verification", "acknowledgement", "custom"]
"""Why something is sent: by a person or at their wish, or by what by itself."""
OutboundKind = Literal["text", "image", "video", "audio", "file", "template", "share", "heart", "reaction", "typing", "seen"]
CommentCallKind = Literal["reply", "mention_reply", "hide", "unhide", "delete", "like", "unlike", "comments_on", "comments_off"]
"""What is done about comments where everybody sees it (rules K3-K14)."""
FileKind = Literal["image", "video", "audio", "file"]
"""Meta's words for files (rule S7)."""

OnReply = Literal["hold", "send", "cancel"]
"""What becomes of a scheduled answer when the participant writes before its time."""

LANE: dict[ActorKind, int] = {"agent": 0, "schedule": 1, "service": 2, "rule": 2}
"""Who goes first: people before schedules before what no person waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReply:
    """A choice under a text; the payload comes back when it is tapped (rule S16)."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text; of more than 1000 bytes it becomes several messages, in order."""

    type: Literal["text"]
    text: str
    quick_replies: tuple[QuickReply, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Uploaded files, in order: pictures go together, up to ten in a message; everything else goes one by one (S9, S10).

    The caption is a message of its own, after them (S6).
    """

    type: Literal["files"]
    uploads: tuple[UUID, ...]
    caption: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button of a template: it opens an address, or its payload comes back (rule S17)."""

    title: str
    url: str | None = None
    payload: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An element of a generic template: a title and at least one thing more (rule S17)."""

    title: str
    subtitle: str | None = None
    image_url: str | None = None
    url: str | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """A generic template: cards side by side (rule S17)."""

    type: Literal["cards"]
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Buttons:
    """A button template: a text over buttons (rule S17)."""

    type: Literal["buttons"]
    text: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A published post of the account, by its id at Meta (rule S12)."""

    type: Literal["share"]
    media_ig_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heart:
    """Instagram's heart (rule S12)."""

    type: Literal["heart"]


Content = Text | Files | Cards | Buttons | Share | Heart


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that can be sent: as it goes out, which may be another format than it came in. Its addresses are for the team."""

    id: UUID
    kind: FileKind
    content_type: str
    name: str
    size_bytes: int
    width: int | None
    height: int | None
    duration_ms: int | None
    placeholder: str | None
    url: str
    thumbnail_url: str | None
