"""Our copies of media, for whoever may see the message. `/media/messages/{conversation}/{message}-{n}.{ext}`.

The session and row-level security decide, as for the message itself. A browser may keep a copy but asks each time whether it
still holds: a message can be unsent.
"""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query
from starlette.responses import Response, StreamingResponse

from confab.api.access import Running, SignedIn
from confab.errors import NotFound
from confab.store import media
from confab.store.media import Kept

router = APIRouter(tags=["media"])

_NAME = re.compile(r"([0-9a-f-]{36})-(\d{1,2})\.[a-z0-9]{2,4}")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_SEEN_INSIDE = ("image/", "video/", "audio/")


@router.get("/media/messages/{conversation_id}/{name}", operation_id="get_message_media", include_in_schema=False)
async def message_media(
    conversation_id: UUID,
    name: str,
    access: SignedIn,
    services: Running,
    small: Annotated[str | None, Query()] = None,
    range_: Annotated[str | None, Header(alias="range")] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The file that an attachment shows, or with `small` its thumbnail."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise NotFound("There is no such file.")
    async with access.transaction() as conn:
        kept = await media.for_viewer(conn, access.viewer, conversation_id, UUID(found[1]), int(found[2]))
    if kept is None:
        raise NotFound("There is no such file.")
    is_small = small is not None and kept.has_thumbnail
    etag = f'"{kept.digest.hex()}{"-s" if is_small else ""}"'
    headers = {
        "etag": etag, "cache-control": "private, no-cache", "accept-ranges": "bytes",
        "content-disposition": "inline" if kept.content_type.startswith(_SEEN_INSIDE) else "attachment",
        "content-security-policy": "default-src 'none'; sandbox",
    }  # fmt: skip
    if if_none_match == etag:
        return Response(status_code=304, headers=headers)
    size = await services.storage.size(access.viewer.workspace_id, kept.digest, thumbnail=True) if is_small else kept.size_bytes
    return _answer(services, access.viewer.workspace_id, kept, size, headers, None if is_small else range_, is_small=is_small)


def _answer(
    services: Running, workspace: UUID, kept: Kept, size: int, headers: dict[str, str], wanted: str | None, *, is_small: bool
) -> Response:
    start, end, status = 0, size, 200
    if wanted is not None and (asked := _asked(wanted, size)) is not None:
        if asked == (0, 0):
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
        (start, end), status = asked, 206
        headers = {**headers, "content-range": f"bytes {start}-{end - 1}/{size}"}
    body = services.storage.read(workspace, kept.digest, start, end, thumbnail=is_small)
    kind = "image/webp" if is_small else kept.content_type
    return StreamingResponse(body, status, {**headers, "content-length": str(end - start)}, kind)


def _asked(wanted: str, size: int) -> tuple[int, int] | None:
    """The one range that is asked for; None for what we do not understand, (0, 0) for one that is not there."""
    found = _RANGE.fullmatch(wanted)
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    return (start, end) if start < end else (0, 0)
