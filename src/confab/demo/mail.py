"""The demo's mail server: a real one, that takes every mail and keeps it in a folder."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from confab.store import ids

_MOST = 200


class _Box:
    """What aiosmtpd asks: its names for the handlers, so not ours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        content = envelope.content or b""
        mail = content if isinstance(content, bytes) else content.encode()
        await asyncio.to_thread(self._keep, mail)
        return "250 Kept"

    def _keep(self, mail: bytes) -> None:
        """Under a name that sorts by time; the oldest go."""
        partial = self._folder / f".{ids.new(datetime.now(UTC))}"
        partial.write_bytes(mail)
        partial.rename(self._folder / f"{partial.name[1:]}.eml")
        for old in sorted(self._folder.glob("*.eml"))[:-_MOST]:
            old.unlink(missing_ok=True)


@asynccontextmanager
async def server(folder: Path) -> AsyncGenerator[int, None]:
    """Take mail for as long as the block lasts; the port on this machine, where nobody else can reach it."""
    await asyncio.to_thread(folder.mkdir, mode=0o700, exist_ok=True)
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(_Box(folder), hostname="localhost"), "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
