"""Answers for later: changing, sending at once, listing, and whether one could be sent at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict
from starlette.responses import Response

from confab.api import paging, windows
from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import Invalid
from confab.inbox import policy, schedule
from confab.inbox.policy import Verdict
from confab.model.commands import Reschedule, SendNow
from confab.model.inbox import ConversationId, Message, MessageId, Seq
from confab.model.outbox import Scheduled
from confab.model.outgoing import OnReply
from confab.store import changes, outbox, wake

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledPage:
    """A page of what is scheduled or held, the soonest first; `next` is the cursor of the page after it."""

    items: list[Scheduled]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowAt:
    """Whether the reply window would be open at a time, if nothing happened until then. `words` say it to people."""

    at: datetime
    words: str
    verdict: Verdict


class ScheduleChange(BaseModel):
    """What changes of a scheduled answer; what is left out stays. One held for review is scheduled again by a `release_at`."""

    model_config = ConfigDict(extra="forbid")

    release_at: AwareDatetime | None = None
    on_reply: OnReply | None = None
    text: str | None = None


@router.get("/scheduled", operation_id="list_scheduled", response_model=ScheduledPage)
async def list_scheduled(
    access: SignedIn,
    account: UUID | None = None,
    conversation: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """What is scheduled or held for review, in the order of its time."""
    after = paging.read(cursor) if cursor else paging.OLDEST
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items, last = await outbox.scheduled(
            conn, access.viewer, account=account, conversation=conversation, after=after, limit=limit
        )
    return Json(ScheduledPage(items=items, next=paging.write(*last) if last else None, seq=seq))


@router.patch("/conversations/{id}/messages/{message_id}/schedule", operation_id="reschedule_message", response_model=Message)
async def reschedule_message(
    id: UUID,  # noqa: A002 -- the path's word
    message_id: UUID,
    body: ScheduleChange,
    access: SignedIn,
) -> Response:
    """Change the time, the text, or what becomes of it when they write before; of all that was scheduled together."""
    if not body.model_fields_set or all(getattr(body, name) is None for name in body.model_fields_set):
        raise Invalid("Say what to change: release_at, on_reply or text.", field="release_at")
    command = Reschedule(
        conversation_id=ConversationId(id), message_id=MessageId(message_id), release_at=body.release_at,
        on_reply=body.on_reply, text=body.text,
    )  # fmt: skip
    async with access.transaction() as conn:
        message = await schedule.change(conn, access.actor, command, access.now)
    access.tell(*wake.sending())
    return Json(message)


@router.post("/conversations/{id}/messages/{message_id}/release", operation_id="release_message", response_model=Message)
async def release_message(id: UUID, message_id: UUID, access: SignedIn) -> Response:  # noqa: A002
    """Send at once what is scheduled, or held for review: as an answer of whoever says so."""
    command = SendNow(conversation_id=ConversationId(id), message_id=MessageId(message_id))
    async with access.transaction() as conn:
        message = await schedule.send_now(conn, access.actor, command, access.now)
    access.tell(*wake.sending())
    return Json(message)


@router.get("/conversations/{id}/window", operation_id="get_window", response_model=WindowAt)
async def get_window(
    id: UUID,  # noqa: A002 -- the path's word
    access: SignedIn,
    at: AwareDatetime | None = None,
    actor: Literal["agent", "schedule"] = "agent",
) -> Response:
    """Whether somebody may write at a time, left out: now. `schedule`: as a scheduled answer, which never has the tag."""
    when = at or access.now
    async with access.transaction() as conn:
        verdict = await windows.at(conn, access.viewer, ConversationId(id), actor, when)
    return Json(WindowAt(at=when, words=policy.in_words(verdict), verdict=verdict))
