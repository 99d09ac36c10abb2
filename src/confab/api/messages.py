"""A conversation's messages, notes and activities."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.inbox import act
from confab.model.commands import AddNote, FetchAgain
from confab.model.inbox import Activity, ConversationId, Message, MessageId, Note, Seq
from confab.store import changes, conversations, events, messages, notes, wake

router = APIRouter()
_MOST_NOTES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """Oldest first; `next` is the `before` of the page above, null at the beginning of the conversation."""

    items: list[Message]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePage:
    """Oldest first; `next` is always null."""

    items: list[Note]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label that the workspace uses."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPage:
    """All labels, by name; `next` is always null."""

    items: list[Label]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage:
    """Oldest first; `next` is always null."""

    items: list[Activity]
    next: str | None
    seq: Seq


class NewNote(BaseModel):
    """A note."""

    model_config = ConfigDict(extra="forbid")

    text: str


@router.get("/conversations/{id}/messages", operation_id="list_messages", response_model=MessagePage)
async def list_messages(
    id: UUID,  # noqa: A002 -- the path's word
    access: SignedIn,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
    archived: bool | None = None,
) -> Response:
    """The newest messages, or those older than `before`.

    `archived`: with those in the archive, too; left out: only of a conversation that lies there. Where there are older ones of
    any kind, `next` says so.
    """
    conversation = ConversationId(id)
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        is_archived = await conversations.is_archived(conn, access.viewer, conversation)
        with_archived = is_archived if archived is None else archived
        found = await messages.page(
            conn, access.viewer, conversation, before=MessageId(before) if before else None, limit=limit + 1,
            with_archived=with_archived,
        )  # fmt: skip
        items, is_more = found[-limit:], len(found) > limit
        if items and not is_more and not with_archived:
            is_more = await messages.is_there_more(conn, access.viewer, conversation, items[0].id)
    return Json(MessagePage(items=items, next=str(items[0].id) if is_more else None, seq=seq))


@router.post(
    "/conversations/{id}/messages/{message_id}/attachments/{position}/retry", operation_id="retry_attachment",
    response_model=Message,
)  # fmt: skip
async def retry_attachment(
    id: UUID,  # noqa: A002 -- the path's word
    message_id: UUID,
    position: Annotated[int, Path(ge=0, le=100)],
    access: SignedIn,
) -> Response:
    """Try again to copy a file of a message from Instagram; the message with the attachment pending."""
    command = FetchAgain(conversation_id=ConversationId(id), message_id=MessageId(message_id), position=position)
    async with access.transaction() as conn:
        message = await act.fetch_again(conn, access.actor, command, access.now)
    access.tell(wake.work("media"))
    return Json(message)


@router.get("/conversations/{id}/notes", operation_id="list_notes", response_model=NotePage)
async def list_notes(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """The newest 200 notes."""
    conversation = ConversationId(id)
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        await conversations.exists(conn, access.viewer, conversation)
        items = await notes.of_conversation(conn, access.viewer, conversation, _MOST_NOTES)
    return Json(NotePage(items=items, next=None, seq=seq))


@router.post("/conversations/{id}/notes", operation_id="add_note", response_model=Note, status_code=201)
async def add_note(id: UUID, body: NewNote, access: SignedIn) -> Response:  # noqa: A002
    """Leave a note for the team."""
    async with access.transaction() as conn:
        note = await act.add_note(conn, access.actor, AddNote(conversation_id=ConversationId(id), text=body.text), access.now)
    access.tell()
    return Json(note, 201)


@router.get("/conversations/{id}/activities", operation_id="list_activities", response_model=ActivityPage)
async def list_activities(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """The newest 200 things that happened in a conversation and are no messages."""
    conversation = ConversationId(id)
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        await conversations.exists(conn, access.viewer, conversation)
        items = await events.activities(conn, access.viewer, conversation, _MOST_NOTES)
    return Json(ActivityPage(items=items, next=None, seq=seq))


@router.get("/labels", operation_id="list_labels", response_model=LabelPage)
async def list_labels(access: SignedIn) -> Response:
    """The labels in use."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        names = await notes.labels(conn, access.viewer)
    return Json(LabelPage(items=[Label(name=name) for name in names], next=None, seq=seq))
