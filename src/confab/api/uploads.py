"""Files from the composer: taken before the message that shows them is sent. Rules UP1-UP3."""

import asyncio
from typing import Annotated
from urllib.parse import unquote
from uuid import UUID

from fastapi import APIRouter, Header
from starlette.requests import Request
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import Invalid, NotFound
from confab.media.uploads import MAX_BYTES, shown, too_large
from confab.model.outgoing import Upload
from confab.store import uploads

PATH = "/api/v1/uploads"
"""The one address that takes more than an ordinary request may have; it counts by itself."""

router = APIRouter()

_ALTOGETHER_S = 300
_BODY = {"requestBody": {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}


@router.post("/uploads", operation_id="upload_file", response_model=Upload, status_code=201, openapi_extra=_BODY)
async def upload_file(request: Request, access: SignedIn, x_file_name: Annotated[str, Header(max_length=1000)] = "") -> Response:
    """Upload a file to send it: the body is the file and nothing else, its name percent-encoded in `X-File-Name`.

    It is taken by what its bytes are and answered as it will be sent. One that no message shows is forgotten after a day.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BYTES:
        raise too_large()
    try:
        async with asyncio.timeout(_ALTOGETHER_S):
            upload = await access.services.uploads.take(access.viewer.workspace_id, request.stream(), unquote(x_file_name))
    except TimeoutError:
        raise Invalid("The file did not arrive within five minutes: send it again.", code="file_refused", field="file") from None
    return Json(upload, 201)


@router.get("/uploads/{id}", operation_id="get_upload", response_model=Upload)
async def get_upload(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """An upload that is still there: what a kept draft asks."""
    async with access.transaction() as conn:
        row = await uploads.for_viewer(conn, access.viewer, id)
    if row is None:
        raise NotFound("This file has been forgotten, because no message showed it: upload it again.")
    return Json(shown(row))
