"""Own numbers of a time are ranges of their key, on a filled table and as the role of the application. Rule NU10."""

from datetime import UTC, date, datetime

import pytest

from confab.model.inbox import WorkspaceId
from confab.store import own_numbers
from confab.store.db import Database, Doors, connect
from confab.store.own_numbers import ALL, Period, Scope
from tests.integration.store.test_plans import Explained, rows_touched
from tests.world import World, make_world

PERIOD = Period(
    zone="Europe/Berlin", since=date(2026, 6, 15), until=date(2026, 6, 21), before=datetime(2026, 11, 1, tzinfo=UTC)
)  # fmt: skip
_QUARTERS = 14 * 96  # of a week and the week before it
_FILL = """
INSERT INTO own_numbers (workspace_id, account_id, agent_id, at, received, sent, automatic, responses, response_s, response_times,
    resolutions, resolution_s, resolution_times, windows_missed)
SELECT $1, account, agent, '2026-04-01'::timestamptz + n * interval '15 minutes', 1, 1, 0, 0, 0, '{}', 0, 0, '{}', 0
FROM unnest($2::uuid[]) account CROSS JOIN unnest($3::uuid[]) agent CROSS JOIN generate_series(0, 120 * 96 - 1) n
"""


@pytest.fixture(scope="module")
def _filled() -> dict[str, World]:
    return {}


@pytest.fixture
async def world(doors: Doors, _filled: dict[str, World]) -> World:
    """Something happened in every quarter-hour of four months, in two workspaces."""
    if not _filled:
        conn = await connect(doors.owner)
        await conn.execute("SET statement_timeout = 0")
        for name, ig_id in (("other", "17841400000000001"), ("ours", "17841400000000002")):
            world = _filled[name] = await make_world(doors, ig_id=ig_id)
            await conn.execute(_FILL, world.workspace, [ALL, world.account], [ALL, world.viewer.agent_id])
        await conn.execute("ANALYZE own_numbers")
        await conn.close()
    return _filled["ours"]


@pytest.mark.parametrize("of", ["by_day", "by_hour", "by_scope"])
async def test_NU10_numbers_of_a_week_are_ranges_of_the_key(app_db: Database, world: World, of: str) -> None:
    scopes = [Scope(account=ALL, agent=world.viewer.agent_id), Scope(account=world.account, agent=ALL)]
    async with app_db.viewing(world.workspace) as conn:
        explained = Explained(conn)
        await _ask(of, explained, world.workspace, scopes)
    (plan,) = explained.plans
    assert "own_numbers_pkey" in plan
    assert "Seq Scan on own_numbers" not in plan
    asked = len(scopes) if of == "by_scope" else 1
    assert rows_touched(plan) <= asked * (_QUARTERS + 96) + 50, plan


async def _ask(of: str, conn: Explained, workspace: WorkspaceId, scopes: list[Scope]) -> None:
    if of == "by_day":
        assert len(await own_numbers.by_day(conn, workspace, scopes[0], PERIOD)) == 14  # type: ignore[arg-type]
    elif of == "by_hour":
        assert len(await own_numbers.by_hour(conn, workspace, scopes[0], PERIOD)) == 7 * 24  # type: ignore[arg-type]
    else:
        found = await own_numbers.by_scope(conn, workspace, scopes, PERIOD)  # type: ignore[arg-type]
        assert {key[:2] for key in found} == {(one.account, one.agent) for one in scopes}


async def test_NU10_of_a_long_time_each_person_and_account_costs_its_days_and_four_days_of_quarters(
    app_db: Database, worker_db: Database, world: World
) -> None:
    asked = Period(
        zone="Asia/Kathmandu", since=date(2026, 6, 1), until=date(2026, 7, 15), before=datetime(2026, 11, 1, tzinfo=UTC)
    )  # fmt: skip
    scopes = [Scope(account=ALL, agent=world.viewer.agent_id), Scope(account=world.account, agent=ALL)]
    async with worker_db.transaction() as conn:
        await own_numbers.add_up(
            conn, world.workspace, [(datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 7, 30, tzinfo=UTC))]
        )  # fmt: skip
        await conn.execute("ANALYZE own_days")
    async with app_db.viewing(world.workspace) as conn:
        explained = Explained(conn)
        found = await own_numbers.by_scope(explained, world.workspace, scopes, asked)  # type: ignore[arg-type]
    (plan,) = explained.plans
    assert {key: sums.received for key, sums in found.items()} == {
        (one.account, one.agent, is_previous): 45 * 96 for one in scopes for is_previous in (True, False)
    }
    assert "Seq Scan on own_" not in plan
    assert rows_touched(plan) <= len(scopes) * (2 * 45 + 4 * 96) + 50, plan
