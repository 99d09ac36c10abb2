"""What the doctor reads of an account, a delivery and nobody's deliveries, within ranges of indexes. Rules DR13, DR17."""

from datetime import timedelta

from confab.store import ids, standing
from confab.store.db import Database, Doors
from confab.store.standing import Nobodys, Unapplied
from tests.world import NOON, Customer, after, happen, make_world

HOUR = timedelta(hours=1)


async def test_DR17_an_account_that_was_never_heard_is_told_from_one_that_webhooks_reach(
    doors: Doors, worker_db: Database
) -> None:
    world = await make_world(doors, "17840000000000001")
    async with worker_db.transaction() as conn:
        (silent,) = await standing.accounts(conn, world.workspace)
        assert (silent.heard_at, silent.is_reached, silent.sealed, silent.platform, silent.scopes) == (
            None,
            False,
            None,
            "instagram",
            [],
        )
        await conn.execute(
            """INSERT INTO delivery_parts (workspace_id, delivery_id, account_id, received_at, state, events, unknown)
            VALUES ($1, $2, $3, $4, 'applied', 1, 0)""",
            world.workspace, ids.new(NOON), world.account, NOON,
        )  # fmt: skip
        (reached,) = await standing.accounts(conn, world.workspace)
    assert (reached.heard_at, reached.is_reached) == (None, True)


async def test_what_failed_and_what_was_kept_out_is_counted_since_a_moment(doors: Doors, worker_db: Database) -> None:
    world = await make_world(doors, "17840000000000002")
    await happen(worker_db, world, Customer(world.ig_id).writes("m1", "hello", after(0)))
    async with worker_db.transaction() as conn:
        for state, at in (("failed", NOON), ("failed", NOON - 2 * HOUR), ("unclaimed", NOON), ("applied", NOON)):
            await conn.execute(
                """INSERT INTO delivery_parts (workspace_id, delivery_id, account_id, received_at, state, events, unknown)
                VALUES ($1, $2, $3, $4, $5, 1, 0)""",
                world.workspace, ids.new(at), world.account, at, state,
            )  # fmt: skip
        found = await standing.unapplied(conn, world.workspace, NOON - HOUR, 100)
    assert sorted((one.state, one.count) for one in found) == [("failed", 1), ("unclaimed", 1)]
    assert {one.account_id for one in found if isinstance(one, Unapplied)} == {world.account}


async def test_deliveries_of_nobody_are_counted_by_account(worker_db: Database) -> None:
    async with worker_db.transaction() as conn:
        for ig_id, at in (("1799", NOON), ("1799", NOON), ("1798", NOON), ("1797", NOON - 2 * HOUR)):
            await conn.execute(
                """INSERT INTO unrouted_parts (delivery_id, ig_id, received_at, state, events, unknown)
                VALUES ($1, $2, $3, 'unclaimed', 1, 0)""",
                ids.new(at), ig_id, at,
            )  # fmt: skip
        found = await standing.nobodys(conn, NOON - HOUR, 100)
    assert found[:2] == [Nobodys(ig_id="1799", count=2), Nobodys(ig_id="1798", count=1)]
