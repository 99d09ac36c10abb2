"""Nights over a filled workspace: whom they reach, in which order, how soon everybody. Rule PR5."""

import itertools
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from confab.clock import Clock
from confab.profiles import nightly
from confab.profiles.nightly import Nightly
from confab.store import schedules
from confab.store.claims import PROFILES, REFRESHES, Due
from confab.store.db import Database, Doors
from tests.databases import execute
from tests.filled import fill
from tests.world import World, make_world

PEOPLE = 90
DAY = timedelta(days=1)
TONIGHT = Due(key=(nightly.NAME,), attempts=1)


@pytest.fixture
async def world(doors: Doors, worker_db: Database, clock: Clock) -> World:
    """Ninety people, all read on one day, 29 days ago; the third one a minute before the second, and so on."""
    await execute(doors.owner, "TRUNCATE participants CASCADE")  # other tests' people
    world = await make_world(doors)
    await fill(doors.owner, world, PEOPLE, 1)
    async with worker_db.transaction() as conn:
        await schedules.ensure(conn, [nightly.NAME], clock.now())
        await conn.execute(
            """UPDATE participants SET profile_read_at = $2::timestamptz - substr(igsid, 2)::int * interval '1 minute',
                profile_turn_at = $2::timestamptz - substr(igsid, 2)::int * interval '1 minute' WHERE workspace_id = $1""",
            world.workspace, clock.now() - 29 * DAY,
        )  # fmt: skip
    return world


async def lined(db: Database, world: World) -> list[tuple[int, datetime]]:
    """Who is in line, with when it is their turn, in that order."""
    async with db.transaction() as conn:
        found = await conn.fetch(
            """SELECT substr(p.igsid, 2)::int AS n, f.due_at FROM profile_fetches f
            JOIN participants p ON p.workspace_id = f.workspace_id AND p.id = f.participant_id
            WHERE f.workspace_id = $1 AND f.is_refresh ORDER BY f.due_at""",
            world.workspace,
        )
    return [(record["n"], record["due_at"]) for record in found]


async def test_PR5_nobody_is_refreshed_before_thirty_days_and_everybody_within_forty_five(
    world: World, worker_db: Database, clock: Clock
) -> None:
    night = Nightly(worker_db, clock)
    began, reached = clock.now(), list[int]()
    await night.run(TONIGHT)
    assert await lined(worker_db, world) == []
    for _ in range(16):
        clock.ahead += DAY
        await night.run(TONIGHT)
        tonight = await lined(worker_db, world)
        assert len(tonight) <= -(-PEOPLE // 15)
        reached += [n for n, _ in tonight]
        async with worker_db.transaction() as conn:
            await conn.execute("DELETE FROM profile_fetches WHERE workspace_id = $1", world.workspace)
    assert clock.now() - began < 16 * DAY + timedelta(minutes=5)
    assert reached == sorted(range(1, PEOPLE + 1), reverse=True)  # oldest first, each once


async def test_PR5_a_nights_share_is_spread_over_six_hours_in_batches(
    world: World, worker_db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "_BATCH", 4)
    clock.ahead += 2 * DAY
    await Nightly(worker_db, clock).run(TONIGHT)
    tonight = await lined(worker_db, world)
    assert [n for n, _ in tonight] == [90, 89, 88, 87, 86, 85]
    gaps = [later - earlier for (_, earlier), (_, later) in itertools.pairwise(tonight)]
    assert {round(gap.total_seconds()) for gap in gaps} == {3600}
    async with worker_db.transaction() as conn:
        due_at = await conn.fetchval("SELECT due_at FROM schedules WHERE name = $1", nightly.NAME)
        assert timedelta() < due_at - clock.now() <= DAY
        now = clock.now()
        assert await PROFILES.claim(conn, now + DAY, now + DAY, 10) == []
        assert len(await REFRESHES.claim(conn, now + DAY, now + DAY, 10)) == 6


async def test_PR5_who_waits_is_due_already_or_is_the_account_itself_is_left_as_they_are(
    world: World, worker_db: Database, clock: Clock
) -> None:
    async with worker_db.transaction() as conn:
        oldest = await conn.fetch(
            "SELECT id FROM participants WHERE workspace_id = $1 ORDER BY profile_turn_at LIMIT 3", world.workspace
        )
        waiting, asked, itself = (UUID(str(record["id"])) for record in oldest)
        await conn.execute(
            """INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at)
            VALUES ($1, $2, 'waiting', $4), ($1, $3, 'due', $4)""",
            world.workspace, waiting, asked, clock.now(),
        )  # fmt: skip
        await conn.execute("UPDATE conversations SET is_self = true WHERE participant_id = $1", itself)
    clock.ahead += 2 * DAY
    await Nightly(worker_db, clock).run(TONIGHT)
    assert [n for n, _ in await lined(worker_db, world)] == [87, 86, 85]
    async with worker_db.transaction() as conn:
        rows = await conn.fetch("SELECT state, is_refresh FROM profile_fetches WHERE participant_id = ANY($1)", [waiting, asked])
    assert sorted(tuple(row) for row in rows) == [("due", False), ("waiting", False)]
