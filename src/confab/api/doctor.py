"""How the workspace's accounts and the installation stand: what the doctor found, and to have it look again."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import NotFound
from confab.model.changes import CheckupUpdated
from confab.model.doctor import Checkup, Finding
from confab.model.inbox import Seq
from confab.store import changes, checkups, wake

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands; `checkup` is null where the doctor never comes."""

    checkup: Checkup | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPage:
    """Everything that the last look found, in the order in which it is to be read; `next` is always null."""

    items: list[Finding]
    next: str | None
    seq: Seq


@router.get("/doctor", operation_id="get_standing", response_model=Standing)
async def get_standing(access: SignedIn) -> Response:
    """When the doctor looked last, and how much was amiss."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        checkup = await checkups.of_workspace(conn, access.viewer.workspace_id)
    return Json(Standing(checkup=checkup, seq=seq))


@router.get("/doctor/findings", operation_id="list_findings", response_model=FindingPage)
async def list_findings(access: SignedIn) -> Response:
    """What was found about the installation and the workspace's accounts; for owners and admins."""
    access.require("owner", "admin")
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items = await checkups.findings(conn, access.viewer.workspace_id)
    return Json(FindingPage(items=items, next=None, seq=seq))


@router.post("/doctor/look", operation_id="look_again", response_model=Checkup, status_code=202)
async def look_again(access: SignedIn) -> Response:
    """Have the doctor look again; the stream tells when it has. Owners and admins may."""
    access.require("owner", "admin")
    async with access.transaction() as conn:
        checkup = await checkups.ask(conn, access.viewer.workspace_id, access.now)
        if checkup is None:
            raise NotFound("The doctor does not come to this workspace.")
        told = CheckupUpdated(type="checkup_updated", checkup=checkup)
        changes.publish(conn, access.viewer.workspace_id, [told], access.now)
    access.tell(wake.work("checkups"))
    return Json(checkup, 202)
