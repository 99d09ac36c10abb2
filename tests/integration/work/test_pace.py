"""Calls of an account are spaced, whoever makes them. Rule HI6."""

import asyncio
from datetime import datetime, timedelta

import pytest

from confab.clock import Clock
from confab.graph.limits import EACH_CONVERSATIONS_CALL, Usage, usage_of
from confab.store import budgets
from confab.store.db import Database, Doors
from confab.work.pace import Pace, Pool, Waiting
from tests.world import World, make_world

EACH = EACH_CONVERSATIONS_CALL
SPACING = Pool(name="conversations", each=EACH).spacing(timedelta(hours=1))
NOW = datetime.fromisoformat("2026-11-02T12:00:00+00:00")


@pytest.fixture
async def world(doors: Doors) -> World:
    return await make_world(doors)


async def reserve(db: Database, world: World) -> timedelta:
    """How long after NOW the next call may be made."""
    async with db.transaction() as conn:
        is_given, at = await budgets.take(conn, world.workspace, world.account, "conversations", SPACING, NOW)
    assert is_given
    return at - NOW


async def test_HI6_workers_that_ask_together_get_places_one_after_the_other(worker_db: Database, world: World) -> None:
    places = await asyncio.gather(*(reserve(worker_db, world) for _ in range(12)))
    assert sorted(places) == [EACH * number for number in range(12)]


@pytest.mark.parametrize(("used", "slower"), [(74, 1), (75, 2), (89, 2), (90, 4), (100, 4)])
async def test_HI6_calls_slow_down_before_the_allowance_is_used_up(
    worker_db: Database, world: World, used: int, slower: int
) -> None:
    await reserve(worker_db, world)
    async with worker_db.transaction() as conn:
        await budgets.learn(conn, world.workspace, world.account, "conversations", used)
    first, second = await reserve(worker_db, world), await reserve(worker_db, world)
    assert second - first == EACH * slower


async def test_HI6_when_instagram_asks_to_wait_nobody_gets_a_place_before(
    worker_db: Database, world: World, clock: Clock
) -> None:
    await reserve(worker_db, world)
    pace, pool = Pace(worker_db, clock), Pool(name="conversations", each=EACH)
    clock.ahead = NOW - datetime.now(NOW.tzinfo)
    until = await pace.block(world.workspace, world.account, pool, timedelta(minutes=5))
    await pace.block(world.workspace, world.account, pool, timedelta(minutes=1))  # never shortens a longer wait
    assert NOW + await reserve(worker_db, world) == until


async def test_HI6_a_clock_that_jumps_ends_the_wait(
    worker_db: Database, world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("confab.work.pace._LATE", timedelta(days=1))  # whose time came meanwhile does not stand in line again
    pace, pool = Pace(worker_db, clock), Pool(name="conversations", each=timedelta(seconds=9))
    await pace.turn(world.workspace, world.account, pool)
    waiting = asyncio.ensure_future(pace.turn(world.workspace, world.account, pool))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    clock.ahead += timedelta(hours=1)
    async with asyncio.timeout(8):
        await waiting


async def test_HI6_who_comes_too_late_to_a_place_takes_another(worker_db: Database, world: World, clock: Clock) -> None:
    """The next one goes by the place: a call that was made later than that would come right before it."""
    pace, pool = Pace(worker_db, clock), Pool(name="conversations", each=EACH)
    await pace.turn(world.workspace, world.account, pool)
    clock.ahead += timedelta(hours=1)
    async with worker_db.transaction() as conn:
        await conn.execute("SELECT FROM call_budgets WHERE account_id = $1 FOR UPDATE", world.account)
        held_up = asyncio.ensure_future(pace.turn(world.workspace, world.account, pool))
        await asyncio.sleep(0.4)
    await held_up
    went_at = clock.now()
    await pace.turn(world.workspace, world.account, pool)
    assert clock.now() - went_at >= EACH - timedelta(milliseconds=50)


async def test_O16_a_call_that_comes_too_late_to_the_place_it_was_given_takes_another(
    worker_db: Database, world: World, clock: Clock
) -> None:
    pace, pool = Pace(worker_db, clock), Pool(name="sends", each=EACH)
    await pace.turn(world.workspace, world.account, pool)
    given, came_at = clock.now() - timedelta(seconds=1), clock.now()
    await pace.come(world.workspace, world.account, pool, given)
    assert clock.now() - came_at >= EACH - timedelta(milliseconds=50)


async def test_HI6_who_would_wait_long_is_told_until_when_and_takes_no_place(
    worker_db: Database, world: World, clock: Clock
) -> None:
    pace, pool = Pace(worker_db, clock), Pool(name="conversations", each=EACH)
    await pace.turn(world.workspace, world.account, pool)
    until = await pace.block(world.workspace, world.account, pool, timedelta(minutes=5))
    for _ in range(2):
        with pytest.raises(Waiting) as waiting:
            await pace.turn(world.workspace, world.account, pool)
        assert waiting.value.until == until


@pytest.mark.parametrize(
    ("header", "usage"),
    [
        (None, None),
        ("no json", None),
        ("{}", None),
        ('{"1784":[{"type":"instagram","call_count":28,"total_cputime":3,"total_time":41}]}', Usage(percent=41, regain=None)),
        (
            '{"1":[{"call_count":3}],"2":[{"call_count":100,"estimated_time_to_regain_access":7}]}',
            Usage(percent=100, regain=timedelta(minutes=7)),
        ),
    ],
)
def test_L5_what_the_usage_header_says(header: str | None, usage: Usage | None) -> None:
    assert usage_of({"x-business-use-case-usage": header} if header is not None else {}) == usage
