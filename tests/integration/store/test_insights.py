"""Numbers as the database keeps and finds them. Rules IV3, IV6, IV10, IV12, IV13."""

import json
from datetime import date, timedelta

import pytest

from confab.clock import Clock
from confab.errors import NotFound
from confab.insights import page
from confab.model import pacific
from confab.model.insights import Value
from confab.store import insights
from confab.store.db import Database, Doors, connect
from tests.world import make_world

DAY = date(2026, 10, 30)


def number(value: float | None, day: date = DAY, metric: str = "likes") -> Value:
    return Value(metric=metric, period="day", end_time=pacific.end_of(day), day=day, value=value)


async def test_IV6_what_was_inserted_changed_and_unchanged_is_the_databases_answer(
    doors: Doors, worker_db: Database, clock: Clock
) -> None:
    world = await make_world(doors)

    async def put(*values: Value) -> tuple[int, int, int]:
        async with worker_db.transaction() as conn:
            found = await insights.put(conn, world.workspace, world.account, values, clock.now())
        return found.inserted, found.changed, found.unchanged

    other = number(4, metric="comments")
    assert await put(number(1), number(1), other) == (2, 0, 0)
    assert await put(number(2), other) == (0, 1, 1)
    assert await put(number(None), number(None, metric="shares")) == (0, 0, 0)
    assert await put(number(2), number(3, metric="shares")) == (1, 0, 1)


async def test_IV12_IV13_a_page_shows_unknown_days_and_nobody_elses_numbers(
    doors: Doors, worker_db: Database, app_db: Database, clock: Clock
) -> None:
    ours, theirs = await make_world(doors), await make_world(doors, "17841461234567899")
    async with worker_db.transaction() as conn:
        values = [number(5), number(None, DAY + timedelta(days=1))]
        await insights.put(conn, ours.workspace, ours.account, values, clock.now())
    days = page.Days(since=DAY, until=DAY + timedelta(days=1))
    async with app_db.viewing(ours.workspace) as conn:
        found = await page.load(conn, ours.workspace, ours.account, days, None, clock.now())
    (likes,) = [one for one in found.metrics if one.name == "likes"]
    assert ([one.value for one in likes.series], likes.total, likes.state) == ([5, None], 5, "ok")
    assert likes.says == "1 of 2 days are unknown."
    assert {one.state for one in found.metrics if one.name != "likes"} == {"no_data"}
    async with app_db.viewing(theirs.workspace) as conn:
        assert await conn.fetchval("SELECT count(*) FROM insight_values") == 0
        with pytest.raises(NotFound):
            await page.load(conn, theirs.workspace, ours.account, days, None, clock.now())


async def test_IV10_a_pages_daily_numbers_are_one_range_of_the_primary_key(doors: Doors, app_db: Database) -> None:
    """Two years of five accounts of a workspace, twenty numbers a day."""
    world = await make_world(doors)
    owner = await connect(doors.owner)
    try:
        await owner.execute("SET session_replication_role = replica")
        await owner.execute(
            """INSERT INTO insight_values (workspace_id, account_id, period, end_time, metric, day, value, read_at)
            SELECT $1, CASE a WHEN 1 THEN $2 ELSE gen_random_uuid() END, 'day', d + interval '7 hours', 'm' || m, d::date - 1,
                m, d
            FROM generate_series(1, 5) a, generate_series('2024-11-01'::timestamptz, '2026-11-01', '1 day') d,
                generate_series(1, 20) m""",
            world.workspace, world.account,
        )  # fmt: skip
        await owner.execute("ANALYZE insight_values")
    finally:
        await owner.close()
    begins, ends = pacific.ends_between(date(2026, 9, 1), date(2026, 10, 30))
    async with app_db.viewing(world.workspace) as conn:
        (plan,) = await conn.fetchrow(
            """EXPLAIN (ANALYZE, FORMAT JSON) SELECT metric, period, day, value FROM insight_values
            WHERE workspace_id = $1 AND account_id = $2 AND media_id = '' AND period = 'day' AND end_time >= $3 AND end_time < $4
                AND breakdown = '' ORDER BY end_time""",
            world.workspace, world.account, begins, ends,
        )  # fmt: skip
    text = plan if isinstance(plan, str) else json.dumps(plan)
    (root,) = json.loads(text)
    node = root["Plan"]
    while "Plans" in node and "Index Name" not in node:
        node = next(one for one in node["Plans"] if one.get("Parent Relationship") == "Outer")
    assert node["Index Name"] == "insight_values_pkey"
    assert node["Actual Rows"] == 60 * 20
    assert node.get("Rows Removed by Filter", 0) == 0
