"""Whether somebody listened is known afterwards. Rule GA1."""

from datetime import timedelta

from confab.store import heartbeats
from confab.store.db import Database
from confab.store.heartbeats import Outage
from tests.world import after

LONGEST = timedelta(seconds=90)


async def test_GA1_a_pause_between_two_beats_is_an_outage_and_the_last_one_is_kept(app_db: Database, worker_db: Database) -> None:
    async with app_db.transaction() as conn:
        for minute in (0, 1, 2, 10, 11, 20, 21):
            await heartbeats.beat(conn, "tests", LONGEST, after(minute))
    async with worker_db.transaction() as conn:
        assert await heartbeats.last_outage(conn, "tests") == Outage(down_from=after(11), down_until=after(20))
        assert await heartbeats.last_outage(conn, "nobody") is None


async def test_GA1_several_processes_are_one_listener(app_db: Database) -> None:
    async with app_db.transaction() as conn:
        for second in (0, 60, 50, 120, 110, 180):  # two clocks that differ
            await heartbeats.beat(conn, "pair", LONGEST, after(second / 60))
        assert await heartbeats.last_outage(conn, "pair") is None
