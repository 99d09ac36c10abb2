"""Dead links, and asking Instagram for fresh ones among the account's other calls. Rules MD4, L2, L5, L7, on graphsim."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from confab.clock import Clock
from confab.store.db import Doors
from tests.contract.test_media import is_pictured, settled
from tests.stack import Stack, stack, until


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


async def met(shop: Stack) -> None:
    """A customer is known, with their picture: whatever is fetched from now on is a message's."""
    await shop.customer_writes("hello")
    await until(lambda: is_pictured(shop))


async def place(shop: Stack, at: datetime | None = None) -> datetime:
    """When the account may be asked for conversations again; moved to `at`."""
    async with shop.worker_db.transaction() as conn:
        if at is not None:
            await conn.execute("UPDATE call_budgets SET next_at = $2 WHERE workspace_id = $1", shop.workspace, at)
        return await conn.fetchval("SELECT next_at FROM call_budgets WHERE workspace_id = $1", shop.workspace)


async def waits_long(shop: Stack, clock: Clock) -> bool:
    """A file is put off for longer than any lease: whoever tried it has written down when it is tried again."""
    async with shop.worker_db.transaction() as conn:
        due_at = await conn.fetchval("SELECT max(due_at) FROM media_fetches WHERE workspace_id = $1", shop.workspace)
    return due_at is not None and due_at > clock.now() + timedelta(minutes=4)


async def test_MD4_L2_asking_for_a_fresh_link_takes_a_place_among_the_accounts_calls(shop: Stack, clock: Clock) -> None:
    await met(shop)
    long_ago = await place(shop, clock.now() - timedelta(hours=1))
    await shop.fault(target="cdn", effect="status", status=403, count=1)
    await shop.customer_writes("look", attachments=["image"])
    assert (await settled(shop))["state"] == "stored"
    assert await place(shop) > long_ago


async def test_MD4_L7_while_the_account_is_asked_to_wait_a_fresh_link_waits_too(shop: Stack, clock: Clock) -> None:
    await met(shop)
    await place(shop, clock.now() + timedelta(minutes=5))
    await shop.fault(target="cdn", effect="status", status=403, count=1)
    await shop.fault(target="message", effect="hang", seconds=0)  # breaks nothing, and counts
    await shop.customer_writes("look", attachments=["image"])

    async def faults() -> dict[str, int]:
        return {one["target"]: one["used"] for one in (await shop.sim.get("/fault")).json()["items"]}

    await until(lambda: waits_long(shop, clock))
    assert await faults() == {"message": 0}
    clock.ahead += timedelta(minutes=5)
    assert (await settled(shop))["state"] == "stored"


async def test_MD4_L5_waiting_for_a_fresh_link_takes_away_none_of_the_attempts_at_fetching_it(shop: Stack, clock: Clock) -> None:
    await met(shop)
    await shop.fault(target="cdn", effect="status", status=403, count=4)
    await shop.fault(target="message", effect="throttle", minutes=5, count=3)
    await shop.customer_writes("look", attachments=["image"])

    for _ in range(3):
        await until(lambda: waits_long(shop, clock))
        clock.ahead += timedelta(minutes=5)
    assert (await settled(shop))["state"] == "stored"


async def test_MD4_L2_after_a_limit_of_single_seconds_a_fresh_link_waits_a_moment_and_no_quarter_of_an_hour(shop: Stack) -> None:
    await met(shop)
    await shop.fault(target="cdn", effect="status", status=403, count=2)
    await shop.fault(target="message", effect="error", code=613, count=1)
    await shop.customer_writes("look", attachments=["image"])
    assert (await settled(shop))["state"] == "stored"
