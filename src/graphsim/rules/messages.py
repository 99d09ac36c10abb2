"""What a message may hold, before anybody is asked. Family S of the rules."""

import msgspec

from graphsim import errors
from graphsim.wire import Doc, as_doc, as_list

TEXT_BYTES = 1000
IMAGES = 10
QUICK_REPLIES = 13
TITLE = 20
KINDS = ("image", "video", "audio", "file")
ACTIONS = ("typing_on", "typing_off", "mark_seen")
REACTIONS = ("react", "unreact")


class Recipient(msgspec.Struct, kw_only=True):
    """To whom: a participant, or the author of a comment (S18)."""

    id: str | int | None = None
    comment_id: str | int | None = None


class OutAttachment(msgspec.Struct, kw_only=True):
    """An attachment as the caller writes it. Rule S7."""

    type: str
    payload: dict[str, object] | None = None


class OutMessage(msgspec.Struct, kw_only=True):
    """The message as the caller writes it."""

    text: str | None = None
    attachment: OutAttachment | None = None
    attachments: list[OutAttachment] | None = None
    quick_replies: list[dict[str, object]] | None = None


class ReplyTo(msgspec.Struct, kw_only=True):
    """The message that is answered. Rule S15."""

    mid: str


class SendBody(msgspec.Struct, kw_only=True):
    """The body of a send call. Rules S1, S13, S14, W2."""

    recipient: Recipient
    message: OutMessage | None = None
    messaging_type: str | None = None
    tag: str | None = None
    sender_action: str | None = None
    payload: dict[str, object] | None = None
    reply_to: ReplyTo | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message that breaks no rule of form: text or attachments, never both (S6)."""

    text: str | None
    attachments: tuple[OutAttachment, ...]


def parse(body: Doc) -> SendBody:
    """Read the body of a send call. Raises GraphError."""
    try:
        found = msgspec.convert(body, SendBody, strict=False)
    except msgspec.ValidationError as error:
        raise errors.invalid(f"Invalid parameter: {error}") from error
    if found.message is not None and found.sender_action is not None:
        raise errors.invalid("A message and a sender action cannot be sent together", 2018014)
    if found.message is None and found.sender_action not in (*ACTIONS, *REACTIONS):
        raise errors.invalid("Param message is required, or a valid sender_action")
    if found.messaging_type == "MESSAGE_TAG" and not found.tag:
        raise errors.invalid("Param tag is required for messaging_type MESSAGE_TAG")
    return found


def draft(message: OutMessage) -> Draft:
    """Check the form of a message. Rules S5 to S7, S10, S12, S16, S17. Raises GraphError."""
    attached = tuple(message.attachments or ()) + (() if message.attachment is None else (message.attachment,))
    if not message.text and not attached:
        raise errors.invalid("The message must have a text or an attachment", 2534015)
    if message.text and len(message.text.encode()) > TEXT_BYTES:
        raise errors.invalid("Length of param message[text] must be less than or equal to 1000")
    _check_quick_replies(message)
    if message.text:
        return Draft(text=message.text, attachments=())
    _check_count(message.attachments or [])
    for one in attached:
        _check_attachment(one)
    return Draft(text=None, attachments=attached)


def _check_count(several: list[OutAttachment]) -> None:
    if len(several) > IMAGES:
        raise errors.invalid("At most 10 images can be sent in one message", 2534015)
    if len(several) > 1 and any(one.type != "image" for one in several):
        raise errors.invalid("Several attachments must all be images", 2534015)


def _check_attachment(attachment: OutAttachment) -> None:
    payload = attachment.payload or {}
    if attachment.type in KINDS and not (payload.get("url") or payload.get("attachment_id")):
        raise errors.invalid("An attachment needs a url or an attachment_id", 2534015)
    if attachment.type == "template":
        _check_template(payload)
    elif attachment.type not in (*KINDS, "like_heart", "MEDIA_SHARE"):
        raise errors.invalid(f"Param message[attachment][type] must not be {attachment.type}", 2534015)


def _check_quick_replies(message: OutMessage) -> None:
    replies = message.quick_replies or []
    if replies and not message.text:
        raise errors.invalid("Quick replies need a text", 2534015)
    if len(replies) > QUICK_REPLIES:
        raise errors.invalid("At most 13 quick replies can be sent", 2534015)
    if any(one.get("content_type") != "text" or not one.get("title") for one in replies):
        raise errors.invalid("A quick reply needs content_type text and a title", 2534015)


def _check_template(payload: Doc) -> None:
    kind = payload.get("template_type")
    if kind == "generic":
        elements = [as_doc(one) for one in as_list(payload.get("elements"))]
        is_good = 1 <= len(elements) <= 10 and all(_is_element(one) for one in elements)
    elif kind == "button":
        text, buttons = payload.get("text"), as_list(payload.get("buttons"))
        is_good = isinstance(text, str) and 0 < len(text) <= 640 and 1 <= len(buttons) <= 3
    else:
        is_good = kind == "product"
    if not is_good:
        raise errors.invalid("The template is not valid", 2534015)


def _is_element(element: Doc) -> bool:
    title = element.get("title")
    has_title = isinstance(title, str) and 0 < len(title) <= 80
    return has_title and len(element) > 1 and len(as_list(element.get("buttons"))) <= 3
