"""What must not be deleted by its age. Owners and admins place and release holds."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.archive import holding
from confab.errors import Invalid
from confab.model.exports import Hold, HoldId
from confab.model.inbox import Seq
from confab.store import changes, holds

router = APIRouter()
_NEWEST = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPage:
    """Holds, the newest first, also those that were released; `next` is the cursor of the page after it."""

    items: list[Hold]
    next: str | None
    seq: Seq


class NewHold(BaseModel):
    """What to hold: a conversation, an account, or neither: all of the workspace."""

    model_config = ConfigDict(extra="forbid")

    reason: str
    conversation_id: UUID | None = None
    account_id: UUID | None = None


@router.get("/holds", operation_id="list_holds", response_model=HoldPage)
async def list_holds(access: SignedIn, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> Response:
    """What is held, and what was."""
    access.require("owner", "admin")
    try:
        before = UUID(cursor) if cursor else _NEWEST
    except ValueError:
        raise Invalid("This cursor is not one of ours; begin again without one.", field="cursor") from None
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items = await holds.newest(conn, access.viewer.workspace_id, before, limit)
    return Json(HoldPage(items=items, next=str(items[-1].id) if len(items) == limit else None, seq=seq))


@router.post("/holds", operation_id="place_hold", response_model=Hold, status_code=201)
async def place_hold(body: NewHold, access: SignedIn) -> Response:
    """Keep something from being deleted by its age, for as long as the hold lasts."""
    access.require("owner", "admin")
    what = holding.What(account_id=body.account_id, conversation_id=body.conversation_id)
    async with access.transaction() as conn:
        placed = await holding.place(conn, access.viewer.workspace_id, what, body.reason, access.actor.name, access.now)
    return Json(placed, 201)


@router.delete("/holds/{id}", operation_id="release_hold", response_model=Hold)
async def release_hold(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """End a hold. It stays in the list, with who ended it."""
    access.require("owner", "admin")
    async with access.transaction() as conn:
        return Json(await holding.release(conn, access.viewer.workspace_id, HoldId(id), access.actor.name, access.now))
