"""The environment's development account: used while there is no other, and said to be what it is. Rule AC20."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from confab.store.db import Doors
from tests.contract.test_oauth import log_in
from tests.databases import execute
from tests.stack import TOKEN, Stack, stack, until


@asynccontextmanager
async def alone(doors: Doors, token: str) -> AsyncIterator[Stack]:
    """An installation of one workspace."""
    await execute(doors.owner, "TRUNCATE workspaces CASCADE", "DELETE FROM schedules")
    async with stack(doors, connects=False, dev_token=token, is_following=True) as running:
        yield running


@pytest.fixture
async def shop(doors: Doors) -> AsyncIterator[Stack]:
    async with alone(doors, TOKEN) as running:
        yield running


async def accounts(shop: Stack) -> dict[str, Any]:
    return {one["ig_id"]: one for one in (await shop.api.get("/accounts")).json()["items"]}


async def look_again(shop: Stack) -> None:
    """Time for two more looks passes."""
    for _ in range(2):
        async with shop.worker_db.transaction() as conn:
            before = await conn.fetchval("SELECT due_at FROM schedules WHERE name = 'development'")
        (await shop.sim.post("/clock", json={"advance_s": 61})).raise_for_status()

        async def has_looked(before: Any = before) -> bool:
            async with shop.worker_db.transaction() as conn:
                return await conn.fetchval(
                    "SELECT due_at > $1 AND attempts = 0 FROM schedules WHERE name = 'development'", before
                )

        await until(has_looked)


async def test_AC20_it_is_connected_by_itself_says_so_and_gives_way_to_another(shop: Stack) -> None:
    async def is_there() -> bool:
        return (await accounts(shop)).get(shop.ig_id, {}).get("is_development", False)

    await until(is_there)
    await shop.customer_writes("Hello?")
    (conversation,) = await until(shop.conversations)
    await shop.answer(conversation["id"], "It works like any other.")
    await until(shop.sends)
    other = str(int(shop.ig_id) + 1)
    (await shop.sim.post("/accounts", json={"id": other, "username": "second.shop"})).raise_for_status()
    assert "@second.shop is connected" in await log_in(shop, account=other)
    await look_again(shop)
    found = await accounts(shop)
    assert (found[other]["is_development"], found[other]["disconnected_at"]) == (False, None)
    assert found[shop.ig_id]["disconnected_by"] == "the environment"
    assert "until @second.shop was connected" in found[shop.ig_id]["health_reason"]
    (await shop.api.post(f"/accounts/{found[other]['id']}/disconnect")).raise_for_status()
    await look_again(shop)
    assert (await accounts(shop))[shop.ig_id]["disconnected_at"] is None  # nothing else is connected again


async def test_AC20_what_a_person_disconnected_stays_so(shop: Stack) -> None:
    async def is_there() -> dict[str, Any] | None:
        return (await accounts(shop)).get(shop.ig_id)

    found = await until(is_there)
    (await shop.api.post(f"/accounts/{found['id']}/disconnect")).raise_for_status()
    await look_again(shop)
    assert (await accounts(shop))[shop.ig_id]["disconnected_by"] == "Dana"


async def test_AC20_connected_by_a_login_it_is_an_account_like_any_other(shop: Stack) -> None:
    assert "is connected" in await log_in(shop, account=shop.ig_id)
    assert not (await accounts(shop))[shop.ig_id]["is_development"]


async def test_AC20_a_token_of_another_account_connects_nothing(doors: Doors) -> None:
    async with alone(doors, "IGAA-nobodys") as shop:
        await look_again(shop)
        assert await accounts(shop) == {}
