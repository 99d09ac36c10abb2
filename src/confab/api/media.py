"""Our copies of media, for whoever may see the message: `/media/messages/{conversation}/{message}-{n}.{ext}`, and of
participants' pictures: `/media/avatars/{account}/{participant}.{ext}`.

The session and row-level security decide, as for the message itself. Of a message a browser may keep a copy but asks each time
whether it still holds: a message can be unsent. Rule MD5.
"""

import re
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from starlette.responses import Response, StreamingResponse

from confab.api.access import Running, SignedIn
from confab.errors import NotFound
from confab.store import avatars, media
from confab.store.media import Kept

router = APIRouter(tags=["media"])

_MESSAGE = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d{1,2})\.[a-z0-9]{2,4}")
_AVATAR = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[a-z0-9]{2,4}")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_SEEN_INSIDE = ("image/", "video/", "audio/")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a browser wants of a file: a part of it, or nothing if it has it already."""

    range: str | None
    if_none_match: str | None


def _asked(
    range_: Annotated[str | None, Header(alias="range")] = None, if_none_match: Annotated[str | None, Header()] = None
) -> _Asked:
    return _Asked(range_, if_none_match)


Asked = Annotated[_Asked, Depends(_asked)]


@router.get("/media/messages/{conversation_id}/{name}", operation_id="get_message_media", include_in_schema=False)
async def message_media(
    conversation_id: UUID, name: str, access: SignedIn, services: Running, asked: Asked, small: str | None = None
) -> Response:
    """The file that an attachment shows, or with `small` its thumbnail."""
    found = _MESSAGE.fullmatch(name)
    if found is None:
        raise NotFound("There is no such file.")
    async with access.transaction() as conn:
        kept = await media.for_viewer(conn, access.viewer, conversation_id, UUID(found[1]), int(found[2]))
    return await _answer(services, access.viewer.workspace_id, kept, asked, "private, no-cache", is_small=small is not None)


@router.get("/media/avatars/{account_id}/{name}", operation_id="get_avatar", include_in_schema=False)
async def avatar(account_id: UUID, name: str, access: SignedIn, services: Running, asked: Asked) -> Response:
    """A participant's picture. Its address changes with it, so a browser may keep it."""
    found = _AVATAR.fullmatch(name)
    if found is None:
        raise NotFound("There is no such file.")
    async with access.transaction() as conn:
        kept = await avatars.for_viewer(conn, access.viewer, account_id, UUID(found[1]))
    return await _answer(services, access.viewer.workspace_id, kept, asked, "private, max-age=31536000, immutable", is_small=True)


async def _answer(
    services: Running, workspace: UUID, kept: Kept | None, asked: "_Asked", caching: str, *, is_small: bool
) -> Response:
    if kept is None:
        raise NotFound("There is no such file.")
    is_small = is_small and kept.has_thumbnail
    etag = f'"{kept.digest.hex()}{"-small" if is_small else ""}"'
    headers = {
        "etag": etag, "cache-control": caching, "accept-ranges": "bytes",
        "content-disposition": "inline" if kept.content_type.startswith(_SEEN_INSIDE) else "attachment",
        "content-security-policy": "default-src 'none'; sandbox",
    }  # fmt: skip
    if asked.if_none_match == etag:
        return Response(status_code=304, headers=headers)
    size = await services.storage.size(workspace, kept.digest, thumbnail=True) if is_small else kept.size_bytes
    start, end, status = 0, size, 200
    if asked.range is not None and (wanted := _wanted(asked.range, size)) is not None:
        if wanted == (0, 0):
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
        (start, end), status = wanted, 206
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    body = services.storage.read(workspace, kept.digest, start, end, thumbnail=is_small)
    kind = "image/webp" if is_small else kept.content_type
    return StreamingResponse(body, status, {**headers, "content-length": str(end - start)}, kind)


def _wanted(wanted: str, size: int) -> tuple[int, int] | None:
    """The one range that is asked for; None for what we do not understand, (0, 0) for one that is not there."""
    found = _RANGE.fullmatch(wanted)
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    return (start, end) if start < end else (0, 0)
