"""What a disconnected account left is erased, wherever it lies. Rules AC12, AC13, AC15, RT7."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from confab.accounts import erasing, leaving
from confab.archive import holding
from confab.archive.holding import What
from confab.clock import Clock
from confab.model.inbox import AgentId
from confab.store import ids, own_counts
from confab.store.db import Database, Doors
from tests.integration.store.test_dead import REST
from tests.world import Customer, World, body, happen, make_world

STAYS = {"account_errands", "call_budgets", "integrations"}
"""Tables with something of an account that Instagram did not give, or that goes when it is disconnected."""
SECRET = "a word of a customer"


@pytest.fixture
async def world(doors: Doors) -> World:
    return await make_world(doors, "17841400000000901")


@pytest.fixture
async def full(world: World, worker_db: Database, clock: Clock) -> World:
    """Something of the account in every table that can have it."""
    now = clock.now()
    ada = Customer(world.ig_id)
    await happen(worker_db, world, ada.writes("m1", SECRET, now - timedelta(minutes=9)), now=now)
    mine = (world.workspace, world.account)
    async with worker_db.transaction() as conn:
        conversation = await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1", world.workspace)
        await conn.execute(
            "INSERT INTO notes VALUES ($1, $2, $3, $4, $5, $6)",
            world.workspace, ids.new(now), conversation, world.viewer.agent_id, "a note", now,
        )  # fmt: skip
        await own_counts.close(
            conn, world.workspace, conversation, account=world.account, agent=AgentId(world.viewer.agent_id), now=now
        )  # fmt: skip
        for account in (world.account, UUID(int=0)):
            await conn.execute(
                "INSERT INTO own_numbers VALUES ($1, $2, $3, $4, 1, 0, 0, 0, 0, '{}', 0, 0, '{}', 0)",
                world.workspace, account, UUID(int=0), now.replace(minute=0, second=0, microsecond=0),
            )  # fmt: skip
        await conn.execute("INSERT INTO own_days SELECT * FROM own_numbers WHERE workspace_id = $1", world.workspace)
        for statement in FILL:
            await conn.execute(statement, *mine)
        for name in ("hints", "erasures", "runs", "watches", "turns", "media"):
            await conn.execute(REST[name] + " ON CONFLICT DO NOTHING")
    return world


FILL = (
    """INSERT INTO insight_values (workspace_id, account_id, period, end_time, metric, day, value, read_at)
    VALUES ($1, $2, 'day', now(), 'reach', now()::date, 1, now())""",
    """INSERT INTO posts (workspace_id, id, account_id, ig_id) VALUES ($1, gen_random_uuid(), $2, 'p')""",
    """INSERT INTO insight_media (workspace_id, account_id, ig_id, kind, published_at) VALUES ($1, $2, 'p', 'post', now())""",
    """INSERT INTO insight_watches (workspace_id, account_id, began_at, due_at) VALUES ($1, $2, now(), now())
    ON CONFLICT DO NOTHING""",
    """INSERT INTO sync_runs (workspace_id, id, account_id, asked_by, state, created_at)
    VALUES ($1, gen_random_uuid(), $2, 'Dana', 'done', now())""",
    """INSERT INTO comments (workspace_id, id, account_id, comment_key, kind, media, is_own, created_at)
    VALUES ($1, gen_random_uuid(), $2, 'c', 'comment', '{}', false, now())""",
)


async def disconnect(db: Database, world: World, clock: Clock) -> None:
    async with db.viewing(world.workspace) as conn:
        await leaving.disconnect(conn, world.workspace, world.account, "Dana", clock.now())


async def left(db: Database, world: World) -> dict[str, int]:
    """How many rows of the account each table has that has any."""
    async with db.transaction() as conn:
        tables = await conn.fetch(
            """SELECT c.table_name FROM information_schema.columns c
            JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema = 'public' AND c.column_name = 'account_id' AND t.table_type = 'BASE TABLE'"""
        )
        assert len(tables) > 20
        found = {
            table: await conn.fetchval(f"SELECT count(*) FROM {table} WHERE account_id = $1", world.account)
            for (table,) in tables
        }  # fmt: skip
    return {table: count for table, count in found.items() if count and table not in STAYS}


async def feed(db: Database, world: World) -> list[dict[str, Any]]:
    async with db.transaction() as conn:
        records = await conn.fetch("SELECT body FROM changes WHERE workspace_id = $1 ORDER BY seq", world.workspace)
    return [json.loads(record["body"]) for record in records]


async def test_AC12_nothing_is_left_of_an_erased_account_in_any_table_and_the_feed_says_so(
    full: World, app_db: Database, worker_db: Database, clock: Clock
) -> None:
    assert len(await left(worker_db, full)) > 15, await left(worker_db, full)
    await disconnect(app_db, full, clock)
    assert await erasing.erase(worker_db, clock, full.workspace, full.account) == "erased"
    async with worker_db.transaction() as conn:
        await leaving.erased(conn, full.workspace, full.account, clock.now())
    assert await left(worker_db, full) == {}
    told = await feed(worker_db, full)
    assert [one["type"] for one in told][-2:] == ["account_erased", "account_updated"]
    assert SECRET not in json.dumps(told)


async def test_AC12_the_hours_of_all_accounts_together_are_counted_anew(
    full: World, app_db: Database, worker_db: Database, clock: Clock
) -> None:
    async with worker_db.transaction() as conn:
        await conn.execute("DELETE FROM stale_hours WHERE workspace_id = $1", full.workspace)
        known = await conn.fetchval("SELECT at FROM own_numbers WHERE workspace_id = $1 LIMIT 1", full.workspace)
    await disconnect(app_db, full, clock)
    await erasing.erase(worker_db, clock, full.workspace, full.account)
    async with worker_db.transaction() as conn:
        hours = [
            record["hour"] for record in await conn.fetch("SELECT hour FROM stale_hours WHERE workspace_id = $1", full.workspace)
        ]
    assert hours == [known]


async def delivery(db: Database, clock: Clock, raw: bytes, *parts: World, nobodys: str | None = None) -> UUID:
    """A delivery in the ledger of which these worlds have a part, and an account that nobody has."""
    id_ = ids.new(clock.now())
    async with db.transaction() as conn:
        await conn.execute("INSERT INTO deliveries (id, received_at, body) VALUES ($1, $2, $3)", id_, clock.now(), raw)
        for one in parts:
            await conn.execute(
                "INSERT INTO delivery_parts VALUES ($1, $2, $3, $4, 'applied', 1, 0)",
                one.workspace,
                id_,
                one.account,
                clock.now(),
            )
        if nobodys is not None:
            await conn.execute("INSERT INTO unrouted_parts VALUES ($1, $2, $3, 'unclaimed', 1, 0)", id_, nobodys, clock.now())
    return id_


async def raw(db: Database, id_: UUID) -> bytes | None:
    async with db.transaction() as conn:
        return await conn.fetchval("SELECT body FROM deliveries WHERE id = $1", id_)


async def test_AC12_raw_deliveries_go_with_the_account_and_those_of_several_lose_its_part(
    world: World, doors: Doors, app_db: Database, worker_db: Database, clock: Clock
) -> None:
    other = await make_world(doors, "17841400000000902")
    ada, bob = Customer(world.ig_id), Customer(other.ig_id)
    of_both = json.dumps(
        [*(json.loads(body(world.ig_id, ada.writes("b1", SECRET, clock.now()))),),
         *(json.loads(body(other.ig_id, bob.writes("b2", "what stays", clock.now()))),)]
    ).encode()  # fmt: skip
    alone = await delivery(worker_db, clock, body(world.ig_id, ada.writes("d1", SECRET, clock.now())), world)
    shared = await delivery(worker_db, clock, of_both, world, other)
    late = await delivery(worker_db, clock, body(world.ig_id, ada.writes("d2", SECRET, clock.now())), nobodys=world.ig_id)
    theirs = await delivery(worker_db, clock, body(other.ig_id, bob.writes("d3", "what stays", clock.now())), other)
    await disconnect(app_db, world, clock)
    assert await erasing.erase(worker_db, clock, world.workspace, world.account) == "erased"
    assert (await raw(worker_db, alone), await raw(worker_db, late)) == (None, None)
    kept = await raw(worker_db, shared)
    assert kept is not None
    assert SECRET.encode() not in kept
    assert b"what stays" in kept
    assert await raw(worker_db, theirs) is not None


async def test_AC13_what_is_connected_again_while_it_is_erased_keeps_the_rest(
    full: World, worker_db: Database, clock: Clock
) -> None:
    assert await erasing.erase(worker_db, clock, full.workspace, full.account) == "connected"
    assert "messages" in await left(worker_db, full)


@pytest.mark.parametrize("what", ["workspace", "account", "conversation"])
async def test_RT7_what_is_held_is_not_erased_with_its_account_until_the_hold_ends(
    full: World, app_db: Database, worker_db: Database, clock: Clock, what: str
) -> None:
    await disconnect(app_db, full, clock)
    async with app_db.viewing(full.workspace) as conn:
        held = {
            "workspace": What(),
            "account": What(account_id=full.account),
            "conversation": What(
                conversation_id=await conn.fetchval("SELECT id FROM conversations WHERE account_id = $1", full.account)
            ),
        }[what]
        hold = await holding.place(conn, full.workspace, held, "a court", "Dana", clock.now())
    before = await left(worker_db, full)
    assert await erasing.erase(worker_db, clock, full.workspace, full.account) == "held"
    assert await left(worker_db, full) == before
    async with app_db.viewing(full.workspace) as conn:
        await holding.release(conn, full.workspace, hold.id, "Dana", clock.now())
    assert await erasing.erase(worker_db, clock, full.workspace, full.account) == "erased"
    assert "messages" not in await left(worker_db, full)


async def test_RT7_a_hold_of_another_account_stands_against_nothing(
    full: World, doors: Doors, app_db: Database, worker_db: Database, clock: Clock
) -> None:
    await disconnect(app_db, full, clock)
    async with worker_db.transaction() as conn:
        other = ids.new(clock.now())
        await conn.execute(
            "INSERT INTO accounts (workspace_id, id, ig_id, username, created_at) VALUES ($1, $2, '5', 'other', now())",
            full.workspace, other,
        )  # fmt: skip
        await holding.place(conn, full.workspace, What(account_id=other), "a court", "Dana", clock.now())
    assert await erasing.erase(worker_db, clock, full.workspace, full.account) == "erased"


def test_AC12_of_a_body_of_several_accounts_only_ones_entries_go() -> None:
    whole = {"object": "instagram", "entry": [{"id": 1, "time": 5}, {"id": "2", "messaging": [{"sender": {"id": "1"}}]}]}
    assert json.loads(erasing.without(json.dumps(whole).encode(), "1"))["entry"] == whole["entry"][1:]
    nameless = {"object": "instagram", "entry": [{"messaging": [{"recipient": {"id": "1"}}]}, {"changes": []}]}
    assert json.loads(erasing.without(json.dumps(nameless).encode(), "1"))["entry"] == [{"changes": []}]
    assert erasing.without(b"no json", "1") == b"no json"


async def test_AC14_a_removed_app_disconnects_its_account_and_a_second_notice_changes_nothing(
    world: World, worker_db: Database, clock: Clock
) -> None:
    async with worker_db.transaction() as conn:
        await leaving.removed(conn, world.workspace, world.account, clock.now())
        await leaving.removed(conn, world.workspace, world.account, clock.now())
        routes = await conn.fetchval("SELECT count(*) FROM account_routes WHERE account_id = $1", world.account)
        errands = await conn.fetch("SELECT kind, due_at FROM account_errands WHERE account_id = $1", world.account)
        account = await conn.fetchrow("SELECT * FROM accounts WHERE id = $1", world.account)
    assert account is not None
    assert routes == 0
    assert [one["kind"] for one in errands] == ["erase"]
    assert (account["disconnected_by"], account["erase_at"]) == (None, errands[0]["due_at"])
    assert "removed at Instagram" in account["health_reason"]
