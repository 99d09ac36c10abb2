"""Days that were made by an older version, what is found by which index, and two who begin at once."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime

import asyncpg
import pytest

from confab.store import days, migrate
from confab.store.db import Conn, Database, Doors, connect
from tests.databases import at, execute

DAY = date(2026, 11, 2)
NAME = "t_older"


class Explained:
    """Takes down the plan of a statement instead of running it."""

    def __init__(self, conn: Conn) -> None:
        self._conn = conn
        self.plan = ""

    async def execute(self, sql: str, *values: object) -> str:
        self.plan = "\n".join(record[0] for record in await self._conn.fetch(f"EXPLAIN {sql}", *values))
        return "EXPLAIN"

    fetchval = execute


@pytest.fixture
def older(server: Doors, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    """A database as the first migration left it, with days of its own."""
    asyncio.run(execute(server.owner, f"CREATE DATABASE {NAME}"))
    doors = at(server, NAME)
    first = dict([next(iter(migrate.files().items()))])
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "files", lambda: first)
        asyncio.run(migrate.migrate(doors.owner))
    asyncio.run(execute(doors.owner, f"SELECT ensure_partitions('{DAY}', '{DAY}')"))
    yield doors
    asyncio.run(execute(server.owner, f"DROP DATABASE {NAME} WITH (FORCE)"))


async def partitions(conn: Conn) -> list[str]:
    found = await conn.fetch(
        """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE c.relkind = 'r' AND c.relname ~ '\\d{8}$' ORDER BY 1"""
    )
    return [record["relname"] for record in found]


def test_days_of_an_older_version_are_kept_and_dropped_like_all_others(older: Doors) -> None:
    async def upgraded() -> None:
        assert await migrate.make_ready(older.owner, DAY) == list(migrate.files())[1:]
        conn = await connect(older.owner)
        async with Database.open(older.worker, size=1) as db:
            assert await partitions(conn) == [
                "changes_20261102", "changes_20261103", "deliveries_20261102", "deliveries_20261103",
            ]  # fmt: skip
            for table in days.DAILY:
                for expected in (True, False):
                    async with db.transaction() as worker:
                        assert await days.drop_day(worker, table, date(2026, 11, 3)) is expected
            assert await partitions(conn) == ["changes_20261103", "deliveries_20261103"]
        await conn.close()

    asyncio.run(upgraded())


async def test_a_made_day_is_like_the_table_it_belongs_to(doors: Doors, worker_db: Database) -> None:
    for table in days.DAILY:
        async with worker_db.transaction() as conn:
            await days.ensure_day(conn, table, DAY)
            await days.ensure_day(conn, table, DAY)  # again changes nothing
    owner = await connect(doors.owner)
    for table in days.DAILY:
        indexes = "SELECT count(*) FROM pg_index WHERE indrelid = $1::text::regclass AND indisvalid"
        assert await owner.fetchval(indexes, f"{table}_20261102") == await owner.fetchval(indexes, table)
    flags = await owner.fetchrow("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 'changes_20261102'")
    assert flags is not None
    assert tuple(flags) == (True, True)
    await owner.close()


async def test_two_processes_that_begin_at_once_make_the_same_days(doors: Doors) -> None:
    await asyncio.gather(*(migrate.make_ready(doors.owner, date(2027, 1, 1)) for _ in range(4)))
    conn = await connect(doors.owner)
    assert {"deliveries_20270101", "changes_20270102"} <= set(await partitions(conn))
    await conn.close()


async def test_what_is_over_is_found_by_an_index(worker_db: Database) -> None:
    then = datetime(2026, 11, 2, tzinfo=UTC)
    async with worker_db.transaction() as conn:
        explained = Explained(conn)
        await days.forget_parts(explained, then, 500)  # type: ignore[arg-type] -- it only executes
        assert "(workspace_id = w.workspace_id) AND (delivery_id <" in explained.plan
        await days.forget_unrouted(explained, then, 500)  # type: ignore[arg-type]
        assert "(delivery_id <" in explained.plan
        await days.forget_parked(explained, then, 500)  # type: ignore[arg-type]
        assert "parked_events_old" in explained.plan
        await days.forget_sources(explained, then, 500)  # type: ignore[arg-type]
        assert "message_sources_old" in explained.plan
        await days.forget_unclaimed(explained, then, 500)  # type: ignore[arg-type]
        assert "unrouted_parts" in explained.plan
        assert "(workspace_id = w.workspace_id) AND (delivery_id = old" in explained.plan
        assert "Seq Scan" not in explained.plan


async def test_an_index_that_was_stopped_in_the_middle_is_made_anew(older: Doors) -> None:
    conn = await connect(older.owner)
    try:
        await conn.execute("CREATE TABLE twins (n integer); INSERT INTO twins VALUES (1), (1)")
        with pytest.raises(asyncpg.UniqueViolationError):
            await conn.execute("CREATE UNIQUE INDEX CONCURRENTLY twins_n ON twins (n)")
        await migrate.migrate(older.owner)
        assert await conn.fetchval("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
        assert await conn.fetchval("SELECT to_regclass('twins_n')") is None
        assert await conn.fetchval("SELECT to_regclass('attachments_age')") is not None
    finally:
        await conn.close()
