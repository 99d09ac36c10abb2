"""`confab serve`: what each role runs, until told to stop. Who only supervises loads nothing of what the others run."""

import asyncio
import gc
import os
import socket
import sys
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from confab import processes, running
from confab.accounts import vault
from confab.clock import Clock
from confab.processes import Process
from confab.settings import Settings, read
from confab.store import doors as database
from confab.store.db import Database, Doors
from confab.store.migrate import make_ready, migrate
from confab.team import set_up

_NICE = 10


def serve(role: str, host: str | None, port: int | None, *, supervisor: int | None, listener: int | None) -> None:
    """Run the processes of this role until told to stop."""
    if supervisor is not None:
        processes.die_with(supervisor)
    running.configure_logging()
    given = read()
    given = replace(given, host=host or given.host, port=given.port if port is None else port)
    if role == "worker":
        with database.opened_by(given) as doors:
            _run(_worker(given, doors, is_supervised=supervisor is not None))
        return
    if listener is not None:
        from confab import app

        with database.opened_by(given) as doors:
            _run(app.run_web(given, doors, socket.socket(fileno=listener)))
        return
    bound, given = processes.listen(given)
    with bound, database.opened_by(given) as doors:
        if role == "all":
            vault.opened_by(given)
            asyncio.run(run(given, bound, doors))
        else:
            _run(_web(given, doors, bound))


async def _worker(given: Settings, doors: Doors, *, is_supervised: bool) -> None:
    from confab import worker

    _stand_back()
    if not is_supervised:
        await migrate(doors.owner)
    await worker.run(given, doors)


async def _web(given: Settings, doors: Doors, bound: socket.socket) -> None:
    from confab import app

    link = await _prepare(given, doors)
    _tell(f"confab web listens on {given.local_url}")
    if link:
        _tell(f"Create the first owner within 24 hours: {link}")
    await app.run_web(given, doors, bound)


def _run(work: Awaitable[None]) -> None:
    import uvloop

    async def until_done() -> None:
        await work

    gc.collect()
    gc.freeze()  # what is there now stays: looking through it again and again cost a tenth of a busy process's time
    gc.set_threshold(20_000, 10, 10)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_done())


def _stand_back() -> None:
    """Let those go first who answer somebody: Meta waits five seconds, what is acknowledged waits safely."""
    os.nice(_NICE)
    group = Path("/proc/self/autogroup")  # Linux weighs sessions first, processes within a session second
    if os.getsid(0) == os.getpid() and group.exists():
        with suppress(OSError):
            group.write_text(str(_NICE))


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _prepare(settings: Settings, doors: Doors) -> str | None:
    """Bring the database up to date; the set-up link to print, None when somebody can already sign in."""
    now = Clock().now()
    await make_ready(doors.owner, now.date())
    async with Database.open(doors.app, size=1) as db, db.transaction() as conn:
        return await set_up.offer(conn, settings.origin, now)


async def run(settings: Settings, listener: socket.socket, doors: Doors) -> None:
    """Keep both processes running until SIGTERM or SIGINT."""
    link = await _prepare(settings, doors)
    stopping = asyncio.Event()
    running.on_signals(stopping.set)
    web, worker = Process("web", settings, listener), Process("worker", settings, None)
    async with asyncio.TaskGroup() as tasks:
        kept = [
            tasks.create_task(web.keep()),
            tasks.create_task(worker.keep()),
            tasks.create_task(_announce(settings, link)),
        ]
        if settings.database_url is None:
            kept.append(tasks.create_task(processes.keep_database(settings)))
        await stopping.wait()
        for task in kept:
            task.cancel()
        await asyncio.gather(web.stop(), worker.stop())


async def _announce(settings: Settings, link: str | None) -> None:
    """Say once that everything runs, and how the first owner gets in."""
    await processes.until_ready(settings)
    _tell(f"confab is ready on {settings.local_url}")
    if link:
        _tell(f"Create the first owner within 24 hours: {link}")
