"""The team."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.model.inbox import Agent, Seq
from confab.store import changes
from confab.store import team as store

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPage:
    """The whole team; `next` is always null."""

    items: list[Agent]
    next: str | None
    seq: Seq


@router.get("/agents", operation_id="list_agents", response_model=AgentPage)
async def list_agents(access: SignedIn) -> Response:
    """The members of the workspace, by name."""
    workspace = access.viewer.workspace_id
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, workspace)
        return Json(AgentPage(items=await store.agents(conn, workspace), next=None, seq=seq))
