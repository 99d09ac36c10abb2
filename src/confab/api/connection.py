"""A conversation's connected customer, for agents: what they shared, and letting go of them."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from confab.api import paging
from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import NotFound
from confab.members import arrive
from confab.model.inbox import ConversationId, Seq
from confab.model.library import LibraryItem
from confab.store import changes, conversations, library

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPage:
    """What a conversation brought into its customer's library, the newest share first; `next` is a cursor or null."""

    items: list[LibraryItem]
    next: str | None
    seq: Seq


@router.get("/conversations/{id}/library", operation_id="list_library", response_model=LibraryPage)
async def list_library(
    id: UUID,  # noqa: A002 -- the path's word
    access: SignedIn,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """What the customer of a conversation shared in it since they connected. Empty where nobody is connected."""
    conversation = ConversationId(id)
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        await conversations.exists(conn, access.viewer, conversation)
        after = paging.read(cursor) if cursor else None
        items = await library.for_viewer(conn, access.viewer, conversation, after, limit)
    last = items[-1] if len(items) == limit else None
    return Json(LibraryPage(items=items, next=paging.write(last.last_sent_at, last.id) if last else None, seq=seq))


@router.delete("/conversations/{id}/connection", operation_id="disconnect_customer", status_code=204)
async def delete_connection(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """Disconnect the customer. Their library stays theirs; nothing new comes into it."""
    conversation = ConversationId(id)
    async with access.transaction() as conn:
        found = await conversations.for_viewer(conn, access.viewer, conversation)
        user_id = found.participant.connected_user_id
        if user_id is None or not await arrive.let_go(conn, access.viewer.workspace_id, conversation, user_id, access.now):
            raise NotFound("Nobody is connected in this conversation.")
    access.tell()
    return Response(status_code=204)
