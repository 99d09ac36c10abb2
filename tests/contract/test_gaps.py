"""A comparison that is interrupted, has too much to do, or is overtaken by another worker. Rules GA2, GA4."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from confab.clock import Clock
from confab.graph.client import GraphClient
from confab.inbox.backfill import Backfill
from confab.inbox.line import Line
from confab.inbox.reading import Reader
from confab.inbox.watch import Watches
from confab.model.inbox import WorkspaceId
from confab.store import watches
from confab.store.claims import Due
from confab.store.db import Conn, Doors
from confab.store.wake import Wake
from confab.work.pace import Pace
from tests.stack import TOKEN, Stack, stack, until


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    """Nobody works by themselves: the tests do."""
    async with stack(doors, clock=clock, working=False) as running:
        yield running


class Desk:
    """A worker's hands: claims the account's watch or a run, and works on it."""

    def __init__(self, shop: Stack, reader: Reader, clock: Clock, waker: Wake, most: int) -> None:
        self.shop = shop
        self.watches = Watches(shop.worker_db, reader, clock, waker, most=most)
        self.backfill = Backfill(shop.worker_db, reader, clock, waker)

    async def account(self) -> dict[str, Any]:
        (found,) = (await self.shop.api.get("/accounts")).json()["items"]
        return found

    async def claim(self) -> Due:
        return await self._claim("account_watches", "account_id", UUID((await self.account())["id"]))

    async def look(self) -> dict[str, Any]:
        await self.watches.run(await self.claim())
        return await self.account()

    async def runs(self) -> list[dict[str, Any]]:
        params = {"account": (await self.account())["id"]}
        return (await self.shop.api.get("/runs", params=params)).json()["items"]

    async def read(self, run: dict[str, Any]) -> None:
        await self.backfill.run(await self._claim("runs", "id", UUID(run["id"])))

    async def kept(self) -> Any:
        async with self.shop.worker_db.transaction() as conn:
            return await conn.fetchrow("SELECT * FROM account_watches WHERE workspace_id = $1", self.shop.workspace)

    async def _claim(self, table: str, column: str, id_: UUID) -> Due:
        async with self.shop.worker_db.transaction() as conn:
            attempts = await conn.fetchval(
                f"UPDATE {table} SET attempts = attempts + 1 WHERE workspace_id = $1 AND {column} = $2 RETURNING attempts",
                self.shop.workspace, id_,
            )  # fmt: skip
        return Due(key=(self.shop.workspace, id_), attempts=attempts)


@asynccontextmanager
async def desk(shop: Stack, doors: Doors, clock: Clock, *, most: int = 1000) -> AsyncIterator[Desk]:
    async def line_of(_conn: Conn, _workspace: WorkspaceId, _account: UUID) -> Line:
        return Line(ig_id=shop.ig_id, token=TOKEN)

    url = str(shop.sim.base_url).replace("/_control/", "/graph.instagram.com/v25.0")
    async with GraphClient.open(url, timeout_s=60) as graph:
        waker = Wake(doors.worker)
        reader = Reader(shop.worker_db, graph, clock, waker, line_of, Pace(shop.worker_db, clock))
        yield Desk(shop, reader, clock, waker, most)


async def missed(shop: Stack, conversations: int) -> None:
    """Said just now, and told to nobody."""
    past = {"conversations": conversations, "messages": 1, "media": 0, "days": 0.00001}
    assert (await shop.sim.post("/history", json=past)).status_code == 200


async def test_GA2_where_too_much_moved_it_says_so_and_an_import_is_lined_up_once(
    shop: Stack, doors: Doors, clock: Clock
) -> None:
    await missed(shop, 60)
    async with desk(shop, doors, clock, most=30) as hands:
        found = await hands.look()
        assert "are imported" in found["incomplete_reason"]
        (run,) = await hands.runs()
        assert (run["state"], run["what"], run["asked_by"]) == ("waiting", "messages", "the comparison with Instagram")
        clock.ahead += timedelta(hours=2)
        again = await hands.look()
        assert again["incomplete_reason"] == found["incomplete_reason"]
        assert again["complete_up_to"] == found["complete_up_to"]
        assert len(await hands.runs()) == 1
        await hands.read(run)
        assert [one["state"] for one in await hands.runs()] == ["done"]
        whole = await hands.look()
    assert whole["incomplete_reason"] is None
    assert datetime.fromisoformat(whole["complete_up_to"]) > datetime.fromisoformat(found["complete_up_to"]) + timedelta(hours=1)
    assert len(await shop.conversations(limit="100")) == 60


async def test_GA2_a_comparison_that_is_told_to_wait_goes_on_at_the_same_page(shop: Stack, doors: Doors, clock: Clock) -> None:
    await missed(shop, 60)
    await shop.sim.post("/settings", json={"limits": False})  # its calls are counted: none is asked to come again
    await shop.fault(target="conversations", effect="throttle", minutes=30, skip=1, count=1)
    async with desk(shop, doors, clock) as hands:
        found = await hands.look()
        assert "could not be asked" in found["incomplete_reason"]
        assert found["complete_up_to"] is None
        kept = await hands.kept()
        assert kept["place"] is not None
        assert kept["due_at"] > clock.now() + timedelta(minutes=29)
        assert len(await shop.conversations(limit="100")) == 25
        before = (await shop.sim.get("/stats")).json()["calls"]
        clock.ahead += timedelta(minutes=31)
        found = await hands.look()
        calls = (await shop.sim.get("/stats")).json()["calls"] - before
        assert (found["incomplete_reason"], (await hands.kept())["place"]) == (None, None)
    assert calls == 2 + 3 + 1 + 1  # the pages that were left, what moved since the beginning, and since then; the subscription
    assert len(await shop.conversations(limit="100")) == 60


async def test_GA2_a_moments_wait_asks_for_the_same_page_again(shop: Stack, doors: Doors, clock: Clock) -> None:
    await missed(shop, 1)
    await shop.fault(target="conversations", effect="error", code=613, count=1)
    async with desk(shop, doors, clock) as hands:
        assert (await hands.look())["incomplete_reason"] is None
    assert len(await shop.conversations()) == 1


async def test_GA3_a_sign_of_life_while_it_is_polled_is_looked_at_at_once(shop: Stack, doors: Doors, clock: Clock) -> None:
    await shop.sim.post("/settings", json={"latency_ms": [300, 300]})
    async with desk(shop, doors, clock) as hands:
        account = UUID((await hands.account())["id"])
        async with shop.worker_db.transaction() as conn:
            polled = "UPDATE accounts SET receiving = 'polling', polling_since = $2 WHERE workspace_id = $1"
            await conn.execute(polled, shop.workspace, clock.now())
        before = (await shop.sim.get("/stats")).json()["calls"]
        look = asyncio.create_task(hands.look())

        async def asks() -> bool:
            return (await shop.sim.get("/stats")).json()["calls"] > before

        await until(asks)
        async with shop.worker_db.transaction() as conn:
            await watches.heard(conn, [(shop.workspace, account, clock.now())])
        assert (await look)["receiving"] == "polling"
        assert (await hands.kept())["due_at"] <= clock.now()
        assert (await hands.look())["receiving"] == "webhooks"


async def test_GA4_a_worker_whose_lease_ran_out_changes_nothing(shop: Stack, doors: Doors, clock: Clock) -> None:
    async with desk(shop, doors, clock) as hands:
        late, due = await hands.claim(), await hands.claim()
        await hands.watches.run(late)
        assert (await hands.account())["complete_up_to"] is None
        assert (await hands.kept())["attempts"] == due.attempts
        await hands.watches.run(due)
        assert (await hands.account())["complete_up_to"] is not None


async def test_GA4_nothing_is_complete_beyond_what_is_still_to_be_applied(shop: Stack, doors: Doors, clock: Clock) -> None:
    came_at = clock.now() - timedelta(minutes=3)
    async with desk(shop, doors, clock) as hands:
        async with shop.worker_db.transaction() as conn:
            await conn.execute(
                """INSERT INTO delivery_parts (workspace_id, delivery_id, account_id, received_at, state, events, unknown, due_at)
                VALUES ($1, gen_random_uuid(), $2, $3, 'stored', 1, 0, $3)""",
                shop.workspace, UUID((await hands.account())["id"]), came_at,
            )  # fmt: skip
        found = await hands.look()
        assert datetime.fromisoformat(found["complete_up_to"]) == came_at
        async with shop.worker_db.transaction() as conn:
            await conn.execute(
                "UPDATE delivery_parts SET state = 'applied', due_at = NULL WHERE workspace_id = $1", shop.workspace
            )
            account = UUID((await hands.account())["id"])
            await watches.heard(conn, [(shop.workspace, account, clock.now())])
        assert datetime.fromisoformat((await hands.look())["complete_up_to"]) > came_at
