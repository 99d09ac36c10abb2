"""Claim, work, finish: what happens to a row whose work fails. Rules O1, O2, D7 of docs/spec/inbox.md."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest

from confab.clock import Clock
from confab.store import schedules
from confab.store.claims import SCHEDULES, Due
from confab.store.db import Database, Doors, at_end
from confab.store.wake import Wake
from confab.work.loop import Each, Worker, backoff_s
from confab.work.seats import Seats
from tests.world import uuid_of


class Troubled:
    """Work that fails each time, and what is told when it is given up."""

    def __init__(self) -> None:
        self.tried = 0
        self.given_up: list[tuple[Due, str]] = []

    async def run(self, _due: Due) -> None:
        self.tried += 1
        raise LookupError("secret words of somebody")

    async def give_up(self, due: Due, reason: str) -> None:
        self.given_up.append((due, reason))

    async def cannot_even_give_up(self, due: Due, reason: str) -> None:
        raise LookupError


@asynccontextmanager
async def working(db: Database, doors: Doors, clock: Clock, work: Each) -> AsyncIterator[Callable[[], None]]:
    """The loop runs; call what is yielded to let an hour pass."""
    worker = Worker(db, clock, Wake(doors.worker), [work])

    def an_hour_passes() -> None:
        clock.ahead += timedelta(hours=1)
        worker._ring("")

    async with asyncio.TaskGroup() as group:
        running = group.create_task(worker.run())
        yield an_hour_passes
        running.cancel()


async def named(db: Database, clock: Clock) -> str:
    """A row of work for this test alone: everything else is due at no time."""
    name = str(uuid_of(str(clock.now())))
    async with db.transaction() as conn:
        await conn.execute("UPDATE schedules SET due_at = 'infinity'")
        await schedules.ensure(conn, [name], clock.now())
    return name


async def row(db: Database, name: str):
    async with db.transaction() as conn:
        return await conn.fetchrow("SELECT attempts, error, due_at = 'infinity' AS is_dead FROM schedules WHERE name = $1", name)


async def wait(look: Callable[[], bool], on: Callable[[], None]) -> None:
    async with asyncio.timeout(60):
        while not look():
            on()
            await asyncio.sleep(0.01)


async def test_D7_what_fails_is_tried_again_later_and_then_given_up_with_the_reason(
    worker_db: Database, doors: Doors, clock: Clock
) -> None:
    name, troubled = await named(worker_db, clock), Troubled()
    work = Each(
        kind=SCHEDULES, run=troubled.run, at_once=1, lease=timedelta(minutes=1), max_attempts=3, keeps_row=True,
        give_up=troubled.give_up,
    )  # fmt: skip
    async with working(worker_db, doors, clock, work) as an_hour_passes:
        await wait(lambda: bool(troubled.given_up), on=an_hour_passes)
    (due, reason) = troubled.given_up[0]
    assert (due.key, due.attempts, reason) == ((name,), 3, "LookupError")


@pytest.mark.parametrize("has_last_words", [False, True])
async def test_D7_what_cannot_be_settled_stays_dead_and_visible(
    worker_db: Database, doors: Doors, clock: Clock, *, has_last_words: bool
) -> None:
    name, troubled = await named(worker_db, clock), Troubled()
    work = Each(
        kind=SCHEDULES, run=troubled.run, at_once=1, lease=timedelta(minutes=1), max_attempts=2, keeps_row=True,
        give_up=troubled.cannot_even_give_up if has_last_words else None,
    )  # fmt: skip
    async with working(worker_db, doors, clock, work) as an_hour_passes:
        async with asyncio.timeout(60):
            while not (await row(worker_db, name))["is_dead"]:
                an_hour_passes()
                await asyncio.sleep(0.01)
    found = await row(worker_db, name)
    assert (found["attempts"], found["error"], troubled.tried) == (2, "LookupError", 2)


async def test_what_must_never_die_is_tried_for_ever(worker_db: Database, doors: Doors, clock: Clock) -> None:
    name, troubled = await named(worker_db, clock), Troubled()
    async with worker_db.transaction() as conn:
        await conn.execute("UPDATE schedules SET attempts = 2000 WHERE name = $1", name)
    work = Each(kind=SCHEDULES, run=troubled.run, at_once=1, lease=timedelta(minutes=1), max_attempts=None, keeps_row=True)
    async with working(worker_db, doors, clock, work) as an_hour_passes:
        await wait(lambda: troubled.tried == 3, on=an_hour_passes)
    assert not (await row(worker_db, name))["is_dead"]


def test_the_wait_doubles_up_to_ten_minutes_however_often_it_failed() -> None:
    assert [backoff_s(attempt, 0) for attempt in (1, 2, 3, 10, 11, 12)] == [1, 2, 4, 512, 600, 600]
    assert backoff_s(100_000, 0.5) == 750


async def test_what_is_claimed_just_as_the_worker_stops_is_left_to_its_lease(
    worker_db: Database, doors: Doors, clock: Clock
) -> None:
    troubled = Troubled()
    work = Each(kind=SCHEDULES, run=troubled.run, at_once=1, lease=timedelta(minutes=1))
    await named(worker_db, clock)
    worker = Worker(worker_db, clock, Wake(doors.worker), [])
    await worker.run()
    async with worker_db.transaction() as conn:
        (due,) = await SCHEDULES.claim(conn, clock.now(), clock.now() + work.lease, 1)
    with pytest.raises(asyncio.CancelledError):
        await worker._one(work, due, partial(troubled.run, due))
    async with worker_db.transaction() as conn:
        assert await conn.fetchval("SELECT error FROM schedules WHERE name = $1", due.key[0]) is None
    assert troubled.tried == 0


async def test_O28_what_another_transaction_claimed_runs_among_what_the_loop_claims(
    worker_db: Database, doors: Doors, clock: Clock
) -> None:
    troubled, seats, ran = Troubled(), Seats(most=1), list[str]()
    work = Each(
        kind=SCHEDULES, run=troubled.run, at_once=1, lease=timedelta(minutes=1), keeps_row=True, give_up=troubled.give_up,
        seats=seats,
    )  # fmt: skip
    async with worker_db.transaction() as conn:
        await conn.execute("UPDATE schedules SET due_at = 'infinity'")

    async def run() -> None:
        ran.append("ran")

    async with working(worker_db, doors, clock, work), asyncio.timeout(60):
        while (seat := seats.take()) is None:
            await asyncio.sleep(0.01)
        assert seats.take() is None
        async with worker_db.transaction() as conn:
            at_end(conn, seat.end)
            seat.due, seat.work = Due(key=("begun",), attempts=1), run
            assert (ran, seats.free) == ([], 0)
        while not ran or seats.free == 0:
            await asyncio.sleep(0.01)
    assert (ran, troubled.tried) == (["ran"], 0)
