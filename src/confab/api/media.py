"""Media, for whoever may see the message: `/media/messages/{conversation}/{message}-{n}.{ext}`, the story that one answers:
`{message}-story.{ext}`; participants' pictures: `/media/avatars/{account}/{participant}.{ext}`; pictures of posts:
`/media/posts/{account}/{post}.{ext}`; and files that are to be sent: `/media/uploads/{upload}.{ext}`.

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

from confab.api import parts
from confab.api.access import Running, SignedIn
from confab.errors import MediaGone, MediaRefused, NotFound
from confab.media import relay
from confab.media.storage import SEEN_INSIDE, THUMBNAIL_TYPE
from confab.model.media import STORY_POSITION
from confab.store import avatars, media, post_pictures, posts, uploads, wake
from confab.store.media import Kept, Place, Relayed
from confab.store.paths import STORY
from confab.store.uploads import UploadRow

router = APIRouter(tags=["media"])

_MESSAGE = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d{1,2}|story)\.[a-z0-9]{2,4}")
_ALONE = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[a-z0-9]{2,4}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a browser wants of a file: a part of it, or nothing if it has it already."""

    range: str | None
    if_none_match: str | None


async def _asked(  # a plain function would go to a thread, at every request
    range_: Annotated[str | None, Header(alias="range")] = None, if_none_match: Annotated[str | None, Header()] = None
) -> _Asked:
    return _Asked(range_, if_none_match)


Asked = Annotated[_Asked, Depends(_asked)]


@router.get("/media/messages/{conversation_id}/{name}", operation_id="get_message_media", include_in_schema=False)
async def message_media(conversation_id: UUID, name: str, access: SignedIn, asked: Asked, small: str | None = None) -> Response:
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
        return await _answer(
            access.services, access.viewer.workspace_id, kept, asked, "private, no-cache", is_small=small is not None
        )
    try:
        return await _passed_on(access.services, relayed, asked)
    except MediaGone:
        place = Place(
            workspace_id=access.viewer.workspace_id, conversation_id=conversation_id, message_id=message, position=position
        )
        async with access.transaction() as conn:
            await relay.lose(conn, place, access.now)
        access.tell(wake.work("media"))
        raise NotFound("Instagram does not have it any more at this address.") from None


@router.get("/media/uploads/{name}", operation_id="get_upload_media", include_in_schema=False)
async def upload_media(name: str, access: SignedIn, asked: Asked, small: str | None = None) -> Response:
    """A file that is to be sent, or with `small` its thumbnail: for whoever writes the message, and for no cache but theirs."""
    found = _ALONE.fullmatch(name)
    if found is None:
        raise NotFound("There is no such file.")
    async with access.transaction() as conn:
        row = await uploads.for_viewer(conn, access.viewer, UUID(found[1]))
    kept = None if row is None else _kept(row)
    return await _answer(
        access.services, access.viewer.workspace_id, kept, asked, "private, no-cache", is_small=small is not None
    )


@router.get("/media/avatars/{account_id}/{name}", operation_id="get_avatar", include_in_schema=False)
async def avatar(account_id: UUID, name: str, access: SignedIn, asked: Asked) -> Response:
    """A participant's picture. The address of our copy changes with it, so a browser may keep that."""
    found = _ALONE.fullmatch(name)
    if found is None:
        raise NotFound("There is no such file.")
    participant, workspace, relayed = UUID(found[1]), access.viewer.workspace_id, None
    async with access.transaction() as conn:
        kept = await avatars.for_viewer(conn, access.viewer, account_id, participant)
        if kept is None:
            relayed = await avatars.relayed_for_viewer(conn, access.viewer, account_id, participant)
    if relayed is None:
        return await _answer(access.services, workspace, kept, asked, "private, max-age=31536000, immutable", is_small=True)
    try:
        return await _passed_on(access.services, relayed, asked)
    except MediaGone as error:
        async with access.transaction() as conn:
            await relay.lose_avatar(conn, workspace, participant, relayed.source_url, error.detail, access.now)
        access.tell(wake.work("refreshes"))
        raise NotFound("Instagram does not have it any more at this address.") from None


@router.get("/media/posts/{account_id}/{name}", operation_id="get_post_picture", include_in_schema=False)
async def post_picture(account_id: UUID, name: str, access: SignedIn, asked: Asked) -> Response:
    """The picture of a post. With a dead link the post is read again, which may name another."""
    found = _ALONE.fullmatch(name)
    if found is None:
        raise NotFound("There is no such file.")
    post, workspace = UUID(found[1]), access.viewer.workspace_id
    async with access.transaction() as conn:
        shown = await post_pictures.for_viewer(conn, access.viewer, account_id, post)
    if not isinstance(shown, Relayed):
        return await _answer(access.services, workspace, shown, asked, "private, max-age=31536000, immutable", is_small=True)
    try:
        return await _passed_on(access.services, shown, asked)
    except MediaGone as error:
        async with access.transaction() as conn:
            if await post_pictures.lose(conn, workspace, post, shown.source_url, error.detail):
                await posts.read_again(conn, workspace, post, access.now)
        access.services.wake.say(wake.work("posts"))
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


def _kept(row: UploadRow) -> Kept:
    return Kept(
        digest=row.digest, content_type=row.content_type, size_bytes=row.size_bytes, width=row.width, height=row.height,
        duration_ms=row.duration_ms, placeholder=row.placeholder, has_thumbnail=row.has_thumbnail,
    )  # fmt: skip


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
    headers = {"etag": etag, "cache-control": caching, **_shown_as(kept.content_type)}
    if asked.if_none_match == etag:
        return Response(status_code=304, headers=headers)
    size = await services.storage.size(workspace, kept.digest, thumbnail=True) if is_small else kept.size_bytes
    body = parts.Body(
        workspace_id=workspace, digest=kept.digest, size_bytes=size, is_thumbnail=is_small,
        content_type=THUMBNAIL_TYPE if is_small else kept.content_type,
    )  # fmt: skip
    return parts.answer(services.storage, body, headers, asked.range)
