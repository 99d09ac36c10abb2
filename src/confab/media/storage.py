"""Our own storage: a folder, or anything that speaks S3. Objects lie at `{workspace}/{SHA-256}`, thumbnails beside them."""

import hashlib
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from confab.errors import Misconfigured, StorageFailed

_CHUNK = 1 << 20
_PART = 5 << 20  # S3 takes none that are smaller
_SIGNED_S = 60

THUMBNAIL_TYPE = "image/webp"
SEEN_INSIDE = ("image/", "video/", "audio/")
"""What a page shows; anything else is downloaded."""


class Storage:
    """Puts, reads and removes files. Raises StorageFailed when the storage does not do it."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str | None, data_dir: Path) -> "Storage":
        """The storage that a setting names; None: the folder `media` in the data directory."""
        if url is None:
            return cls(_local(data_dir / "media"))
        parts = urlsplit(url)
        if parts.scheme == "file":
            return cls(_local(Path(unquote(parts.path))))
        return cls(S3Store(parts.netloc, prefix=parts.path.strip("/") or None))

    @property
    def may_sign(self) -> bool:
        """Whether addresses can be made that lead past us: only S3 knows such."""
        return isinstance(self._store, S3Store)

    async def signed(self, workspace: UUID, digest: bytes, *, thumbnail: bool = False) -> str:
        """An address at which the storage itself gives the file, for a minute. Only where `may_sign`."""
        assert isinstance(self._store, S3Store)  # noqa: S101 -- said above
        return await obstore.sign_async(
            self._store, "GET", _key(workspace, digest, thumbnail=thumbnail), timedelta(seconds=_SIGNED_S)
        )

    async def origin(self) -> str:
        """The scheme and host of every signed address."""
        parts = urlsplit(await self.signed(UUID(int=0), bytes(32)))
        return f"{parts.scheme}://{parts.netloc}"

    async def put(self, workspace: UUID, digest: bytes, body: IO[bytes], content_type: str, *, thumbnail: bool = False) -> None:
        """Keep a file. Again changes nothing; a crash in the middle leaves none.

        Where the storage may answer browsers itself, it is told how: as the type it is, and what is no medium as a download.
        """
        body.seek(0)
        given = _attributes(content_type) if self.may_sign else None
        key = _key(workspace, digest, thumbnail=thumbnail)
        try:
            await obstore.put_async(self._store, key, body, attributes=given, chunk_size=_PART, max_concurrency=1)
        except (BaseError, OSError) as error:
            raise StorageFailed(f"the storage does not take it: {type(error).__name__}") from error

    async def read(
        self, workspace: UUID, digest: bytes, start: int, end: int, *, thumbnail: bool = False
    ) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, piece by piece."""
        async for piece in self._read(_key(workspace, digest, thumbnail=thumbnail), start, end):
            yield piece

    async def _read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        for at in range(start, end, _CHUNK):
            try:
                piece = await obstore.get_range_async(self._store, key, start=at, end=min(at + _CHUNK, end))
            except (BaseError, OSError, FileNotFoundError) as error:
                raise StorageFailed(f"the storage does not give it: {type(error).__name__}") from error
            yield bytes(piece)

    async def put_named(self, workspace: UUID, name: str, body: IO[bytes], content_type: str) -> None:
        """Keep a file under a name of its own: what was there under it is replaced."""
        body.seek(0)
        given = _attributes(content_type) if self.may_sign else None
        try:
            await obstore.put_async(
                self._store, f"{workspace}/{name}", body, attributes=given, chunk_size=_PART, max_concurrency=1
            )
        except (BaseError, OSError) as error:
            raise StorageFailed(f"the storage does not take it: {type(error).__name__}") from error

    async def read_named(self, workspace: UUID, name: str, size: int) -> AsyncIterator[bytes]:
        """The bytes of such a file, piece by piece."""
        async for piece in self._read(f"{workspace}/{name}", 0, size):
            yield piece

    async def remove_named(self, workspace: UUID, name: str) -> None:
        """Forget such a file. One that is not there is removed already."""
        await self._remove(f"{workspace}/{name}")

    async def size(self, workspace: UUID, digest: bytes, *, thumbnail: bool = False) -> int:
        """How many bytes it has. Raises StorageFailed also when it is not there."""
        found = await self.held(workspace, digest, thumbnail=thumbnail)
        if found == 0:
            raise StorageFailed("the storage does not have it")
        return found

    async def prove(self) -> None:
        """Keep a small file, read it and remove it. Raises StorageFailed when one of these does not go."""
        body = b"Can a file be kept here?"
        digest, nobody = hashlib.sha256(body).digest(), UUID(int=0)
        await self.put(nobody, digest, io.BytesIO(body), "text/plain")
        try:
            if b"".join([piece async for piece in self.read(nobody, digest, 0, len(body))]) != body:
                raise StorageFailed("the storage gives back something else than it took")
        finally:
            await self.remove(nobody, digest)

    async def held(self, workspace: UUID, digest: bytes, *, thumbnail: bool = False) -> int:
        """How many bytes of the file lie there, 0 when it is not there. Raises StorageFailed when that cannot be told."""
        try:
            return (await obstore.head_async(self._store, _key(workspace, digest, thumbnail=thumbnail)))["size"]
        except FileNotFoundError:
            return 0
        except (BaseError, OSError) as error:
            raise StorageFailed(f"the storage does not tell: {type(error).__name__}") from error

    async def remove(self, workspace: UUID, digest: bytes) -> None:
        """Forget a file and its thumbnail. One that is not there is removed already."""
        for thumbnail in (False, True):
            await self._remove(_key(workspace, digest, thumbnail=thumbnail))

    async def _remove(self, key: str) -> None:
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StorageFailed(f"the storage does not remove it: {type(error).__name__}") from error


def _attributes(content_type: str) -> dict[str, str]:
    how = "inline" if content_type.startswith(SEEN_INSIDE) else "attachment"
    return {"Content-Type": content_type, "Content-Disposition": how, "Cache-Control": "private, no-store"}


def _key(workspace: UUID, digest: bytes, *, thumbnail: bool) -> str:
    return f"{workspace}/{digest.hex()}{'.thumbnail' if thumbnail else ''}"


def _local(folder: Path) -> LocalStore:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"The media folder {folder} cannot be written ({error.strerror}): set CONFAB_MEDIA_URL.") from error
    return LocalStore(folder)
