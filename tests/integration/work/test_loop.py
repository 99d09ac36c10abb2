"""What the loop does with a row whose work fails and fails."""

import asyncio
from datetime import timedelta

import pytest

from confab.clock import Clock
from confab.store import claims
from confab.store.claims import Due
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from confab.work.loop import Each, Worker, backoff_s

ATTEMPTS = 2000


class Deaf(Wake):
    """Nobody says anything; the loop looks by itself."""

    def say(self, *names: str) -> None:
        del names


@pytest.mark.parametrize("is_endless", [True, False])
async def test_a_row_is_buried_after_its_last_attempt_and_an_endless_one_never(
    doors: Doors, worker_db: Database, clock: Clock, is_endless: bool
) -> None:
    tried = asyncio.Event()

    async def fail(due: Due) -> None:
        tried.set()
        raise ValueError(due.key)

    now = clock.now()
    async with worker_db.transaction() as conn:
        await conn.execute("DELETE FROM schedules")
        await conn.execute("INSERT INTO schedules (name, due_at, attempts) VALUES ('s', $1, $2)", now, ATTEMPTS)
    work = Each(kind=claims.SCHEDULES, run=fail, at_once=1, lease=timedelta(minutes=1), keeps_row=True)
    if is_endless:
        work = Each(kind=work.kind, run=fail, at_once=1, lease=work.lease, keeps_row=True, max_attempts=None)
    running = asyncio.create_task(Worker(worker_db, clock, Deaf(doors.worker), [work]).run())
    try:
        await asyncio.wait_for(tried.wait(), 10)
        async with asyncio.timeout(10):
            error = None
            while error is None:
                async with worker_db.transaction() as conn:
                    due_at, attempts, error = await conn.fetchrow("SELECT due_at::text, attempts, error FROM schedules")
    finally:
        running.cancel()
    assert (attempts, error) == (ATTEMPTS + 1, "ValueError")
    assert (due_at == "infinity") is not is_endless


def test_the_wait_doubles_up_to_ten_minutes_however_often_it_failed() -> None:
    assert [backoff_s(attempt, 0) for attempt in (1, 2, 3, 10, 11, 12)] == [1, 2, 4, 512, 600, 600]
    assert backoff_s(100_000, 0.5) == 750
