"""Long work that somebody asks for: reading an account's conversations or profiles at Instagram, with its progress."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import Invalid
from confab.inbox import act
from confab.insights import page
from confab.model.commands import StopRun, Sync
from confab.model.inbox import AccountId, Run, RunId, RunKind, Seq
from confab.store import changes, runs, wake

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """The newest runs of an account, newest first; `next` is always null."""

    items: list[Run]
    next: str | None
    seq: Seq


class WhatToSync(BaseModel):
    """What to read at Instagram: `messages` are the conversations and what Meta still shows of them, `profiles` the people.

    `insights` are the numbers: of these days (the first time all that Meta has, later the newest) and metrics (all). `comments`
    are those under the account's posts, as far as something changed there.
    """

    model_config = ConfigDict(extra="forbid")

    what: RunKind
    since: date | None = None
    until: date | None = None
    metrics: list[str] | None = None


@router.post("/accounts/{id}/sync", operation_id="sync_account", response_model=Run, status_code=202)
async def sync_account(id: UUID, body: WhatToSync, access: SignedIn) -> Response:  # noqa: A002
    """Begin to read, or join the run that goes on already; owners and admins may."""
    access.require("owner", "admin")
    wanted = _wanted(AccountId(id), body, access.now)
    async with access.transaction() as conn:
        run = await act.sync(conn, access.actor, wanted, access.now)
    access.tell(wake.work("runs"))
    return Json(run, 202)


@router.get("/runs", operation_id="list_runs", response_model=RunPage)
async def list_runs(
    access: SignedIn, account: UUID, what: RunKind | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> Response:
    """The newest runs of an account, of one kind or of all."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items = await runs.newest(conn, access.viewer, AccountId(account), what, limit)
    return Json(RunPage(items=items, next=None, seq=seq))


@router.get("/runs/{id}", operation_id="get_run", response_model=Run)
async def get_run(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """How far a run is."""
    async with access.transaction() as conn:
        return Json(await runs.for_viewer(conn, access.viewer, RunId(id)))


@router.delete("/runs/{id}", operation_id="stop_run", response_model=Run)
async def stop_run(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """End a run where it is; what it read stays. Owners and admins may."""
    access.require("owner", "admin")
    async with access.transaction() as conn:
        run = await act.stop_run(conn, access.actor, StopRun(run_id=RunId(id)), access.now)
    access.tell()
    return Json(run)


def _wanted(account: AccountId, body: WhatToSync, now: datetime) -> Sync:
    if body.what != "insights":
        for name in ("since", "until", "metrics"):
            if getattr(body, name) is not None:
                raise Invalid(f"Only insights are read by {name}: leave it out.", field=name)
        return Sync(account_id=account, what=body.what)
    since, until = page.days_to_read(body.since, body.until, now)
    return Sync(account_id=account, what="insights", since=since, until=until, metrics=page.known(body.metrics or []))
