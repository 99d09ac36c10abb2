"""A real PostgreSQL: one server for the whole run, one migrated template, a fresh copy of it for each test module."""

import asyncio
import fcntl
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest

from confab.store import embedded
from confab.store.db import Database, Door, Doors, connect
from confab.store.migrate import migrate

QUICK = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100",
    "autovacuum": "off",  # it would go round a hundred databases; whoever tests a plan analyses
}  # fmt: skip
TEMPLATE = "confab_template"


def at(doors: Doors, database: str) -> Doors:
    """The same three doors, into another database of the server."""

    def moved(door: Door) -> Door:
        return replace(door, connect={**door.connect, "database": database})

    return Doors(owner=moved(doors.owner), app=moved(doors.app), worker=moved(doors.worker))


async def execute(door: Door, *statements: str) -> None:
    """Run statements outside a transaction."""
    conn = await connect(door)
    try:
        for statement in statements:
            await conn.execute(statement)
    finally:
        await conn.close()


async def make_template(doors: Doors) -> None:
    conn = await connect(doors.owner)
    try:
        exists = await conn.fetchval("SELECT true FROM pg_database WHERE datname = $1", TEMPLATE)
    finally:
        await conn.close()
    if not exists:
        await execute(doors.owner, f"CREATE DATABASE {TEMPLATE}_partial")
        await migrate(at(doors, f"{TEMPLATE}_partial").owner)
        await execute(doors.owner, f"ALTER DATABASE {TEMPLATE}_partial RENAME TO {TEMPLATE}")


@pytest.fixture(scope="session")
def server(testrun_uid: str) -> Iterator[Doors]:
    """The server of this run, shared by all of its processes; the last one to leave takes it away."""
    folder = Path(tempfile.gettempdir()) / f"confab-tests-{testrun_uid}"
    folder.mkdir(mode=0o755, exist_ok=True)
    with (folder / "change.lock").open("w") as change, (folder / "use.lock").open("w") as use:
        with held(change):
            fcntl.flock(use, fcntl.LOCK_SH)
            running = embedded.running(folder, QUICK)
            doors = running.__enter__()
            asyncio.run(make_template(doors))
        yield doors
        with held(change):
            running.__exit__(None, None, None)
            try:
                fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def held(lock: IO[str]) -> Iterator[None]:
    """One process at a time."""
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)


@pytest.fixture(scope="module")
def doors(server: Doors, request: pytest.FixtureRequest, worker_id: str) -> Iterator[Doors]:
    """Doors of a fresh, migrated, empty database of this module's own."""
    name = f"t_{worker_id}_{abs(hash(request.node.nodeid)):x}"[:60]
    asyncio.run(execute(server.owner, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"))
    yield at(server, name)
    asyncio.run(execute(server.owner, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="module")
async def app_db(doors: Doors) -> AsyncIterator[Database]:
    """A pool as the API has it: one for a module, because connections cost more than most tests."""
    async with Database.open(doors.app, size=4) as database:
        yield database


@pytest.fixture(scope="module")
async def worker_db(doors: Doors) -> AsyncIterator[Database]:
    """A pool as the worker has it, likewise."""
    async with Database.open(doors.worker, size=4) as database:
        yield database
