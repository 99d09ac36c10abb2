"""Who may write down how far a run is, and which of its attempts count. Rules HI3, HI4."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from confab.clock import Clock
from confab.model.commands import Sync
from confab.model.inbox import RunId
from confab.store import ids, runs
from confab.store.claims import RUNS, Due
from confab.store.db import Database, Doors
from tests.world import World, make_world

LEASE = timedelta(seconds=30)


@pytest.fixture
async def world(doors: Doors) -> World:
    return await make_world(doors)


@pytest.fixture
async def run(worker_db: Database, world: World, clock: Clock) -> UUID:
    """A run that waits."""
    async with worker_db.transaction() as conn:
        await conn.execute("UPDATE runs SET state = 'stopped' WHERE state IN ('waiting', 'running')")  # other tests'
        wanted = Sync(account_id=world.account, what="messages")
        return (await runs.ask(conn, world.workspace, RunId(ids.new(clock.now())), wanted, "Dana", clock.now())).id


async def claim(db: Database, clock: Clock) -> Due:
    clock.ahead += 2 * LEASE
    async with db.transaction() as conn:
        (due,) = await RUNS.claim(conn, clock.now(), clock.now() + LEASE, 1)
        return due


async def test_HI3_a_worker_whose_lease_ran_out_changes_nothing_of_a_run(
    worker_db: Database, world: World, run: UUID, clock: Clock
) -> None:
    late, due = await claim(worker_db, clock), await claim(worker_db, clock)
    async with worker_db.transaction() as conn:
        progress = await runs.begin(conn, due, clock.now())
        assert progress is not None
        assert await runs.begin(conn, late, clock.now()) is None
        assert not await runs.save(conn, late, replace(progress, place="elsewhere"))
        assert not await runs.end(conn, late, "failed", "too late", clock.now())
        assert await runs.save(conn, due, replace(progress, place="here"))
        assert await runs.end(conn, due, "done", None, clock.now())
        assert (await runs.get(conn, world.workspace, run)).state == "done"


async def test_HI3_attempts_count_until_the_run_gets_further(worker_db: Database, run: UUID, clock: Clock) -> None:
    async def tries(place: str | None) -> int:
        due = await claim(worker_db, clock)
        async with worker_db.transaction() as conn:
            progress = await runs.begin(conn, due, clock.now())
            assert progress is not None
            assert await runs.save(conn, due, replace(progress, place=place or progress.place))
            return await RUNS.tries(conn, due)

    assert [await tries(place) for place in (None, None, "first", None, None, "second", None)] == [1, 2, 1, 2, 3, 1, 2]
