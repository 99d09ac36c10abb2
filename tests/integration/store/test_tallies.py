"""What comes to the webhook's door is counted by the hour, and not one by one. Rule DR11."""

from datetime import timedelta

from confab.app import Pulse
from confab.clock import Clock
from confab.store import tallies
from confab.store.db import Database
from confab.store.tallies import Tally
from tests.world import NOON

HOUR = timedelta(hours=1)


async def test_DR11_hours_add_up_and_old_ones_are_forgotten(worker_db: Database) -> None:
    async with worker_db.transaction() as conn:
        await tallies.forget(conn, NOON + 1000 * HOUR)
        await tallies.add(conn, Tally(kept=5, unsigned=1), NOON)
        await tallies.add(conn, Tally(kept=2, unsigned=0), NOON)
        await tallies.add(conn, Tally(kept=1, unsigned=7), NOON - HOUR)
        assert await tallies.since(conn, NOON) == Tally(kept=7, unsigned=1)
        assert await tallies.since(conn, NOON - HOUR) == Tally(kept=8, unsigned=8)
        assert await tallies.forget(conn, NOON) == 1
        assert await tallies.since(conn, NOON - 9 * HOUR) == Tally(kept=7, unsigned=1)


async def test_DR11_each_beat_tells_only_what_came_since_the_one_before(app_db: Database, clock: Clock) -> None:
    counts = [Tally(kept=0, unsigned=0), Tally(kept=3, unsigned=1), Tally(kept=3, unsigned=1), Tally(kept=4, unsigned=1)]
    pulse = Pulse(app_db, clock, lambda: counts.pop(0))
    async with app_db.transaction() as conn:
        before = await tallies.since(conn, clock.now() - HOUR)
    for _ in range(4):
        await pulse.beat()
    async with app_db.transaction() as conn:
        after = await tallies.since(conn, clock.now() - HOUR)
    assert (after.kept - before.kept, after.unsigned - before.unsigned) == (4, 1)
