"""The team's own numbers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.insights import own
from confab.model.inbox import AccountId, AgentId
from confab.model.own_numbers import OwnNumbers

router = APIRouter()


@router.get("/numbers", operation_id="get_numbers", response_model=OwnNumbers)
async def get_numbers(
    access: SignedIn,
    account: UUID | None = None,
    agent: UUID | None = None,
    since: date | None = None,
    until: date | None = None,
    zone: Annotated[str, Query(min_length=1, max_length=64)] = "UTC",
) -> Response:
    """How the team answers: messages, response times, windows missed, by day, by hour of the week, by agent and by account.

    `since` and `until` are days of `zone`, an IANA name; both are included. Without them: four weeks up to today. With it comes
    the same number of days before. Single people's numbers are for themselves, owners and admins.
    """
    wanted = own.Wanted(
        account=AccountId(account) if account else None, agent=AgentId(agent) if agent else None, since=since, until=until,
        zone=zone,
    )  # fmt: skip
    async with access.transaction() as conn:
        return Json(await own.numbers(conn, access.viewer, wanted, access.now))
