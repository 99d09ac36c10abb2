"""Conversations and messages as Meta's API shows them: what was not asked for is None, or holds nothing. Rules C1-C11, C16."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import msgspec

Shape = TypeVar("Shape")

UNKNOWN = datetime.fromtimestamp(0, UTC)
"""A time that cannot be read (rule C16)."""


class Person(msgspec.Struct, frozen=True):
    """Who wrote, as the conversations API names them."""

    id: str | int | None = None
    username: str | None = None


class _People(msgspec.Struct, frozen=True):
    data: list[Person] = []


class ReadFile(msgspec.Struct, frozen=True):
    """Where a picture or a film is for now."""

    url: str | None = None


class ReadAttachment(msgspec.Struct, frozen=True):
    """One attachment: a picture, a film, another file, or a template (rule C9)."""

    mime_type: str | None = None
    image_data: ReadFile | None = None
    video_data: ReadFile | None = None
    file_url: str | None = None
    generic_template: dict[str, Any] | None = None  # Meta's own


class _Attachments(msgspec.Struct, frozen=True):
    data: list[ReadAttachment] = []


class ReadLink(msgspec.Struct, frozen=True):
    """A shared post, or a story; the link of a story that is over is empty (rule C10)."""

    link: str | None = None
    id: str | int | None = None


class _Links(msgspec.Struct, frozen=True):
    data: list[ReadLink] = []


class ReadStory(msgspec.Struct, frozen=True):
    """The story that mentions us, or that is answered (rule C10)."""

    mention: ReadLink | None = None
    reply_to: ReadLink | None = None


class ReadReply(msgspec.Struct, frozen=True):
    """The message that is answered."""

    mid: str | None = None


class ReadReaction(msgspec.Struct, frozen=True):
    """One emoji and who reacted with it."""

    reaction: str | None = None
    users: list[Person] = []


class _Reactions(msgspec.Struct, frozen=True):
    data: list[ReadReaction] = []


class ReadMessage(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A message as it is read back, to the second (rules C5, C8). What was not asked for is None, or holds nothing."""

    id: str
    created_time: str | int = ""
    sender: Person | None = None
    to: _People | None = None
    message: str | None = None
    attachments: _Attachments = _Attachments()
    shares: _Links = _Links()
    story: ReadStory | None = None
    reactions: _Reactions = _Reactions()
    reply_to: ReadReply | None = None
    is_unsupported: bool | None = None

    @property
    def created_at(self) -> datetime:
        """`created_time` as a moment; `UNKNOWN` when it is unreadable."""
        return _moment(self.created_time)

    @property
    def is_readable(self) -> bool:
        """Whether there is more than its id (rule C6)."""
        return bool(self.created_time)


class _Cursors(msgspec.Struct, frozen=True):
    after: str | None = None


class Paging(msgspec.Struct, frozen=True):
    """Where the next page begins. `next` is a whole url with the token in it: only whether it is there counts (rule C7)."""

    cursors: _Cursors = _Cursors()
    next: str | None = None

    @property
    def after(self) -> str | None:
        """The cursor of the next page, None on the last one."""
        return self.cursors.after if self.next else None


class ReadMessages(msgspec.Struct, frozen=True):
    """Messages of a conversation, newest first (rule C4). Each is read by itself: an odd one costs no other."""

    data: list[msgspec.Raw] = []
    paging: Paging = Paging()

    @property
    def items(self) -> list[ReadMessage]:
        """Those that can be understood."""
        return [found for found in self.listed if found is not None]

    @property
    def listed(self) -> list[ReadMessage | None]:
        """All of them; None stands for one that cannot be understood (rule C16)."""
        return [_one(raw, ReadMessage) for raw in self.data]


class ReadConversation(msgspec.Struct, frozen=True):
    """A conversation as it is listed; its messages are empty unless asked for (rules C1, C3)."""

    id: str = ""
    updated_time: str | int = ""
    participants: _People = _People()
    messages: ReadMessages = ReadMessages()

    @property
    def updated_at(self) -> datetime:
        """`updated_time` as a moment; `UNKNOWN` when it is unreadable."""
        return _moment(self.updated_time)

    def participant(self, ig_id: str) -> Person | None:
        """The side that is not ours, which its messages may tell as well (rule C16); None when Meta names nobody."""
        named = next((one for one in self.participants.data if one.id and str(one.id) != ig_id), None)
        return named or next((one for one in self._people() if one.id and str(one.id) != ig_id), None)

    def _people(self) -> Iterator[Person]:
        for message in self.messages.items:
            if message.sender is not None:
                yield message.sender
            yield from message.to.data if message.to else []


class ReadConversations(msgspec.Struct, frozen=True):
    """Conversations, newest activity first (rule C1), each read by itself. An answer without a list is none."""

    data: list[msgspec.Raw]
    paging: Paging = Paging()

    @property
    def items(self) -> list[ReadConversation]:
        """Those that can be understood."""
        return [found for raw in self.data if (found := _one(raw, ReadConversation)) is not None]


def _one(raw: msgspec.Raw, shape: type[Shape]) -> Shape | None:
    try:
        return msgspec.json.decode(raw, type=shape, strict=False)
    except msgspec.DecodeError:
        pass
    try:
        given = msgspec.json.encode(_without_nulls(msgspec.json.decode(raw)))
        return msgspec.json.decode(given, type=shape, strict=False)
    except (msgspec.DecodeError, RecursionError):
        return None


def _without_nulls(value: object) -> object:
    """A list that is null holds nothing (rule C16)."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)  # JSON has no other keys
        return {name: _without_nulls(one) for name, one in members.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in cast("list[Any]", value)]  # any JSON
    return value


def _moment(written: str | int) -> datetime:
    """ISO 8601 to the second, or Unix time (rule C8); `UNKNOWN` when it is neither."""
    text = str(written)
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return UNKNOWN
