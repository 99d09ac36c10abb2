"""Answering: messages, private replies, reactions, and signs that somebody types or has seen."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Body
from pydantic import AwareDatetime, BaseModel, ConfigDict
from starlette.responses import Response

from confab.api import windows
from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import Invalid
from confab.inbox import answer, private_reply
from confab.model.commands import Discard, Indicate, React, ReplyPrivately, Retry, Send
from confab.model.inbox import CommentId, ConversationId, Message, MessageId
from confab.model.outgoing import LANE, Button, Buttons, Card, Cards, Content, Files, Heart, OnReply, QuickReply, Share, Text
from confab.store import wake

router = APIRouter()


class NewContent(BaseModel):
    """What to send. `client_key` is the client's own name for it: the same again is the same message.

    One of: `text`, with `quick_replies` under it or not; `files`, uploaded before, with a text after them or not; `cards`;
    `buttons` under a `text`; `share`, a post of the account by its id at Meta; `heart`. What does not fit one message becomes
    several, in order, whose keys are `client_key#2`, `client_key#3` …
    """

    model_config = ConfigDict(extra="forbid")

    client_key: str
    text: str | None = None
    files: list[UUID] | None = None
    quick_replies: list[QuickReply] | None = None
    cards: list[Card] | None = None
    buttons: list[Button] | None = None
    share: str | None = None
    heart: bool | None = None


class NewMessage(NewContent):
    """An answer. `reply_to`: the message that it answers. `undo_s`: how long it waits here, so that it can be discarded.

    `release_at`: when it is to go out, at most 180 days ahead; `on_reply`: what becomes of it when they write before: `hold` it
    for a person to look at (the default), `send` it all the same, or `cancel` it.
    """

    reply_to: UUID | None = None
    undo_s: int | None = None
    release_at: AwareDatetime | None = None
    on_reply: OnReply | None = None


class RetryMessage(BaseModel):
    """How to send it again: with another text, or as it is."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None


class NewReaction(BaseModel):
    """The account's reaction: one emoji, or null to take it back."""

    model_config = ConfigDict(extra="forbid")

    emoji: str | None


class NewIndicator(BaseModel):
    """What the participant is shown."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["typing", "typing_off", "seen"]


@router.post("/conversations/{id}/messages", operation_id="send_message", response_model=Message, status_code=201)
async def send_message(id: UUID, body: NewMessage, access: SignedIn) -> Response:  # noqa: A002
    """Queue an answer, or schedule it: 201 with its first message, 200 with the same one when the key is known.

    Of a scheduled one `window` says besides whether the reply window would be open at its time.
    """
    if body.on_reply is not None and body.release_at is None:
        raise Invalid("on_reply is for what is scheduled: say when, as release_at.", field="on_reply")
    command = Send(
        conversation_id=ConversationId(id), client_key=body.client_key, content=_content(body),
        reply_to=MessageId(body.reply_to) if body.reply_to is not None else None, undo_s=body.undo_s or 0,
        release_at=body.release_at, on_reply=body.on_reply or "hold",
    )  # fmt: skip
    async with access.by_key() as conn:
        message, is_new = await answer.send(conn, access.actor, command, access.now)
        at = body.release_at
        verdict = await windows.at(conn, access.viewer, command.conversation_id, "schedule", at) if at is not None else None
    access.tell(*wake.sending([LANE["agent"]]))
    answered = message if verdict is None else {**msgspec.to_builtins(message), "window": msgspec.to_builtins(verdict)}
    return Json(answered, 201 if is_new else 200)


@router.post("/comments/{id}/private-reply", operation_id="reply_privately", response_model=Message, status_code=201)
async def reply_privately(id: UUID, body: NewContent, access: SignedIn) -> Response:  # noqa: A002
    """Queue the one private answer to a comment: 201 with its message, 200 with the same one when the key is known."""
    command = ReplyPrivately(comment_id=CommentId(id), client_key=body.client_key, content=_content(body))
    async with access.by_key() as conn:
        message, is_new = await private_reply.reply(conn, access.actor, command, access.now)
    access.tell(*wake.sending([LANE["agent"]]))
    return Json(message, 201 if is_new else 200)


@router.post("/conversations/{id}/messages/{message_id}/retry", operation_id="retry_message", response_model=Message)
async def retry_message(
    id: UUID,  # noqa: A002 -- the path's word
    message_id: UUID,
    access: SignedIn,
    body: Annotated[RetryMessage | None, Body()] = None,
) -> Response:
    """Send again what failed or is in doubt: a person's decision."""
    text = body.text if body is not None else None
    command = Retry(conversation_id=ConversationId(id), message_id=MessageId(message_id), text=text)
    async with access.by_key() as conn:
        message = await answer.retry(conn, access.actor, command, access.now)
    access.tell(*wake.sending())  # what waited behind it, in any lane
    return Json(message)


@router.delete("/conversations/{id}/messages/{message_id}", operation_id="discard_message", status_code=204)
async def discard_message(id: UUID, message_id: UUID, access: SignedIn) -> Response:  # noqa: A002
    """Take out a message that is not known to have been sent, and what was to follow it."""
    command = Discard(conversation_id=ConversationId(id), message_id=MessageId(message_id))
    async with access.by_key() as conn:
        await answer.discard(conn, access.actor, command, access.now)
    access.tell(*wake.sending())  # what waited behind it, in any lane
    return Response(status_code=204)


@router.put("/conversations/{id}/messages/{message_id}/reaction", operation_id="react", response_model=Message)
async def react(id: UUID, message_id: UUID, body: NewReaction, access: SignedIn) -> Response:  # noqa: A002
    """React to a message, or take the reaction back; the message as it is shown from now on."""
    command = React(conversation_id=ConversationId(id), message_id=MessageId(message_id), emoji=body.emoji)
    async with access.by_key() as conn:
        message = await answer.react(conn, access.actor, command, access.now)
    access.tell(*wake.sending([LANE["agent"]]))
    return Json(message)


@router.post("/conversations/{id}/indicator", operation_id="indicate", status_code=204)
async def indicate(id: UUID, body: NewIndicator, access: SignedIn) -> Response:  # noqa: A002
    """Show the participant that somebody types or has seen, where the account's setting says so."""
    async with access.by_key() as conn:
        await answer.indicate(conn, access.actor, Indicate(conversation_id=ConversationId(id), what=body.what), access.now)
    access.tell(*wake.sending([LANE["agent"]]))
    return Response(status_code=204)


def _content(body: NewContent) -> Content:
    """The one thing that the body asks for. Raises Invalid when there is none, or more than one."""
    given = {name for name in ("files", "cards", "buttons", "share", "quick_replies") if getattr(body, name) is not None}
    given |= {"heart"} if body.heart else set()
    match sorted(given), body.text:
        case [], str(text):
            return Text(type="text", text=text)
        case ["quick_replies"], str(text):
            return Text(type="text", text=text, quick_replies=tuple(body.quick_replies or ()))
        case ["files"], text:
            return Files(type="files", uploads=tuple(body.files or ()), caption=text)
        case ["buttons"], str(text):
            return Buttons(type="buttons", text=text, buttons=tuple(body.buttons or ()))
        case ["cards"], None if body.cards:
            return Cards(type="cards", cards=tuple(body.cards))
        case ["share"], None:
            return Share(type="share", media_ig_id=body.share or "")
        case ["heart"], None:
            return Heart(type="heart")
        case _:
            raise Invalid(
                "Send one of: text, also with quick_replies; files, also with a text; cards; text with buttons; share; heart.",
                field=next(iter(sorted(given)), "text"),
            )
