"""Tokens that stay alive as years go by, and those that cannot: on graphsim, whose clock ours follows. Rules TK1-TK6."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from confab.store.db import Doors
from tests.stack import Stack, stack, until

DAY_S = 86_400


@pytest.fixture
async def shop(doors: Doors) -> AsyncIterator[Stack]:
    async with stack(doors, is_following=True) as running:
        yield running


async def account(shop: Stack) -> dict[str, Any]:
    (found,) = (await shop.api.get("/accounts")).json()["items"]
    return found


async def renewals(shop: Stack) -> int:
    """How often Meta was asked to renew the account's token."""
    calls = (await shop.sim.get("/stats")).json()["calls_by_account"].get(shop.ig_id, {})
    return calls.get("GET /refresh_access_token", {"calls": 0})["calls"]


async def days_pass(shop: Stack, count: float) -> None:
    (await shop.sim.post("/clock", json={"advance_s": count * DAY_S})).raise_for_status()


async def test_TK1_TK2_a_token_is_renewed_when_a_week_is_left_and_what_came_back_is_good_for_sending(shop: Stack) -> None:
    await days_pass(shop, 1.1)  # nobody knew its end

    async def ends() -> str | None:
        return (await account(shop))["token_expires_at"]

    first = await until(ends)
    for count in (2, 3):
        before = await ends()
        await days_pass(shop, 53.1)

        async def later(before: str | None = before) -> bool:
            return await ends() != before

        await until(later)
        assert await renewals(shop) == count
    assert first < (await ends() or "")
    await shop.customer_writes("Still there?")
    (conversation,) = await until(shop.conversations)
    await shop.answer(conversation["id"], "Always")
    await until(shop.sends)


async def test_TK5_a_token_that_died_of_a_new_password_is_said_so_and_messages_go_on_coming_in(shop: Stack) -> None:
    (await shop.sim.post("/owner", json={"does": "change_password", "account": shop.ig_id})).raise_for_status()
    await days_pass(shop, 1.1)

    async def is_over() -> bool:
        return (await account(shop))["health"] == "reconnect"

    await until(is_over)
    assert "password" in (await account(shop))["health_reason"]
    await shop.customer_writes("Hello?")
    assert await until(shop.conversations)
    await days_pass(shop, 30)
    assert await renewals(shop) <= 1
