"""The child processes of a supervisor, and what it holds for them. It imports little: it stays in memory beside them.

The supervisor holds the listening socket, so a web process that is started again finds the connections that came meanwhile.
Its processes end with it, even when it is killed: they ask the kernel for that themselves.
"""

import asyncio
import ctypes
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO

import httpx2
import structlog

from confab.errors import Misconfigured
from confab.settings import Settings
from confab.store import embedded

log = structlog.get_logger()

_FIRST_BACKOFF_S = 0.25
_LONGEST_BACKOFF_S = 10.0
_STABLE_S = 30.0
_GRACE_S = 10.0
_LOOK_S = 0.05
_REVIVE_S = 1.0
_BACKLOG = 2048
_PR_SET_PDEATHSIG = 1


def listen(settings: Settings) -> tuple[socket.socket, Settings]:
    """A listening socket, and the settings with the port it got. Raises Misconfigured when the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise Misconfigured(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}): stop what uses it, or choose another "
            "with --port or CONFAB_PORT."
        ) from error
    listener.setblocking(False)
    return listener, replace(settings, port=listener.getsockname()[1])


def die_with(parent: int) -> None:
    """Be told to stop when the supervisor dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        raise SystemExit(0)  # it died before we could ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a child gets instead of our own: its environment, and where its log goes."""

    environment: Mapping[str, str] | None = None
    log: IO[bytes] | None = None


class Process:
    """One child: started, started again after a crash, and stopped."""

    def __init__(self, role: str, settings: Settings, listener: socket.socket | None, around: Surroundings | None = None) -> None:
        self._role = role
        self._listener = listener
        self._around = around or Surroundings()
        self._process: asyncio.subprocess.Process | None = None
        self._renewed = asyncio.Event()
        address = ["--host", settings.host, "--port", str(settings.port)]
        self._command = ["-m", "confab", "serve", "--role", role, *address, "--supervisor", str(os.getpid())]
        if listener is not None:
            self._command += ["--listener", str(listener.fileno())]

    async def keep(self) -> None:
        """Run it, and after it ended run it again, later and later while it keeps ending early."""
        pause_s = _FIRST_BACKOFF_S
        while True:
            began = time.monotonic()
            self._renewed.clear()
            status = await (await self._start()).wait()
            if self._renewed.is_set():
                continue
            if time.monotonic() - began > _STABLE_S:
                pause_s = _FIRST_BACKOFF_S
            log.error("process_ended", role=self._role, status=status, again_in_s=pause_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._renewed.wait()
            pause_s = min(pause_s * 2, _LONGEST_BACKOFF_S)

    async def renew(self) -> None:
        """Stop it while it is kept: it comes back at once, with whatever its source is now."""
        self._renewed.set()
        await self.stop()

    async def stop(self) -> None:
        """Ask it to end, and after ten seconds end it."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_GRACE_S):
                await process.wait()
        except TimeoutError:
            log.warning("process_killed", role=self._role)
            process.kill()
            await process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        inherited = () if self._listener is None else (self._listener.fileno(),)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *self._command, stdin=asyncio.subprocess.DEVNULL, stderr=self._around.log,
            env=self._around.environment, pass_fds=inherited, start_new_session=True,
        )  # fmt: skip
        return self._process


async def until_ready(settings: Settings) -> None:
    """Return when web and worker both work."""
    async with httpx2.AsyncClient(trust_env=False, timeout=2) as client:
        while not await _is_ready(client, settings):  # noqa: ASYNC110 -- what we wait for is another process
            await asyncio.sleep(_LOOK_S)


async def keep_database(settings: Settings) -> None:
    """Start the embedded database again whenever it died; never returns."""
    while True:
        await asyncio.sleep(_REVIVE_S)
        try:
            if await asyncio.to_thread(embedded.revive, settings.data_dir):
                log.error("database_started_again")
        except Misconfigured as error:
            log.warning("database_does_not_start", reason=error.detail)


async def _is_ready(client: httpx2.AsyncClient, settings: Settings) -> bool:
    try:
        return (await client.get(f"{settings.local_url}/readyz")).is_success
    except httpx2.HTTPError:
        return False


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
