"""Days that begin and days that are over, while somebody reads the whole ledger. Rules D1, D5, D6."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta

import asyncpg
import pytest

from confab.clock import Clock
from confab.inbox import upkeep
from confab.inbox.ingest import Ingest
from confab.inbox.upkeep import Upkeep
from confab.store import claims, deliveries, ids, schedules
from confab.store.claims import Due
from confab.store.db import Database, Doors, connect
from confab.store.wake import Wake
from tests.world import Customer, body, make_world

PATIENCE_S = 8  # the limit is half a second; the rest is for a busy machine
DAY = timedelta(days=1)


@pytest.fixture
async def keeper(doors: Doors, worker_db: Database, clock: Clock) -> Upkeep:
    """Upkeep with its schedules, on a clock of the test's own."""
    async with worker_db.transaction() as conn:
        await schedules.ensure(conn, upkeep.NAMES, clock.now())
    return Upkeep(worker_db, clock, Wake(doors.worker), ledger_days=30, unclaimed_days=7)


async def run_all(keeper: Upkeep) -> list[BaseException]:
    """One round of every schedule; what they raised."""
    raised: list[BaseException] = []
    for name in upkeep.NAMES:
        try:
            await asyncio.wait_for(keeper.scheduled(Due(key=(name,), attempts=1)), 60)
        except (TimeoutError, asyncpg.PostgresError) as error:
            raised.append(error)
    return raised


@asynccontextmanager
async def reading(doors: Doors) -> AsyncIterator[None]:
    """A transaction that has read both tables with all their days and stays open, as pg_dump's does."""
    conn = await connect(doors.owner)
    try:
        async with conn.transaction():
            await conn.execute("LOCK TABLE deliveries, changes IN ACCESS SHARE MODE")
            await conn.fetchval("SELECT count(*) FROM deliveries")
            yield
    finally:
        await conn.close()


async def days_of(doors: Doors, table: str) -> set[date]:
    """Which days have a partition."""
    conn = await connect(doors.owner)
    try:
        found = await conn.fetch(
            """SELECT to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') AS day FROM pg_inherits
            WHERE inhparent = $1::text::regclass AND inhrelid::regclass::text ~ '_\\d{8}$'""",
            table,
        )
    finally:
        await conn.close()
    return {record["day"] for record in found}


async def slowest_insert_s(db: Database, clock: Clock, until: "asyncio.Task[object]") -> float:
    """Webhooks go on coming until the task has ended; the longest that one had to wait."""
    slowest = 0.0
    while not until.done():
        began = time.monotonic()
        async with db.alone() as conn:
            await deliveries.keep(conn, [ids.new(clock.now())], clock.now(), [(None, b"{}")])
        slowest = max(slowest, time.monotonic() - began)
        await asyncio.sleep(0.01)
    return slowest


async def test_D1_whoever_reads_the_ledger_for_hours_holds_up_upkeep_and_no_webhook(
    keeper: Upkeep, doors: Doors, app_db: Database, clock: Clock
) -> None:
    assert await run_all(keeper) == []
    first = clock.now().date()
    assert {first, first + 3 * DAY} <= await days_of(doors, "deliveries") & await days_of(doors, "changes")

    clock.ahead = 2 * DAY  # days are missing
    async with reading(doors):
        refused = asyncio.create_task(run_all(keeper))
        assert await slowest_insert_s(app_db, clock, refused) < PATIENCE_S
        assert {type(error) for error in await refused} == {asyncpg.LockNotAvailableError}
        assert first + 5 * DAY not in await days_of(doors, "deliveries")
    assert await run_all(keeper) == []
    assert first + 5 * DAY in await days_of(doors, "deliveries") & await days_of(doors, "changes")

    clock.ahead = 33 * DAY  # days are over
    async with reading(doors):
        refused = asyncio.create_task(run_all(keeper))
        assert await slowest_insert_s(app_db, clock, refused) < PATIENCE_S
        assert {type(error) for error in await refused} == {asyncpg.LockNotAvailableError}
        assert first in await days_of(doors, "deliveries")
    assert await run_all(keeper) == []
    kept = await days_of(doors, "deliveries")
    assert first not in kept
    assert first + 5 * DAY in kept
    assert first + 5 * DAY not in await days_of(doors, "changes")


async def test_what_is_over_goes_in_batches_and_the_rest_stays(
    keeper: Upkeep, doors: Doors, worker_db: Database, app_db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_BATCH", 2)
    world = await make_world(doors, ig_id="17841400000000901")
    ages = [40, 40, 40, 31, 9, 9, 9, 1]
    for days in ages:
        clock.ahead = -days * DAY
        stray = [ids.new(clock.now()) for _ in range(2)]
        async with app_db.alone() as conn:
            for id_, ig_id in zip(stray, (world.ig_id, "17841400000000902"), strict=True):
                raw = body(ig_id, Customer(ig_id).writes(f"over-{id_}", "hello", clock.now()))
                await deliveries.keep(conn, [id_], clock.now(), [(None, raw)])
        await Ingest(worker_db, clock, Wake(doors.worker), frozenset()).ingest(stray)
    clock.ahead = timedelta()
    assert await run_all(keeper) == []
    async with worker_db.transaction() as conn:
        parts = await conn.fetchval("SELECT count(*) FROM delivery_parts WHERE workspace_id = $1", world.workspace)
        unclaimed = await conn.fetchval("SELECT count(*) FROM unrouted_parts WHERE ig_id = '17841400000000902'")
        bodies = await conn.fetchval(
            "SELECT count(*) FROM deliveries WHERE id < uuid_at($1) AND id > uuid_at($2)", clock.now(), clock.now() - 50 * DAY
        )
        feed = await conn.fetchval("SELECT min(at) FROM changes WHERE workspace_id = $1", world.workspace)
    assert parts == sum(days <= 30 for days in ages)
    assert unclaimed == sum(days <= 7 for days in ages)
    assert bodies == parts + unclaimed
    assert feed > clock.now() - 8 * DAY


async def test_D5_an_account_connected_while_its_delivery_was_being_read_gets_it_within_a_minute(
    keeper: Upkeep, doors: Doors, worker_db: Database, app_db: Database, clock: Clock
) -> None:
    stranger = "17841400000000903"
    ingest = Ingest(worker_db, clock, Wake(doors.worker), frozenset())
    delivery = ids.new(clock.now())
    async with app_db.alone() as conn:
        raw = body(stranger, Customer(stranger).writes("race", "hello", clock.now()))
        await deliveries.keep(conn, [delivery], clock.now(), [(None, raw)])
    await ingest.ingest([delivery])  # it saw no route, and commits after
    world = await make_world(doors, ig_id=stranger)  # the account has been connected, which found nothing to requeue
    claiming = Due(key=("claiming",), attempts=1)
    await keeper.scheduled(claiming)
    async with worker_db.transaction() as conn:
        due = await claims.DELIVERIES.claim(conn, clock.now(), clock.now(), 10)
    assert [one.key for one in due] == [(delivery,)]
    await ingest.deliveries(due)
    async with worker_db.transaction() as conn:
        assert await conn.fetchval("SELECT text FROM messages WHERE workspace_id = $1", world.workspace) == "hello"
    await keeper.scheduled(claiming)
    async with worker_db.transaction() as conn:
        assert await claims.DELIVERIES.claim(conn, clock.now(), clock.now(), 10) == []


async def test_a_schedule_that_was_given_up_lives_again_after_the_next_start(worker_db: Database, clock: Clock) -> None:
    now = clock.now()
    async with worker_db.transaction() as conn:
        await schedules.ensure(conn, ["s-dead", "s-waits"], now)
        await conn.execute("UPDATE schedules SET due_at = 'infinity', attempts = 8 WHERE name = 's-dead'")
        await schedules.again(conn, "s-waits", now + DAY, now)
        await schedules.ensure(conn, ["s-dead", "s-waits"], now)
        found = await conn.fetch("SELECT name, due_at, attempts FROM schedules WHERE name LIKE 's-%' ORDER BY name")
        await conn.execute("DELETE FROM schedules WHERE name LIKE 's-%'")
    assert [tuple(record) for record in found] == [("s-dead", now, 0), ("s-waits", now + DAY, 0)]
