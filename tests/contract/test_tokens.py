"""Tokens that stay alive as years go by, and those that cannot: on graphsim, whose clock ours follows. Rules TK1-TK6."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
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


async def _days_pass_for_all(shop: Stack, count: float) -> None:
    """The same, until our own clock has followed: what was said at a time that is far ahead counts as said now."""
    target = shop.front.services.clock.now() + timedelta(days=count)
    await days_pass(shop, count)
    await until(lambda: _is_later(shop, target))


async def _is_later(shop: Stack, target: datetime) -> bool:
    return shop.front.services.clock.now() >= target


async def _has(shop: Stack, conversation: str, text: str) -> bool:
    return any(one["text"] == text for one in await shop.messages(conversation))


async def test_AC19_a_token_found_on_use_to_end_within_a_week_is_used_and_renewed_once(shop: Stack) -> None:
    await shop.customer_writes("Hello?")
    (conversation,) = await until(shop.conversations)
    await _days_pass_for_all(shop, 1.1)

    async def is_known() -> bool:
        return (await account(shop))["token_expires_at"] is not None

    await until(is_known)
    before = await renewals(shop)
    async with shop.worker_db.transaction() as conn:  # it ends in six days, and its turn was missed
        await conn.execute(
            "UPDATE integrations SET expires_at = expires_at - interval '54 days', due_at = due_at + interval '3 days'"
        )
    await shop.customer_writes("Still there?")
    await until(lambda: _has(shop, conversation["id"], "Still there?"))
    for text in ("One", "Two", "Three"):
        await shop.answer(conversation["id"], text)

    async def young() -> bool:  # it was given out just now: Meta would renew none of a day
        return len(await shop.sends()) == 3

    await until(young)
    assert await renewals(shop) == before
    await _days_pass_for_all(shop, 0.99)
    await shop.customer_writes("And now?")
    await until(lambda: _has(shop, conversation["id"], "And now?"))
    await _days_pass_for_all(shop, 0.02)
    await shop.answer(conversation["id"], "Four")

    async def is_renewed() -> bool:
        return await renewals(shop) > before

    await until(is_renewed)
    await shop.answer(conversation["id"], "Five")

    async def all_went() -> bool:
        return len(await shop.sends()) == 5

    await until(all_went)
    assert await renewals(shop) == before + 1


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
