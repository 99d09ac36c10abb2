"""`/media/out/{token}`: a file for Instagram to fetch when it goes out. The token alone counts; there is no session. Rule UP5.

Whoever has no good token learns nothing: every other address answers 404, after nothing but arithmetic.
"""

from typing import Annotated

from fastapi import APIRouter, Header
from starlette.requests import Request
from starlette.responses import Response

from confab.api import parts
from confab.api.access import Running
from confab.errors import NotFound
from confab.media import out

router = APIRouter(tags=["media"])

_NOTHING = "There is nothing at this address."


@router.api_route("/media/out/{token}", methods=["GET", "HEAD"], operation_id="get_outgoing_media", include_in_schema=False)
async def outgoing_media(
    token: str, request: Request, services: Running, range_: Annotated[str | None, Header(alias="range")] = None
) -> Response:
    """The one file that the token names: from here and not by another address, for no cache."""
    ticket = out.opened(token, services.vault.current(), services.clock.now())
    size = 0 if ticket is None else await services.storage.held(ticket.workspace_id, ticket.digest)
    if ticket is None or size == 0:
        raise NotFound(_NOTHING)
    body = parts.Body(workspace_id=ticket.workspace_id, digest=ticket.digest, size_bytes=size, content_type=ticket.content_type)
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": f'attachment; filename="{ticket.name}"',
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return parts.answer(services.storage, body, headers, range_, is_head=request.method == "HEAD")
