"""A file on our disk into our storage: recognised, measured, and kept once in its workspace. Rule MD3."""

import hashlib
from datetime import timedelta
from typing import IO

from confab.clock import Clock
from confab.errors import MediaRefused
from confab.media.download import File
from confab.media.measured import Measured, Picture
from confab.media.storage import THUMBNAIL_TYPE, Storage
from confab.media.studio import Studio
from confab.model.inbox import WorkspaceId
from confab.store import media
from confab.store.db import Database
from confab.store.media import Kept

_MEASURED = ("image/", "video/", "audio/")
_SHOWN_BY_THEN = timedelta(seconds=45)  # or its message is gone, or whoever kept it


class Keeper:
    """Keeps files of every workspace."""

    def __init__(self, db: Database, storage: Storage, studio: Studio, clock: Clock) -> None:
        self._db = db
        self._studio = studio
        self._storage = storage
        self._clock = clock

    async def keep(self, workspace: WorkspaceId, file: File) -> Kept:
        """The file is in storage. What the workspace has already is not put there again, unless storage lost it or a part of it.

        Raises MediaRefused for a damaged picture, StorageFailed when it cannot be put there.
        """
        async with self._db.viewing(workspace) as conn:
            known = await media.known(conn, workspace, file.digest)
        if known is not None and await self._is_whole(workspace, known):
            return known
        read = await self._measured(file)
        kept = _kept(file, read, file.digest)
        await self._put(workspace, kept, read.shown or file.body, read.thumbnail)
        return kept

    async def keep_to_send(self, workspace: WorkspaceId, file: File) -> Kept:
        """The file as Instagram takes it is in storage. Its digest, and its type, may be others than the file's. Rule UP2.

        Raises MediaRefused for what Instagram does not take, StorageFailed when it cannot be put there.
        """
        if not file.content_type.startswith(_MEASURED):
            return await self.keep(workspace, file)
        read = await self._studio.prepare(file.body, file.content_type)
        kept = _kept(file, read, file.digest if read.shown is None else hashlib.sha256(read.shown.getbuffer()).digest())
        async with self._db.viewing(workspace) as conn:
            known = await media.known(conn, workspace, kept.digest)
        if known is None or not await self._is_whole(workspace, known):
            await self._put(workspace, kept, read.shown or file.body, read.thumbnail)
        return kept

    async def look(self, file: File) -> Kept:
        """What a file is that may not be kept: nothing of it stays but its type and its size. Raises MediaRefused likewise."""
        measured = (await self._measured(file)).measured
        return Kept(
            digest=file.digest, content_type=file.content_type, size_bytes=file.size_bytes, width=measured.width,
            height=measured.height, duration_ms=measured.duration_ms, placeholder=None, has_thumbnail=False,
        )  # fmt: skip

    async def _is_whole(self, workspace: WorkspaceId, known: Kept) -> bool:
        if await self._storage.held(workspace, known.digest) != known.size_bytes:
            return False
        return not known.has_thumbnail or await self._storage.held(workspace, known.digest, thumbnail=True) > 0

    async def _measured(self, file: File) -> Picture:
        """A damaged picture is refused; a film or a sound that cannot be read is what its first bytes say, and no more."""
        if file.content_type.startswith(_MEASURED):
            try:
                return await self._studio.measure(file.body, file.content_type)
            except MediaRefused:
                if file.content_type.startswith("image/"):
                    raise
        return Picture(measured=Measured(content_type=file.content_type), thumbnail=None, shown=None)

    async def _put(self, workspace: WorkspaceId, kept: Kept, body: IO[bytes], thumbnail: IO[bytes] | None) -> None:
        """Under the object's lock, so that nobody removes the file between its arrival and its row."""
        async with self._db.viewing(workspace) as conn:
            await media.lock(conn, workspace, kept.digest)
            await self._storage.put(workspace, kept.digest, body, kept.content_type)
            if thumbnail is not None:
                await self._storage.put(workspace, kept.digest, thumbnail, THUMBNAIL_TYPE, thumbnail=True)
            await media.keep(conn, workspace, kept, self._clock.now())
            await media.check(conn, workspace, kept.digest, self._clock.now() + _SHOWN_BY_THEN)


def _kept(file: File, read: Picture, digest: bytes) -> Kept:
    measured = read.measured
    return Kept(
        digest=digest, content_type=measured.content_type,
        size_bytes=file.size_bytes if read.shown is None else len(read.shown.getbuffer()), width=measured.width,
        height=measured.height, duration_ms=measured.duration_ms, placeholder=measured.placeholder,
        has_thumbnail=read.thumbnail is not None,
    )  # fmt: skip
