"""Meta's webhook bodies as they come: lenient, because a field that changed its type must not cost a message.

Ids are read as text or number (rule N5). What is missing or null is None. An optional field of another type is left out and
named (`read`). An item that fits no shape here is not an error of the body: the caller decides. Rules N1-N11.
"""

import re
from typing import Any, TypeVar, cast

import msgspec

Id = str | int | None
Time = str | int | float | None
Raw = dict[str, Any]  # an object of Meta's that we have not looked into
Shape = TypeVar("Shape")


class Party(msgspec.Struct):
    """A sender or recipient."""

    id: Id = None


class Attachment(msgspec.Struct):
    """`{type, payload}`; a fallback has title and url beside its payload (rule N32)."""

    type: str = "unknown"
    payload: Raw | None = None
    title: str | None = None
    url: str | None = None


class Story(msgspec.Struct):
    """The story that a message answers (rule N37)."""

    id: Id = None
    url: str | None = None
    link_sticker_url: str | None = None


class ReplyTo(msgspec.Struct):
    """What a message answers."""

    mid: str | None = None
    story: Story | None = None


class QuickReply(msgspec.Struct):
    """The payload of a tapped quick reply (rule N38)."""

    payload: str | None = None


class AdContext(msgspec.Struct):
    """The ad a participant came from, with its media."""

    ad_title: str | None = None
    photo_url: str | None = None
    video_url: str | None = None


class Product(msgspec.Struct):
    """The product page a participant came from."""

    id: Id = None


class Referral(msgspec.Struct):
    """Where a conversation came from (rules N41, N57)."""

    source: str | None = None
    type: str | None = None
    ref: str | None = None
    ad_id: Id = None
    ads_context_data: AdContext | None = None
    product: Product | None = None


class Message(msgspec.Struct):
    """The payload key `message` (rules N16-N48)."""

    mid: str
    text: str | None = None
    attachments: list[Any] | None = None  # each is an `Attachment`, read by itself
    reply_to: ReplyTo | None = None
    quick_reply: QuickReply | None = None
    referral: Referral | None = None
    is_echo: bool | None = None
    is_deleted: bool | None = None
    is_unsupported: bool | None = None
    is_self: bool | None = None
    app_id: Id = None


class MessageEdit(msgspec.Struct):
    """The payload key `message_edit` (rules N49-N51)."""

    mid: str
    text: str | None = None
    num_edit: int | str = 0


class Reaction(msgspec.Struct):
    """The payload key `reaction` (rule N53)."""

    mid: str
    action: str = "react"
    reaction: str | None = None
    emoji: str | None = None


class Read(msgspec.Struct):
    """The payload key `read` (rule N54)."""

    mid: str | None = None
    watermark: Time = None


class Postback(msgspec.Struct):
    """The payload key `postback` (rules N55, N56)."""

    mid: str | None = None
    title: str | None = None
    payload: str | None = None
    referral: Referral | None = None


class ThreadControl(msgspec.Struct):
    """The payload keys `*_thread_control` (rule N59)."""

    previous_owner_app_id: Id = None
    new_owner_app_id: Id = None
    requested_owner_app_id: Id = None
    metadata: str | None = None


class PolicyEnforcement(msgspec.Struct):
    """The payload key `policy_enforcement` (rule N61)."""

    action: str = "unknown"
    reason: str | None = None


class Messaging(msgspec.Struct):
    """One item of `messaging` or `standby`: its kind is the payload key that is there (rule N6)."""

    sender: Party | None = None
    recipient: Party | None = None
    timestamp: Time = None
    is_self: bool | None = None
    message: Message | None = None
    message_edit: MessageEdit | None = None
    reaction: Reaction | None = None
    read: Read | None = None
    postback: Postback | None = None
    referral: Referral | None = None
    optin: Raw | None = None
    pass_thread_control: ThreadControl | None = None
    take_thread_control: ThreadControl | None = None
    request_thread_control: ThreadControl | None = None
    app_roles: Raw | None = None
    policy_enforcement: PolicyEnforcement | None = None


class CommentFrom(msgspec.Struct):
    """Who commented (rules N67, N68)."""

    id: Id = None
    username: str | None = None
    self_ig_scoped_id: Id = None


class CommentMedia(msgspec.Struct):
    """The post under which a comment stands (rule N66)."""

    id: Id = None
    media_product_type: str | None = None
    ad_id: Id = None
    ad_title: str | None = None
    original_media_id: Id = None


class CommentValue(msgspec.Struct, rename={"author": "from"}):
    """The value of a `comments` or `live_comments` change (rules N62-N69)."""

    id: Id = None
    comment_id: Id = None
    text: str | None = None
    author: CommentFrom | None = None
    media: CommentMedia | None = None
    parent_id: Id = None


class MentionValue(msgspec.Struct):
    """The value of a `mentions` change: ids only (rule N70)."""

    media_id: Id = None
    comment_id: Id = None


class StoryInsights(msgspec.Struct):
    """The value of a `story_insights` change, its metrics aside (rule N71)."""

    media_id: Id = None


PAYLOAD_KEYS = frozenset(Messaging.__struct_fields__) - {"sender", "recipient", "timestamp", "is_self"}

TEST_ENTRY_ID = "0"
TEST_SENDERS = frozenset({"12334", "232323232"})
"""Rule N73: what the dashboard's test button sends."""


def an_object(value: object) -> Raw | None:
    """The value if it is an object of JSON."""
    return cast(Raw, value) if isinstance(value, dict) else None  # JSON objects have text as keys


def a_list(value: object) -> list[object] | None:
    """The value if it is a list."""
    return cast(list[object], value) if isinstance(value, list) else None


_PATH = re.compile(r"- at `\$\.(?P<path>[a-z_.]+)`$")
_ESSENTIAL = PAYLOAD_KEYS | {
    "message.text", "message.attachments", "message.is_echo", "message.is_deleted", "message_edit.text", "message_edit.num_edit",
    "reaction.action", "text",
}  # fmt: skip


def read(item: Raw, shape: type[Shape], odd: list[str]) -> Shape:
    """An item as `shape`. An optional field of another type is left out, and its path added to `odd`.

    Booleans and numbers may come as text. Raises msgspec.ValidationError, whose text names the field, when it is one without
    which the item means nothing, or something else.
    """
    left_out: list[str] = []
    while True:
        try:
            found = msgspec.convert(item, shape, strict=False)
        except msgspec.ValidationError as error:
            path = _odd_field(str(error))
            if path is None:
                raise
            item = _without(item, path.split("."))
            left_out.append(path)
        else:
            odd.extend(left_out)
            return found


def _odd_field(error: str) -> str | None:
    """The path of the field that does not fit, if the item can do without it."""
    found = _PATH.search(error)
    if found is None or "missing required field" in error or found["path"] in _ESSENTIAL:
        return None
    return found["path"]


def _without(item: Raw, path: list[str]) -> Raw:
    name, *deeper = path
    if deeper:
        return {**item, name: _without(item[name], deeper)}
    return {key: value for key, value in item.items() if key != name}
