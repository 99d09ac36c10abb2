"""Conversations: the list, the one, and what an agent does to it."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict
from starlette.responses import Response

from confab.api import paging
from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import Invalid
from confab.inbox import act, archiving
from confab.model.commands import Archive, Assign, LoadEarlier, MarkRead, SetLabels, SetStatus
from confab.model.inbox import AgentId, Conversation, ConversationId, ConversationStatus, MessageId, Seq
from confab.store import accounts, changes, conversation_list, conversations, wake
from confab.store.conversation_list import Position, Wanted

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPage:
    """A page of the list; `next` is the cursor of the page after it."""

    items: list[Conversation]
    next: str | None
    seq: Seq


class ConversationPatch(BaseModel):
    """What changes; what is left out stays.

    `last_message_at` is that of the conversation as it was seen: closed, snoozed or archived it is only as long as the
    participant wrote nothing after that. Then it stays as it is.
    """

    model_config = ConfigDict(extra="forbid")

    status: ConversationStatus | None = None
    snoozed_until: AwareDatetime | None = None
    assignee_id: UUID | None = None
    labels: list[str] | None = None
    archived: bool | None = None
    last_message_at: AwareDatetime | None = None


class ReadUpTo(BaseModel):
    """Up to which message; left out: the newest."""

    model_config = ConfigDict(extra="forbid")

    message_id: UUID | None = None


@router.get("/conversations", operation_id="list_conversations", response_model=ConversationPage)
async def list_conversations(  # noqa: PLR0913, PLR0917 -- one parameter per filter
    access: SignedIn,
    view: Literal["all", "unread", "mine", "unassigned"] = "all",
    status: Literal["open", "snoozed", "closed", "any"] = "any",
    account: UUID | None = None,
    assignee: UUID | None = None,
    label: Annotated[str | None, Query(max_length=40)] = None,
    sort: Literal["newest", "ending"] = "newest",
    archived: bool = False,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """The workspace's conversations that have messages: those outside the archive, or those in it."""
    if assignee is not None and view in ("unread", "unassigned"):
        raise Invalid(f"An assignee cannot be combined with the view {view}.", field="assignee")
    statuses: list[ConversationStatus] = ["open", "snoozed", "closed"] if status == "any" else [status]
    after = Position(at=(at := paging.read(cursor))[0], id=at[1]) if cursor else None
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        owned = [known.id for known in await accounts.all_for_viewer(conn, access.viewer)]
        wanted = Wanted(
            view=view, statuses=statuses, accounts=[id_ for id_ in owned if account in (None, id_)], assignee=assignee,
            label=label, sort=sort, after=after, limit=limit, is_archived=archived,
        )  # fmt: skip
        page = await conversation_list.page(conn, access.viewer, wanted, access.now)
    next_ = paging.write(page.next.at, page.next.id) if page.next else None
    return Json(ConversationPage(items=page.items, next=next_, seq=seq))


@router.get("/conversations/{id}", operation_id="get_conversation", response_model=Conversation)
async def get_conversation(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """One conversation, with the `seq` it stands at."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        found = await conversations.for_viewer(conn, access.viewer, ConversationId(id))
    return Json({**msgspec.to_builtins(found), "seq": seq})


@router.patch("/conversations/{id}", operation_id="update_conversation", response_model=Conversation)
async def update_conversation(
    id: UUID,  # noqa: A002 -- the path's word
    body: ConversationPatch,
    access: SignedIn,
) -> Response:
    """Open, close, snooze, assign or label; put into the archive, or bring back."""
    conversation, given, now = ConversationId(id), body.model_fields_set, access.now
    if not given - {"snoozed_until", "last_message_at"}:
        raise Invalid("Say what to change: status (with snoozed_until), assignee_id, labels or archived.", field="status")
    if none := sorted(name for name in given & {"status", "labels", "archived"} if getattr(body, name) is None):
        raise Invalid(f"{none[0]} cannot be null.", field=none[0])
    async with access.transaction() as conn:
        if body.status is not None:
            command = SetStatus(
                conversation_id=conversation, status=body.status, snoozed_until=body.snoozed_until,
                last_message_at=body.last_message_at,
            )  # fmt: skip
            await act.set_status(conn, access.actor, command, now)
        if "assignee_id" in given:
            assignee = AgentId(body.assignee_id) if body.assignee_id else None
            await act.assign(conn, access.actor, Assign(conversation_id=conversation, assignee_id=assignee), now)
        if body.labels is not None:
            await act.set_labels(conn, access.actor, SetLabels(conversation_id=conversation, labels=body.labels), now)
        if body.archived is not None:
            wanted = Archive(conversation_id=conversation, is_archived=body.archived, last_message_at=body.last_message_at)
            await archiving.archive_by_hand(conn, access.actor, wanted, now)
        changed = await conversations.for_viewer(conn, access.viewer, conversation)
    access.tell(wake.work("snoozes"))
    return Json(changed)


@router.post("/conversations/{id}/earlier", operation_id="load_earlier", response_model=Conversation, status_code=202)
async def load_earlier(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """Have the messages before the oldest one read at Instagram. They come by the stream; `earlier` says how it went."""
    async with access.transaction() as conn:
        asked = await act.load_earlier(conn, access.actor, LoadEarlier(conversation_id=ConversationId(id)), access.now)
    access.tell(wake.work("earlier"))
    return Json(asked, 202)


@router.post("/conversations/{id}/read", operation_id="mark_read", response_model=Conversation)
async def mark_read(
    id: UUID,  # noqa: A002 -- the path's word
    access: SignedIn,
    body: ReadUpTo | None = None,
) -> Response:
    """Everything up to a message is read, for the whole team. The mark never moves back."""
    message = MessageId(body.message_id) if body is not None and body.message_id else None
    async with access.transaction() as conn:
        command = MarkRead(conversation_id=ConversationId(id), message_id=message)
        read = await act.mark_read(conn, access.actor, command, access.now)
    access.tell()
    return Json(read)
