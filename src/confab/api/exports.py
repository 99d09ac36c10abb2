"""Taking out a conversation, all about a person, or an account. Owners and admins alone."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response, StreamingResponse

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.archive.asking import ask
from confab.archive.export import name_of
from confab.errors import Conflict, Gone, Invalid
from confab.model.exports import AuditLine, Export, ExportId
from confab.model.inbox import Seq
from confab.store import audit, changes, exports, wake

router = APIRouter()
_NEWEST = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPage:
    """Exports, the newest first; `next` is the cursor of the page after it."""

    items: list[Export]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Lines of the record, the newest first; `next` is the cursor of the page after it."""

    items: list[AuditLine]
    next: str | None
    seq: Seq


class WhatToExport(BaseModel):
    """What to take out: `id` is the conversation's, for a person that of a conversation with them, or the account's."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["conversation", "person", "account"]
    id: UUID


@router.post("/exports", operation_id="create_export", response_model=Export, status_code=202)
async def create_export(body: WhatToExport, access: SignedIn) -> Response:
    """Have a ZIP made with pages, `data.json` and the files. Ask for the export until it is `done`."""
    access.require("owner", "admin")
    async with access.transaction() as conn:
        made = await ask(conn, access.viewer.workspace_id, body.kind, body.id, access.actor.name, access.now)
    access.services.wake.say(wake.work("exports"))
    return Json(made, 202)


@router.get("/exports", operation_id="list_exports", response_model=ExportPage)
async def list_exports(access: SignedIn, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> Response:
    """What was taken out, and what is being made."""
    access.require("owner", "admin")
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items = await exports.newest(conn, access.viewer, _position(cursor), limit)
    return Json(ExportPage(items=items, next=str(items[-1].id) if len(items) == limit else None, seq=seq))


@router.get("/exports/{id}", operation_id="get_export", response_model=Export)
async def get_export(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """How far an export is."""
    access.require("owner", "admin")
    async with access.transaction() as conn:
        return Json(await exports.get(conn, access.viewer.workspace_id, ExportId(id)))


@router.get(
    "/exports/{id}/file", operation_id="download_export",
    responses={200: {"description": "The file.", "content": {"application/zip": {}}}},
)  # fmt: skip
async def download_export(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """The ZIP. Whoever takes it is noted."""
    access.require("owner", "admin")
    workspace = access.viewer.workspace_id
    async with access.transaction() as conn:
        found = await exports.get(conn, workspace, id)
        if found.state in ("waiting", "running"):
            raise Conflict("The export is still being made.", code="export_not_ready")
        if found.state != "done":
            raise Gone(found.error or "There is no file any more.")
        await audit.add(conn, workspace, access.actor.name, "export_downloaded", str(id), {"kind": found.kind}, access.now)
    headers = {
        "content-disposition": f'attachment; filename="confab-{found.kind}-{found.created_at:%Y-%m-%d}.zip"',
        "content-length": str(found.size_bytes), "cache-control": "private, no-store",
    }  # fmt: skip
    pieces = access.services.storage.read_named(workspace, name_of(id), found.size_bytes)
    return StreamingResponse(pieces, 200, headers, "application/zip")


@router.get("/audit", operation_id="list_audit_lines", response_model=AuditPage)
async def list_audit_lines(
    access: SignedIn, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 50
) -> Response:
    """Who took something out, what was deleted by its age, and what is held."""
    access.require("owner", "admin")
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items = await audit.page(conn, access.viewer, _position(cursor), limit)
    return Json(AuditPage(items=items, next=str(items[-1].id) if len(items) == limit else None, seq=seq))


def _position(cursor: str | None) -> UUID:
    try:
        return UUID(cursor) if cursor else _NEWEST
    except ValueError:
        raise Invalid("This cursor is not one of ours; begin again without one.", field="cursor") from None
