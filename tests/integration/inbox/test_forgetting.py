"""How long things are kept: unclaimed bodies 7 days, changes 7, the ledger 30; days are dropped as a whole. Rules D5, F4."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.inbox.upkeep import NAMES, Upkeep
from confab.settings import Settings
from confab.store import deliveries, ids
from confab.store.claims import Due
from confab.store.db import Database, Doors
from confab.store.deliveries import Part, Unrouted
from confab.store.wake import Wake
from tests.world import World, make_world


class Attic:
    """What is kept, and the upkeep that clears it."""

    def __init__(self, db: Database, doors: Doors, clock: Clock, world: World) -> None:
        self.db, self.clock, self.world = db, clock, world
        given = Settings()
        self.upkeep = Upkeep(
            db, clock, Wake(doors.worker), ledger_days=given.ledger_days, unclaimed_days=given.unclaimed_days
        )  # fmt: skip

    async def clear(self) -> None:
        for name in NAMES:
            await self.upkeep.scheduled(Due(key=(name,), attempts=1))

    async def arrived(self, text: str, ago: timedelta, *, state: str, is_ours: bool = False) -> None:
        """A delivery of that time, of which a part is nobody's and in this state; and one is ours, if it is."""
        at = self.clock.now() - ago
        (id_,) = ids.several(at, 1)
        async with self.db.transaction() as conn:
            await conn.execute("INSERT INTO deliveries (id, received_at, body) VALUES ($1, $2, $3)", id_, at, text.encode())
            unrouted = Unrouted(delivery_id=id_, ig_id="1", received_at=at, state=state, events=1, unknown=0, error=None)
            await deliveries.record_unrouted(conn, [unrouted])
            if is_ours:
                part = Part(
                    workspace_id=self.world.workspace, delivery_id=id_, account_id=self.world.account, received_at=at,
                    state="applied", events=1, unknown=0, due_at=None, attempts=0, error=None,
                )  # fmt: skip
                await deliveries.record_parts(conn, [part])

    async def fetch(self, query: str, *values: Any) -> list[Any]:
        async with self.db.transaction() as conn:
            return [record[0] for record in await conn.fetch(query, *values)]

    async def bodies(self, texts: Sequence[str]) -> list[str]:
        query = "SELECT body FROM deliveries WHERE body = ANY($1::bytea[]) ORDER BY id"
        return [body.decode() for body in await self.fetch(query, [text.encode() for text in texts])]

    async def has_day(self, table: str, day: datetime) -> bool:
        (found,) = await self.fetch("SELECT to_regclass($1) IS NOT NULL", f"{table}_{day:%Y%m%d}")
        return found


@pytest.fixture
async def attic(worker_db: Database, doors: Doors, clock: Clock) -> Attic:
    return Attic(worker_db, doors, clock, await make_world(doors))


async def test_D5_what_nobody_claimed_is_forgotten_after_seven_days_and_nothing_else_is(attic: Attic) -> None:
    nearly, over = timedelta(days=7) - timedelta(minutes=5), timedelta(days=7, minutes=5)
    await attic.arrived("unclaimed and nearly over", nearly, state="unclaimed")
    await attic.arrived("unclaimed and over", over, state="unclaimed")
    await attic.arrived("failed and over", over, state="failed")
    await attic.arrived("partly ours and over", over, state="unclaimed", is_ours=True)
    every = ["unclaimed and nearly over", "unclaimed and over", "failed and over", "partly ours and over"]
    for _ in range(2):  # a second time finds nothing more
        await attic.clear()
        assert set(await attic.bodies(every)) == {"unclaimed and nearly over", "failed and over", "partly ours and over"}
        (waiting,) = await attic.fetch("SELECT count(*) FROM unrouted_parts WHERE state = 'unclaimed'")
        assert waiting == 1


async def test_the_ledger_is_forgotten_after_thirty_days_with_what_became_of_it(attic: Attic) -> None:
    await attic.arrived("29 days old", timedelta(days=29), state="failed", is_ours=True)
    await attic.arrived("31 days old", timedelta(days=31, minutes=1), state="failed", is_ours=True)
    await attic.clear()
    assert await attic.bodies(["29 days old", "31 days old"]) == ["29 days old"]
    for table in ("unrouted_parts", "delivery_parts"):
        (oldest,) = await attic.fetch(f"SELECT min(received_at) FROM {table}")
        assert attic.clock.now() - oldest < timedelta(days=30)


async def test_F4_changes_are_forgotten_after_seven_days(attic: Attic) -> None:
    now = attic.clock.now()
    async with attic.db.transaction() as conn:
        for seq, days in ((1, 8.5), (2, 6.5), (3, 0)):
            await conn.execute(
                "INSERT INTO changes (workspace_id, seq, at, type, subject_id, body) VALUES ($1, $2, $3, 'superseded', $1, '{}')",
                attic.world.workspace, seq, now - timedelta(days=days),
            )  # fmt: skip
    await attic.clear()
    assert await attic.fetch("SELECT seq FROM changes WHERE workspace_id = $1 ORDER BY seq", attic.world.workspace) == [2, 3]


async def test_days_are_made_before_they_begin_and_dropped_as_a_whole_when_they_are_over(attic: Attic) -> None:
    attic.clock.ahead += timedelta(days=400)  # a day that no other test of this database has dropped
    today = attic.clock.now()
    await attic.clear()
    await attic.arrived("today's", timedelta(), state="failed")
    for table in ("deliveries", "changes"):
        assert [await attic.has_day(table, today + timedelta(days=ahead)) for ahead in range(4)] == [True] * 4
    attic.clock.ahead += timedelta(days=9)
    await attic.clear()
    assert await attic.has_day("deliveries", today)
    assert not await attic.has_day("changes", today)
    assert await attic.bodies(["today's"]) == ["today's"]
    attic.clock.ahead += timedelta(days=23)
    await attic.clear()
    assert not await attic.has_day("deliveries", today)
    assert await attic.bodies(["today's"]) == []
    for table in ("deliveries", "changes"):
        assert await attic.has_day(table, attic.clock.now())


async def test_AC2_logins_that_are_over_or_never_came_back_are_forgotten_after_a_day(attic: Attic) -> None:
    at = attic.world.workspace
    async with attic.db.transaction() as conn:
        for kind, state, hours, due in (
            ("login", "away", 25, None), ("login", "done", 25, None), ("login", "away", 23, None), ("part", "done", 25, None),
            ("erase", "waiting", 25, attic.clock.now() + timedelta(days=29)),
        ):  # fmt: skip
            created = attic.clock.now() - timedelta(hours=hours)
            await conn.execute(
                """INSERT INTO account_errands (workspace_id, id, kind, state, created_at, due_at)
                VALUES ($1, gen_random_uuid(), $2, $3, $4, $5)""",
                at, kind, state, created, due,
            )  # fmt: skip
    await attic.clear()
    left = await attic.fetch("SELECT kind || ' ' || state FROM account_errands WHERE workspace_id = $1 ORDER BY 1", at)
    assert left == ["erase waiting", "login away"]
