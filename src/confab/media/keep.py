"""A file on our disk into our storage: recognised, measured, and kept once in its workspace. Rule MD3."""

import io
from datetime import timedelta
from typing import IO

from confab.clock import Clock
from confab.media.download import File
from confab.media.storage import Storage
from confab.media.studio import Studio
from confab.model.inbox import WorkspaceId
from confab.store import media
from confab.store.db import Database
from confab.store.media import Kept

_SHOWN_BY_THEN = timedelta(minutes=10)  # or its message is gone, or whoever kept it


class Keeper:
    """Keeps files of every workspace."""

    def __init__(self, db: Database, storage: Storage, studio: Studio, clock: Clock) -> None:
        self._db = db
        self._studio = studio
        self._storage = storage
        self._clock = clock

    async def keep(self, workspace: WorkspaceId, file: File) -> Kept:
        """The file is in storage. What the workspace has already is not put there again, unless storage lost it.

        Raises MediaRefused for a damaged picture, StorageFailed when it cannot be put there.
        """
        async with self._db.transaction() as conn:
            known = await media.known(conn, workspace, file.digest)
        if known is not None and await self._storage.has(workspace, file.digest):
            return known
        if not file.content_type.startswith("image/"):
            kept = _unmeasured(file)
            await self._put(workspace, kept, file.body, None)
            return kept
        read = await self._studio.measure(file.body, file.content_type)
        kept = Kept(
            digest=file.digest, content_type=read.measured.content_type, size_bytes=len(read.shown), width=read.measured.width,
            height=read.measured.height, duration_ms=None, placeholder=read.measured.placeholder,
            has_thumbnail=read.thumbnail is not None,
        )  # fmt: skip
        await self._put(workspace, kept, io.BytesIO(read.shown), read.thumbnail)
        return kept

    async def _put(self, workspace: WorkspaceId, kept: Kept, body: IO[bytes], thumbnail: IO[bytes] | None) -> None:
        """Under the object's lock, so that nobody removes the file between its arrival and its row."""
        async with self._db.transaction() as conn:
            await media.lock(conn, workspace, kept.digest)
            await self._storage.put(workspace, kept.digest, body)
            if thumbnail is not None:
                await self._storage.put(workspace, kept.digest, thumbnail, thumbnail=True)
            await media.keep(conn, workspace, kept, self._clock.now())
            await media.check(conn, workspace, kept.digest, self._clock.now() + _SHOWN_BY_THEN)


def _unmeasured(file: File) -> Kept:
    return Kept(
        digest=file.digest, content_type=file.content_type, size_bytes=file.size_bytes, width=None, height=None,
        duration_ms=None, placeholder=None, has_thumbnail=False,
    )  # fmt: skip
