"""What came in, and what became of it: deliveries, and the change feed as a list."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from confab.api import paging
from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import Gone, Invalid
from confab.model.inbox import Delivery, EventCount, Seq
from confab.store import changes, deliveries

router = APIRouter()
_COUNTED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """Newest first."""

    items: list[Delivery]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCountPage:
    """The last 30 days, newest first; `next` is always null."""

    items: list[EventCount]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """Oldest first; `next` is the `after` of the next page, null at the end."""

    items: list[dict[str, object]]
    next: str | None
    seq: Seq


@router.get("/deliveries", operation_id="list_deliveries", response_model=DeliveryPage)
async def list_deliveries(
    access: SignedIn,
    state: Literal["stored", "failed", "unclaimed", "applied", "ignored"] | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """What became of each webhook, for owners and admins; never what it said."""
    access.require("owner", "admin")
    before = paging.read(cursor)[1] if cursor else paging.NEWEST[1]
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items = await deliveries.page(conn, access.viewer, state=state, before=before, limit=limit)
    last = items[-1] if len(items) == limit else None
    return Json(DeliveryPage(items=items, next=paging.write(last.received_at, last.id) if last else None, seq=seq))


@router.get("/event-counts", operation_id="list_event_counts", response_model=EventCountPage)
async def list_event_counts(access: SignedIn) -> Response:
    """What an operator should know of: kinds nobody knows, tests from Meta's dashboard. For owners and admins."""
    access.require("owner", "admin")
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items = await deliveries.counts(conn, since=(access.now - _COUNTED_FOR).date())
    return Json(EventCountPage(items=items, next=None, seq=seq))


@router.get("/changes", operation_id="list_changes", response_model=ChangePage)
async def list_changes(
    access: SignedIn, after: Annotated[int, Query(ge=0)], limit: Annotated[int, Query(ge=1, le=1000)] = 500
) -> Response:
    """The change feed after a number: the same as the stream, for those who cannot listen. 410 when it is too old."""
    workspace = access.viewer.workspace_id
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, workspace)
        if after > seq:
            raise Invalid("There is no such number in the feed yet.", field="after")
        if not await changes.reaches(conn, workspace, after):
            raise Gone("Changes this old have been forgotten: fetch again what you show.", seq=seq)
        kept = await changes.after(conn, workspace, after, limit)
    items: list[dict[str, object]] = [{"seq": change.seq, **msgspec.json.decode(change.body)} for change in kept]
    return Json(ChangePage(items=items, next=str(kept[-1].seq) if len(kept) == limit else None, seq=seq))
