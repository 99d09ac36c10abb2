"""Pictures, films and sounds are unfolded in a process of its own: with little memory to waste, and nothing to lose when one
breaks it.

The process starts with the first file, works on one at a time and ends by itself when nobody asks for a while, so that an idle
worker does not carry what only pictures need.
"""

import asyncio
import io
import struct
import sys
from contextlib import suppress
from typing import IO

import msgspec

from confab.errors import MediaRefused, MediaUnavailable
from confab.media.measured import Asked, Measured, Picture

_COMMAND = (sys.executable, "-m", "confab.media.picture")
_LONGEST_S = 20.0
_LONGEST_TO_SEND_S = 60.0  # a long sound is written anew
_MOST_BYTES = 256 << 20
_CHUNK = 1 << 18
_LENGTH = struct.Struct(">II")


class Studio:
    """Measures files, or makes them fit to be sent, one at a time."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def measure(self, body: IO[bytes], content_type: str) -> Picture:
        """What the picture measures, and smaller ones of it. Raises MediaRefused for what is no picture, or a bomb."""
        if body.seek(0, io.SEEK_END) > _MOST_BYTES:
            raise MediaRefused("it is too large to be unfolded")
        return await self._worked_on(body, Asked(content_type=content_type), _LONGEST_S)

    async def prepare(self, body: IO[bytes], content_type: str) -> Picture:
        """The file as Instagram takes it, measured. Raises MediaRefused when it cannot be made so. Rule UP2."""
        return await self._worked_on(body, Asked(content_type=content_type, is_to_send=True), _LONGEST_TO_SEND_S)

    async def _worked_on(self, body: IO[bytes], asked: Asked, longest_s: float) -> Picture:
        async with self._turn:
            was_there = self._process is not None
            try:
                return await self._try(body, asked, longest_s)
            except (asyncio.IncompleteReadError, ConnectionError):
                await self.aclose()
            if was_there:  # it may have ended just then, having waited long enough
                with suppress(asyncio.IncompleteReadError, ConnectionError):
                    return await self._try(body, asked, longest_s)
                await self.aclose()
            raise MediaRefused("it breaks what unfolds it")

    async def aclose(self) -> None:
        """End the process; the next picture starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.communicate()

    async def _try(self, body: IO[bytes], asked: Asked, longest_s: float) -> Picture:
        try:
            async with asyncio.timeout(longest_s):
                return await self._answered(await self._running(), body, asked)
        except TimeoutError:
            await self.aclose()
            raise MediaRefused("it takes too long to unfold") from None
        except asyncio.CancelledError:
            await self.aclose()
            raise

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is not None:
            await self.aclose()
        if self._process is None:
            pipe = asyncio.subprocess.PIPE
            try:
                self._process = await asyncio.create_subprocess_exec(*_COMMAND, stdin=pipe, stdout=pipe)
            except OSError as error:
                raise MediaUnavailable(f"no process for pictures: {type(error).__name__}") from None
        return self._process

    async def _answered(self, process: asyncio.subprocess.Process, body: IO[bytes], asked: Asked) -> Picture:
        assert process.stdin is not None  # noqa: S101 -- piped
        assert process.stdout is not None  # noqa: S101 -- piped
        what = msgspec.json.encode(asked)
        size = body.seek(0, io.SEEK_END)
        body.seek(0)
        process.stdin.write(_LENGTH.pack(len(what), size) + what)
        while chunk := body.read(_CHUNK):  # never the whole file in our memory
            process.stdin.write(chunk)
            await process.stdin.drain()
        said, rest = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
        measured = msgspec.json.decode(await process.stdout.readexactly(said), type=Measured)
        files = await process.stdout.readexactly(rest)
        if measured.refused is not None:
            raise MediaRefused(measured.refused)
        thumbnail, shown = files[: measured.thumbnail_bytes], files[measured.thumbnail_bytes :]
        return Picture(
            measured=measured, thumbnail=io.BytesIO(thumbnail) if thumbnail else None, shown=io.BytesIO(shown) if shown else None
        )
