"""A file that somebody wants to send: taken while it comes, recognised, made fit for Instagram, and kept. Rules UP1-UP3.

It lies where received files lie, under the same digest when it is the same; its message shows it from there.
"""

import hashlib
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import IO
from uuid import UUID

from confab.clock import Clock
from confab.errors import Invalid, MediaRefused, StorageFailed, TooLarge
from confab.media import names, sniff
from confab.media.download import File
from confab.media.keep import Keeper
from confab.model.inbox import WorkspaceId
from confab.model.outgoing import FileKind, Upload
from confab.store import ids, media, paths, uploads
from confab.store.db import Database
from confab.store.media import Kept
from confab.store.uploads import UploadRow

MAX_BYTES = 25_000_000
"""The largest file that Instagram takes. Rule S9."""

_FIELD = "file"
_KINDS: dict[str, FileKind] = {"image": "image", "video": "video", "audio": "audio", "application": "file"}


class Uploads:
    """Takes the files of every workspace."""

    def __init__(self, db: Database, keeper: Keeper, clock: Clock) -> None:
        self._db = db
        self._keeper = keeper
        self._clock = clock

    async def take(self, workspace: WorkspaceId, body: AsyncIterator[bytes], name: str) -> Upload:
        """Keep a file as it will be sent. Raises TooLarge or Invalid, whose texts say what to do instead."""
        async with _received(body) as file:
            try:
                kept = await self._keeper.keep_to_send(workspace, file)
            except MediaRefused as error:
                raise Invalid(f"The file cannot be sent: {error.detail}.", code="file_refused", field=_FIELD) from None
        row = _row(workspace, ids.new(self._clock.now()), kept, name)
        async with self._db.viewing(workspace) as conn:
            if await media.known(conn, workspace, kept.digest) is None:
                raise StorageFailed("it was removed from storage meanwhile: send it again")
            await uploads.insert(conn, workspace, row, self._clock.now())
        return shown(row)


def too_large() -> TooLarge:
    """What is said of a file that is larger than any that Instagram takes."""
    return TooLarge(
        "The file is larger than 25 MB, and Instagram takes no larger one: shorten or compress it.",
        code="file_too_large", field=_FIELD, limit_bytes=MAX_BYTES,
    )  # fmt: skip


def shown(row: UploadRow) -> Upload:
    """An upload as the team sees it."""
    url = paths.of_upload(row.id, row.content_type)
    return Upload(
        id=row.id, kind=row.kind, content_type=row.content_type, name=row.name, size_bytes=row.size_bytes, width=row.width,
        height=row.height, duration_ms=row.duration_ms, placeholder=row.placeholder, url=url,
        thumbnail_url=f"{url}?small" if row.has_thumbnail else None,
    )  # fmt: skip


@asynccontextmanager
async def _received(body: AsyncIterator[bytes]) -> AsyncGenerator[File]:
    """The file on our disk, for as long as the block lasts."""
    with tempfile.TemporaryFile() as on_disk:
        yield await _take(body, on_disk)


async def _take(body: AsyncIterator[bytes], on_disk: IO[bytes]) -> File:
    first, digest, size = b"", hashlib.sha256(), 0
    async for chunk in body:
        size += len(chunk)
        if size > MAX_BYTES:
            raise too_large()
        if len(first) < sniff.ENOUGH:
            first += chunk[: sniff.ENOUGH - len(first)]
        digest.update(chunk)
        on_disk.write(chunk)
    if size == 0:
        raise Invalid("The file is empty: choose another.", code="file_refused", field=_FIELD)
    try:
        content_type = sniff.type_to_send(first)
    except MediaRefused as error:
        raise Invalid(f"The file cannot be sent: {error.detail}.", code="file_type", field=_FIELD) from None
    return File(body=on_disk, digest=digest.digest(), size_bytes=size, content_type=content_type)


def _row(workspace: WorkspaceId, id_: UUID, kept: Kept, name: str) -> UploadRow:
    kind = _KINDS[kept.content_type.partition("/")[0]]
    return UploadRow(
        workspace_id=workspace, id=id_, digest=kept.digest, kind=kind, content_type=kept.content_type,
        name=names.clean(name, kind, kept.content_type), size_bytes=kept.size_bytes, width=kept.width, height=kept.height,
        duration_ms=kept.duration_ms, placeholder=kept.placeholder, has_thumbnail=kept.has_thumbnail,
    )  # fmt: skip
