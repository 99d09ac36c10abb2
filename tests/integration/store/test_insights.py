"""Numbers as the database keeps and finds them. Rules IV3, IV6, IV10, IV12, IV13."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.errors import NotFound
from confab.insights import page
from confab.model import pacific
from confab.model.insights import Value
from confab.store import insights
from confab.store.db import Database, Doors, connect
from tests.integration.store.test_plans import Explained, rows_touched
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


async def test_IV10_the_other_questions_of_a_page_are_ranges_of_their_indexes(doors: Doors, app_db: Database) -> None:
    """A year of five accounts: parts, longer periods, who follows (each week), posts with a month of numbers each."""
    world = await make_world(doors)
    owner = await connect(doors.owner)
    try:
        await owner.execute("SET session_replication_role = replica")
        await owner.execute(_FILL.replace(":workspace", f"'{world.workspace}'").replace(":account", f"'{world.account}'"))
        await owner.execute("ANALYZE insight_values, insight_media, posts")
    finally:
        await owner.close()
    begins, ends = pacific.ends_between(date(2026, 9, 1), date(2026, 9, 28))
    whose = world.workspace, world.account
    async with app_db.viewing(world.workspace) as conn:
        explained: Any = Explained(conn)
        parts = await insights.parts(explained, *whose, "day", begins, ends, [f"m{m}" for m in range(1, 11)])
        spans = await insights.spans(explained, *whose, "week", begins, ends)
        newest = await insights.newest_audience(explained, *whose, "follower_demographics", ends - timedelta(days=60), ends)
        assert newest is not None
        audience = await insights.audience(explained, *whose, "follower_demographics", newest[0])
        posts = await insights.media(explained, *whose, begins, ends, 200)
        assert await insights.newest_audience(explained, *whose, "nobody", ends - timedelta(days=60), ends) is None
    assert ([part.days for part in parts], len(spans), len(audience), len(posts)) == ([28] * 40, 28, 100, 28)
    assert {len(post.metrics) for post in posts} == {8}
    of_parts, of_spans, of_newest, of_audience, of_posts, of_nobody = explained.plans
    for plan in explained.plans:
        assert "Seq Scan" not in plan, plan
        assert "insight_values_pkey" in plan, plan
    assert "insight_media_newest" in of_posts
    assert "posts_workspace_id_account_id_ig_id_key" in of_posts
    assert rows_touched(of_parts) <= 28 * (40 + 20), of_parts
    assert rows_touched(of_spans) <= 28, of_spans
    assert rows_touched(of_newest) <= 28 * 24, of_newest
    assert rows_touched(of_audience) <= 100, of_audience
    assert rows_touched(of_posts) <= 28 * (3 + 8 * 10), of_posts
    assert rows_touched(of_nobody) <= 60 * 24 + 9 * 100, of_nobody


_FILL = """
CREATE TEMP TABLE days AS SELECT CASE a WHEN 1 THEN :account::uuid ELSE gen_random_uuid() END AS account_id, a
    FROM generate_series(1, 5) a;
INSERT INTO insight_values (workspace_id, account_id, period, end_time, metric, breakdown, dimensions, day, value, read_at)
SELECT :workspace, account_id, p.period, d + interval '7 hours', p.metric, p.breakdown, p.dimensions, d::date - 1, 1, d
FROM days, generate_series('2025-11-01'::timestamptz, '2026-11-01', '1 day') d, (
    SELECT 'day' AS period, 'm' || m AS metric, '' AS breakdown, '{}'::text[] AS dimensions FROM generate_series(1, 20) m
    UNION ALL SELECT 'day', 'm' || m, 'by', ARRAY['part ' || n] FROM generate_series(1, 10) m, generate_series(1, 4) n
    UNION ALL SELECT 'week', 'reach', '', '{}'
    UNION ALL SELECT 'lifetime', 'online_followers', 'hour', ARRAY[n::text] FROM generate_series(0, 23) n
    UNION ALL SELECT 'lifetime', 'follower_demographics', 'city', ARRAY[n::text] FROM generate_series(1, 100) n) p
WHERE p.metric <> 'follower_demographics' OR extract(dow FROM d) = 1;
INSERT INTO posts (workspace_id, id, account_id, ig_id, is_own, caption)
SELECT :workspace, gen_random_uuid(), account_id, a || '.' || d, true, 'Bread of the day'
FROM days, generate_series('2025-11-01'::timestamptz, '2026-11-01', '1 day') d;
INSERT INTO insight_media (workspace_id, account_id, ig_id, kind, published_at)
SELECT :workspace, account_id, a || '.' || d, 'post', d + interval '7 hours'
FROM days, generate_series('2025-11-01'::timestamptz, '2026-11-01', '1 day') d;
INSERT INTO insight_values (workspace_id, account_id, media_id, period, end_time, metric, day, value, read_at)
SELECT :workspace, account_id, a || '.' || d, 'lifetime', d + n * interval '1 day', 'm' || m, d::date + n, 1, d
FROM days, generate_series('2025-11-01'::timestamptz, '2026-11-01', '1 day') d, generate_series(1, 8) m, generate_series(1, 10) n;
"""
