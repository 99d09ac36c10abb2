"""Numbers about an account: a page of them, the runs that read them, and all of them as a file."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import Invalid, NotFound
from confab.insights import export, page, words
from confab.model.inbox import AccountId
from confab.model.insights import Insights, InsightsRun
from confab.store import insights as store
from confab.store import sync_runs

router = APIRouter()

Account = Annotated[UUID, Query(description="Whose numbers.")]
Since = Annotated[date | None, Query(description="The first day; by default the 28th before the end.")]
Until = Annotated[date | None, Query(description="The last day; by default the last whole one. Days are Meta's, Pacific time.")]
Metrics = Annotated[list[str] | None, Query(alias="metric", description="Only these; else all that an account has.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightsRunPage:
    """The newest readings of an account, newest first; `next` is always null."""

    items: list[InsightsRun]
    next: str | None


@router.get("/insights", operation_id="get_insights", response_model=Insights)
async def get_insights(
    access: SignedIn, account: Account, since: Since = None, until: Until = None, metric: Metrics = None
) -> Response:
    """An account's numbers of these days, and of as many before them, from our database: nobody waits for Instagram."""
    days, names = page.days_of(since, until, access.now), page.known(metric or [])
    async with access.transaction() as conn:
        found = await page.load(conn, access.viewer.workspace_id, AccountId(account), days, names, access.now)
    return Json(found)


@router.get("/insights/runs", operation_id="list_insights_runs", response_model=InsightsRunPage)
async def list_insights_runs(access: SignedIn, account: Account, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Response:
    """The newest readings of an account: who asked, when, how long, how many calls, and what came of it."""
    async with access.transaction() as conn:
        found = await sync_runs.newest(conn, access.viewer.workspace_id, AccountId(account), limit)
    return Json(InsightsRunPage(items=[words.shown(one) for one in found], next=None))


@router.get("/insights/runs/{id}", operation_id="get_insights_run", response_model=InsightsRun)
async def get_insights_run(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """One reading, with every metric that did not come and why."""
    async with access.transaction() as conn:
        return Json(words.shown(await sync_runs.get(conn, access.viewer.workspace_id, id)))


@router.get(
    "/insights/export", operation_id="export_insights",
    responses={200: {"description": "The file.", "content": {"text/csv": {}, "application/json": {}}}},
)  # fmt: skip
async def export_insights(
    access: SignedIn,
    account: Account,
    since: Since = None,
    until: Until = None,
    format: Literal["csv", "json"] = "csv",  # noqa: A002 -- the parameter's word
) -> Response:
    """Every number of these days, of the account and of its posts, with what Meta corrected."""
    days = page.days_of(since, until, access.now)
    begins, ends = days.ends
    workspace, account_id = access.viewer.workspace_id, AccountId(account)
    async with access.transaction() as conn:
        found = await store.known_account(conn, workspace, account_id)
        if found is None:
            raise NotFound("There is no such account.")
        rows = await store.exported(conn, workspace, account_id, begins, ends, export.MOST_ROWS + 1)
    if len(rows) > export.MOST_ROWS:
        raise Invalid(f"These are more than {export.MOST_ROWS} numbers: ask for fewer days at once.", field="since")
    name = f"insights-{found['username']}-{days.since}-{days.until}.{format}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    if format == "json":
        return Json({"items": export.as_objects(found["username"], rows)}, headers=headers)
    return Response(export.as_csv(found["username"], rows), media_type="text/csv; charset=utf-8", headers=headers)
