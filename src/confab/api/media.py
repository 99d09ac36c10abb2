"""Media, for whoever may see the message: `/media/messages/{conversation}/{message}-{n}.{ext}`, the story that one answers:
`{message}-story.{ext}`, and participants' pictures: `/media/avatars/{account}/{participant}.{ext}`.

The session and row-level security decide, as for the message itself. Of a message a browser may keep a copy but asks each time
whether it still holds: a message can be unsent. What may not be kept is passed on from Meta's hosts. Rules MD5, MD7, MD8.
"""

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from confab.api.access import Running, SignedIn
from confab.errors import MediaGone, MediaRefused, NotFound
from confab.media import relay
from confab.media.storage import SEEN_INSIDE
from confab.model.media import STORY_POSITION
from confab.store import avatars, media, wake
from confab.store.media import Kept, Place, Relayed
from confab.store.paths import STORY

router = APIRouter(tags=["media"])

_MESSAGE = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d{1,2}|story)\.[a-z0-9]{2,4}")
_AVATAR = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[a-z0-9]{2,4}")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


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
    """The file that an attachment shows, or with `small` its thumbnail; also the story that a message answers."""
    found = _MESSAGE.fullmatch(name)
    if found is None:
        raise NotFound("There is no such file.")
    message, position = UUID(found[1]), STORY_POSITION if found[2] == STORY else int(found[2])
    async with access.transaction() as conn:
        kept = await media.for_viewer(conn, access.viewer, conversation_id, message, position)
        relayed = None
        if kept is None:
            relayed = await media.relayed_for_viewer(conn, access.viewer, conversation_id, message, position, access.now)
    if relayed is None:
        return await _answer(services, access.viewer.workspace_id, kept, asked, "private, no-cache", is_small=small is not None)
    try:
        return await _passed_on(services, relayed, asked)
    except MediaGone:
        place = Place(
            workspace_id=access.viewer.workspace_id, conversation_id=conversation_id, message_id=message, position=position
        )
        async with access.transaction() as conn:
            await relay.lose(conn, place, access.now)
        services.wake.say(wake.changed(access.viewer.workspace_id), wake.work("media"))
        raise NotFound("Instagram does not have it any more at this address.") from None


@router.get("/media/avatars/{account_id}/{name}", operation_id="get_avatar", include_in_schema=False)
async def avatar(account_id: UUID, name: str, access: SignedIn, services: Running, asked: Asked) -> Response:
    """A participant's picture. The address of our copy changes with it, so a browser may keep that."""
    found = _AVATAR.fullmatch(name)
    if found is None:
        raise NotFound("There is no such file.")
    participant, workspace, relayed = UUID(found[1]), access.viewer.workspace_id, None
    async with access.transaction() as conn:
        kept = await avatars.for_viewer(conn, access.viewer, account_id, participant)
        if kept is None:
            relayed = await avatars.relayed_for_viewer(conn, access.viewer, account_id, participant)
    if relayed is None:
        return await _answer(services, workspace, kept, asked, "private, max-age=31536000, immutable", is_small=True)
    try:
        return await _passed_on(services, relayed, asked)
    except MediaGone as error:
        async with access.transaction() as conn:
            await relay.lose_avatar(conn, workspace, participant, relayed.source_url, error.detail, access.now)
        services.wake.say(wake.changed(workspace), wake.work("refreshes"))
        raise NotFound("Instagram does not have it any more at this address.") from None


async def small(services: Running, workspace: UUID, found: Kept | Relayed | None, asked: Asked) -> Response:
    """A picture of something, small where we keep it so. The address has its version, but it may be gone any time."""
    if not isinstance(found, Relayed):
        return await _answer(services, workspace, found, asked, "private, no-cache", is_small=True)
    try:
        return await _passed_on(services, found, asked)
    except MediaGone:
        raise NotFound("Instagram does not have it any more at this address.") from None


class _Relaying(StreamingResponse):
    """Gives what Meta's host gives, and lets go of its connection whatever happens."""

    def __init__(self, passed: relay.Passed, headers: dict[str, str], held: AsyncExitStack) -> None:
        super().__init__(passed.body, passed.status, headers, passed.content_type)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held:
            await super().__call__(scope, receive, send)


async def _passed_on(services: Running, relayed: Relayed, asked: "_Asked") -> Response:
    """What may not be kept: neither here nor by the browser. Raises MediaGone for a dead link."""
    async with AsyncExitStack() as stack:
        try:
            passed = await stack.enter_async_context(services.relays.passed(relayed, asked.range))
        except MediaRefused as error:
            raise NotFound(f"It is not shown: {error.detail}.") from None
        headers = {**passed.headers, **_shown_as(passed.content_type), "cache-control": "no-store"}
        return _Relaying(passed, headers, stack.pop_all())


def _shown_as(content_type: str) -> dict[str, str]:
    return {
        "content-disposition": "inline" if content_type.startswith(SEEN_INSIDE) else "attachment",
        "content-security-policy": "default-src 'none'; sandbox",
    }


async def _answer(
    services: Running, workspace: UUID, kept: Kept | None, asked: "_Asked", caching: str, *, is_small: bool
) -> Response:
    if kept is None:
        raise NotFound("There is no such file.")
    is_small = is_small and kept.has_thumbnail
    if services.settings.media_redirect:
        address = await services.storage.signed(workspace, kept.digest, thumbnail=is_small)
        return Response(status_code=302, headers={"location": address, "cache-control": "no-store"})
    etag = f'"{kept.digest.hex()}{"-small" if is_small else ""}"'
    headers = {
        "etag": etag, "cache-control": caching, "accept-ranges": "bytes", **_shown_as(kept.content_type),
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
