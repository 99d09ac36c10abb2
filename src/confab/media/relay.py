"""A file that may not be kept, passed on: from Meta's host through the guard to the browser, piece by piece, on no disk of ours.

What it is its first bytes say, as of every file; of a part from the middle, which only a film's player asks for, what the worker
saw when it looked. Rules MD7, MD8.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import httpcore2

from confab.errors import MediaRefused, MediaUnavailable
from confab.media import sniff, told
from confab.media.download import Downloads, header, recognised
from confab.model.inbox import WorkspaceId
from confab.store import avatars, conversations, media, participants
from confab.store.db import Conn
from confab.store.media import Place, Relayed

_FROM = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_LONGEST_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The answer to give. `headers` are those of Meta's host that tell of the part and its length."""

    status: int
    content_type: str
    headers: dict[str, str]
    body: AsyncIterator[bytes]


class Relays:
    """Passes files on."""

    def __init__(self, downloads: Downloads) -> None:
        self._downloads = downloads

    @asynccontextmanager
    async def passed(self, file: Relayed, range_: str | None) -> AsyncGenerator[Passed]:
        """The file, or the part that is asked for, where its host knows parts; to be read while the block lasts.

        Raises MediaGone for a dead link, MediaRefused for what is not served, MediaUnavailable where another attempt may help.
        """
        async with self._downloads.asked(file.source_url, range_=range_) as answer:
            chunks = aiter(answer.aiter_stream())
            start, total = _part(answer)
            if total > self._downloads.max_bytes:
                raise self._downloads.too_large()
            first = await _first(chunks) if answer.status != 416 else b""
            if answer.status == 200 or (start == 0 and file.content_type is None):
                content_type = recognised(first, is_voice=file.is_voice)
            else:
                content_type = _known(file)
            names = (b"content-length", b"content-range")
            headers = {name.decode(): value for name in names if (value := header(answer, name))}
            headers["accept-ranges"] = "bytes" if answer.status == 206 or header(answer, b"accept-ranges") == "bytes" else "none"
            yield Passed(status=answer.status, content_type=content_type, headers=headers, body=self._rest(first, chunks))

    async def _rest(self, first: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        now = asyncio.get_running_loop().time
        size, until = len(first), now() + _LONGEST_S
        if first:
            yield first
        async for chunk in chunks:
            size += len(chunk)
            if size > self._downloads.max_bytes:
                raise self._downloads.too_large()
            if now() > until:
                raise MediaUnavailable("whoever asks is too slow")
            yield chunk


async def lose(conn: Conn, place: Place, now: datetime) -> bool:
    """The link to what a message shows is dead: it is looked for anew, and whoever has it open is told. Rule MD8."""
    locked = await told.lock(conn, [place])
    if not await media.lose_link(conn, place.workspace_id, place.message_id, place.position, now):
        return False
    await told.publish(conn, [place], locked, now)
    return True


async def lose_avatar(conn: Conn, workspace: WorkspaceId, participant: UUID, used: str, reason: str, now: datetime) -> None:
    """The link to a participant's picture, the one that was used, is dead: the profile, asked once a day, may name another.

    It has failed when that was done today already and brought this. Rule PR4.
    """
    await conversations.lock_people(conn, [(workspace, participant)])
    lost = await avatars.lose_link(conn, workspace, participant, used, reason)
    if lost is None:
        return
    is_asked = await participants.ask_for_picture(conn, workspace, participant, now)
    is_asked = is_asked or (await participants.picture(conn, workspace, participant)).is_wanted
    failed_in = None if is_asked else await avatars.settle(conn, workspace, participant, reason)
    if lost.is_news or failed_in is not None:
        await told.publish_people(conn, workspace, [lost.conversation_id], now)


def _part(answer: httpcore2.Response) -> tuple[int, int]:
    """Where the part begins, and how large the whole is; 0 where nobody says."""
    found = _FROM.fullmatch(header(answer, b"content-range")) if answer.status == 206 else None
    if found is None:
        return 0, 0
    return int(found[1]), int(found[2]) if found[2] != "*" else 0


async def _first(chunks: AsyncIterator[bytes]) -> bytes:
    first = b""
    async for chunk in chunks:
        first += chunk
        if len(first) >= sniff.ENOUGH:
            break
    return first


def _known(file: Relayed) -> str:
    if file.content_type is None:
        raise MediaRefused("nobody has looked at it yet")
    return file.content_type
