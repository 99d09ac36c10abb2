"""What did not go out: how much needs a look, the failed and the doubtful, many at once, and how long the queue is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from confab.api import paging
from confab.api.access import Access, SignedIn
from confab.api.encode import Json
from confab.errors import Refused
from confab.inbox import answer, queue
from confab.model.commands import Discard, Retry
from confab.model.inbox import ConversationId, Message, MessageId, Seq
from confab.model.outbox import Outbox, Place, Queue, Troubled
from confab.store import changes, messages, outbox, wake
from confab.store.db import Conn
from confab.store.rows import MessageRow

router = APIRouter()

_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubledPage:
    """A page of what failed or is in doubt, newest first; `next` is the cursor of the page after it."""

    items: list[Troubled]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one of many. `message`: as it is now; None when it is gone, or `code` and `detail` say why not."""

    message_id: UUID
    ok: bool
    message: Message | None
    code: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllDone:
    """One result for each message, in the order asked."""

    items: list[Done]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """The queue of each account, by username; `next` is always null."""

    items: list[Queue]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The first 20 messages of a conversation that wait to go out, in their order; `next` is always null."""

    items: list[Place]
    next: str | None
    seq: Seq


class Chosen(BaseModel):
    """The messages that are meant."""

    model_config = ConfigDict(extra="forbid")

    messages: Annotated[list[UUID], Field(min_length=1, max_length=_MOST)]


@router.get("/outbox", operation_id="get_outbox", response_model=Outbox)
async def get_outbox(access: SignedIn) -> Response:
    """Which messages are scheduled, held for review, or in trouble: the first 200 of each."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        scheduled, held, troubled = await outbox.needing_a_look(conn, access.viewer)
    return Json(Outbox(scheduled=scheduled, held=held, troubled=troubled, seq=seq))


@router.get("/troubled", operation_id="list_troubled", response_model=TroubledPage)
async def list_troubled(
    access: SignedIn,
    state: Literal["failed", "in_doubt", "any"] = "any",
    account: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """Messages that stand as failed or in doubt, newest first. What was sent again, or given up, is not among them."""
    before = paging.read(cursor)[1] if cursor else paging.NEWEST[1]
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items, last = await outbox.troubled(
            conn, access.viewer, states=["failed", "in_doubt"] if state == "any" else [state], account=account, before=before,
            limit=limit,
        )  # fmt: skip
    return Json(TroubledPage(items=items, next=paging.write(paging.NEWEST[0], last) if last else None, seq=seq))


@router.post("/troubled/retry", operation_id="retry_troubled", response_model=AllDone)
async def retry_troubled(body: Chosen, access: SignedIn) -> Response:
    """Send again up to 100 failed or doubtful messages: a person's decision about each. One that is refused stops no other."""

    async def again(conn: Conn, row: MessageRow) -> Message | None:
        command = Retry(conversation_id=ConversationId(row.conversation_id), message_id=MessageId(row.id))
        return await answer.retry(conn, access.actor, command, access.now)

    done = await _each(access, body.messages, again)
    access.tell(*wake.sending())
    return Json(AllDone(items=done))


@router.post("/troubled/discard", operation_id="discard_troubled", response_model=AllDone)
async def discard_troubled(body: Chosen, access: SignedIn) -> Response:
    """Give up up to 100 messages that are not known to have been sent. One that is refused stops no other."""

    async def gone(conn: Conn, row: MessageRow) -> Message | None:
        command = Discard(conversation_id=ConversationId(row.conversation_id), message_id=MessageId(row.id))
        await answer.discard(conn, access.actor, command, access.now)
        return None

    done = await _each(access, body.messages, gone)
    access.tell(*wake.sending())
    return Json(AllDone(items=done))


@router.get("/queue", operation_id="get_queues", response_model=Queues)
async def get_queues(access: SignedIn) -> Response:
    """How much waits to go out for each account, in which lane, how long that takes, and what keeps it."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        waiting = await outbox.queues(conn, access.viewer.workspace_id, queue.NAMES)
    return Json(Queues(items=queue.shown(waiting, access.now), next=None, seq=seq))


@router.get("/conversations/{id}/queue", operation_id="list_places", response_model=Places)
async def list_places(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """How many of the account go before each message of a conversation that waits, when it goes, and what keeps it."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        line = await outbox.places(conn, access.viewer, id, queue.NAMES)
    return Json(Places(items=queue.places(line, access.now), next=None, seq=seq))


async def _each(access: Access, wanted: list[UUID], act: Callable[[Conn, MessageRow], Awaitable[Message | None]]) -> list[Done]:
    """Each in a transaction of its own, the oldest first, so that a conversation keeps its order."""
    async with access.transaction() as conn:
        found = await messages.rows_by_ids(conn, [(access.viewer.workspace_id, id_) for id_ in wanted])
    done_by_id = {id_: Done(message_id=id_, ok=False, message=None, code="not_found", detail=_GONE) for id_ in wanted}
    for row in sorted(found, key=lambda one: (one.sent_at, one.id)):
        try:
            async with access.transaction() as conn:
                message = await act(conn, row)
            done_by_id[row.id] = Done(message_id=row.id, ok=True, message=message, code=None, detail=None)
        except Refused as refusal:
            code = str(refusal.facts.get("code") or refusal.code)
            done_by_id[row.id] = Done(message_id=row.id, ok=False, message=None, code=code, detail=refusal.detail)
    return [done_by_id[id_] for id_ in dict.fromkeys(wanted)]


_GONE = "There is no such message."
