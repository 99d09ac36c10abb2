"""`confab serve`: the processes, and who keeps them running until told to stop.

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
from collections.abc import Awaitable
from dataclasses import replace

import httpx2
import structlog

from confab import app
from confab.accounts import vault
from confab.clock import Clock
from confab.errors import Misconfigured
from confab.settings import Settings, read
from confab.store import doors as database
from confab.store import embedded
from confab.store.db import Doors
from confab.store.migrate import migrate

log = structlog.get_logger()

_FIRST_BACKOFF_S = 0.25
_LONGEST_BACKOFF_S = 10.0
_STABLE_S = 30.0
_GRACE_S = 10.0
_LOOK_S = 0.05
_REVIVE_S = 1.0
_BACKLOG = 2048
_PR_SET_PDEATHSIG = 1


def serve(role: str, host: str | None, port: int | None, *, supervisor: int | None, listener: int | None) -> None:
    """Run the processes of this role until told to stop."""
    if supervisor is not None:
        die_with(supervisor)
    app.configure_logging()
    given = read()
    given = replace(given, host=host or given.host, port=given.port if port is None else port)
    if role == "worker":
        with database.opened_by(given) as doors:
            _run(_worker(given, doors, is_supervised=supervisor is not None))
        return
    if listener is not None:
        with database.opened_by(given) as doors:
            _run(app.run_web(given, doors, socket.socket(fileno=listener)))
        return
    bound, given = listen(given)
    with bound, database.opened_by(given) as doors:
        if role == "all":
            vault.opened_by(given)
            asyncio.run(run(given, bound, doors))
        else:
            _run(_web(given, doors, bound))


async def _worker(given: Settings, doors: Doors, *, is_supervised: bool) -> None:
    if not is_supervised:
        await migrate(doors.owner)
    await app.run_worker(given, doors)


async def _web(given: Settings, doors: Doors, bound: socket.socket) -> None:
    link = await app.prepare(given, doors, Clock())
    _tell(f"confab web listens on {given.local_url}")
    if link:
        _tell(f"Create the first owner within 24 hours: {link}")
    await app.run_web(given, doors, bound)


def _run(work: Awaitable[None]) -> None:
    import uvloop

    async def until_done() -> None:
        await work

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_done())


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


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


async def run(settings: Settings, listener: socket.socket, doors: Doors) -> None:
    """Keep both processes running until SIGTERM or SIGINT."""
    link = await app.prepare(settings, doors, Clock())
    stopping = asyncio.Event()
    app.on_signals(stopping.set)
    web, worker = _Process("web", settings, listener), _Process("worker", settings, None)
    async with asyncio.TaskGroup() as tasks:
        kept = [
            tasks.create_task(web.keep()),
            tasks.create_task(worker.keep()),
            tasks.create_task(_announce(settings, link)),
        ]
        if settings.database_url is None:
            kept.append(tasks.create_task(_revive(settings)))
        await stopping.wait()
        for task in kept:
            task.cancel()
        await asyncio.gather(web.stop(), worker.stop())


class _Process:
    """One child: started, started again after a crash, and stopped."""

    def __init__(self, role: str, settings: Settings, listener: socket.socket | None) -> None:
        self._role = role
        self._listener = listener
        self._process: asyncio.subprocess.Process | None = None
        address = ["--host", settings.host, "--port", str(settings.port)]
        self._command = ["-m", "confab", "serve", "--role", role, *address, "--supervisor", str(os.getpid())]
        if listener is not None:
            self._command += ["--listener", str(listener.fileno())]

    async def keep(self) -> None:
        """Run it, and after it ended run it again, later and later while it keeps ending early."""
        pause_s = _FIRST_BACKOFF_S
        while True:
            began = time.monotonic()
            status = await (await self._start()).wait()
            if time.monotonic() - began > _STABLE_S:
                pause_s = _FIRST_BACKOFF_S
            log.error("process_ended", role=self._role, status=status, again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_BACKOFF_S)

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
            sys.executable, *self._command, stdin=asyncio.subprocess.DEVNULL, pass_fds=inherited, start_new_session=True
        )
        return self._process


async def _announce(settings: Settings, link: str | None) -> None:
    """Say once that everything runs, and how the first owner gets in."""
    async with httpx2.AsyncClient(trust_env=False, timeout=2) as client:
        while not await _is_ready(client, settings):  # noqa: ASYNC110 -- what we wait for is another process
            await asyncio.sleep(_LOOK_S)
    _tell(f"confab is ready on {settings.local_url}")
    if link:
        _tell(f"Create the first owner within 24 hours: {link}")


async def _is_ready(client: httpx2.AsyncClient, settings: Settings) -> bool:
    try:
        return (await client.get(f"{settings.local_url}/readyz")).is_success
    except httpx2.HTTPError:
        return False


async def _revive(settings: Settings) -> None:
    """Start the embedded database again when it died."""
    while True:
        await asyncio.sleep(_REVIVE_S)
        try:
            if await asyncio.to_thread(embedded.revive, settings.data_dir):
                log.error("database_started_again")
        except Misconfigured as error:
            log.warning("database_does_not_start", reason=error.detail)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
