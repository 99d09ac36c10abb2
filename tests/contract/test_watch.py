"""What no webhook brought is found, once, and everybody sees up to when an account is complete. Rules GA1-GA4."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.store.db import Doors
from tests.contract.test_windows import pass_time
from tests.stack import Stack, stack, until


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock, is_following=True) as running:
        yield running


async def account(shop: Stack) -> dict[str, Any]:
    (found,) = (await shop.api.get("/accounts")).json()["items"]
    return found


async def _compared_since(shop: Stack, moment: datetime) -> dict[str, Any] | None:
    found = await account(shop)
    return found if datetime.fromisoformat(found["complete_up_to"]) >= moment else None


async def later(shop: Stack, clock: Clock, passed: timedelta) -> dict[str, Any]:
    """Time passes, and the account is compared."""
    moved = clock.now() + passed / 2
    await pass_time(shop, clock, passed)
    return await until(lambda: _compared_since(shop, moved))


async def says(shop: Stack, words: str) -> dict[str, Any] | None:
    found = await account(shop)
    return found if words in (found["incomplete_reason"] or "") else None


async def texts(shop: Stack) -> list[str]:
    return [message["text"] for one in await shop.conversations() for message in await shop.messages(one["id"])]


async def unread(shop: Stack) -> int:
    return sum(one["unread_count"] for one in await shop.conversations())


async def test_GA2_what_was_missed_comes_and_is_unread_once(shop: Stack, clock: Clock) -> None:
    await shop.customer_writes("heard")
    await until(shop.conversations)
    await shop.fault(target="webhook", effect="drop", count=2)
    await shop.customer_writes("missed")
    await shop.customer_writes("missed too")
    await later(shop, clock, timedelta(minutes=61))
    assert (await texts(shop), await unread(shop)) == (["heard", "missed", "missed too"], 3)
    await later(shop, clock, timedelta(minutes=61))
    assert (await texts(shop), await unread(shop)) == (["heard", "missed", "missed too"], 3)
    (conversation,) = await shop.conversations()
    messages = await shop.messages(conversation["id"])
    assert [message["is_history"] for message in messages] == [False, True, True]


async def test_GA2_what_was_said_before_the_account_was_ours_is_left_alone(shop: Stack, clock: Clock) -> None:
    await shop.sim.post("/history", json={"conversations": 3, "messages": 4})
    await shop.customer_writes("missed", deliver=False)
    await later(shop, clock, timedelta(minutes=61))
    assert await texts(shop) == ["missed"]


async def test_GA2_the_account_says_so_where_instagram_shows_less_than_was_missed(shop: Stack, clock: Clock) -> None:
    await shop.customer_writes("heard")
    await until(shop.conversations)
    for number in range(25):
        await shop.customer_writes(f"missed {number}", deliver=False)
    await pass_time(shop, clock, timedelta(minutes=61))
    await until(lambda: says(shop, "newest 20"))
    assert len(await texts(shop)) == 21


async def test_GA2_it_says_so_also_when_a_message_came_after_the_gap(shop: Stack, clock: Clock) -> None:
    await shop.customer_writes("heard")
    await until(shop.conversations)
    for number in range(25):
        await shop.customer_writes(f"missed {number}", deliver=False)
    await shop.customer_writes("heard again")
    await until(lambda: _has(shop, "heard again"))
    await pass_time(shop, clock, timedelta(minutes=61))
    await until(lambda: says(shop, "newest 20"))


async def test_GA2_pages_become_smaller_when_they_are_too_much_for_one_call(shop: Stack, clock: Clock) -> None:
    for customer in ("1087654321098761", "1087654321098762", "1087654321098763"):
        for text in ("one", "two"):
            await shop.customer_writes(f"{text} of {customer[-1]}", customer, deliver=False)
    await shop.sim.post("/settings", json={"most_messages": 2})
    await later(shop, clock, timedelta(minutes=61))
    assert sorted(await texts(shop)) == [f"{text} of {number}" for text in ("one", "two") for number in (1, 2, 3)]


async def test_GA2_C16_a_conversation_whose_time_cannot_be_read_counts_as_moved(shop: Stack, clock: Clock) -> None:
    missed = await shop.customer_writes("missed", deliver=False)
    await shop.sim.post("/odd", json={"customer": missed["customer"], "fields": {"updated_time": "just now"}})
    await later(shop, clock, timedelta(minutes=61))
    assert await texts(shop) == ["missed"]


async def test_GA3_what_the_account_sends_is_no_sign_of_life(shop: Stack, clock: Clock) -> None:
    await shop.customer_writes("heard")
    await until(shop.conversations)
    await pass_time(shop, clock, timedelta(seconds=10))
    await shop.customer_writes("missed", deliver=False)
    await pass_time(shop, clock, timedelta(minutes=5))
    await shop.sim.post("/echo", json={"customer": "1087654321098765", "text": "from the phone"})
    await until(lambda: _has(shop, "from the phone"))
    found = await later(shop, clock, timedelta(minutes=61))
    assert found["receiving"] == "polling"


async def test_GA3_instagram_is_polled_until_webhooks_come_again(shop: Stack, clock: Clock) -> None:
    await shop.customer_writes("heard")
    await until(shop.conversations)
    await shop.fault(target="webhook", effect="drop", id="silence")
    await pass_time(shop, clock, timedelta(minutes=2))
    await shop.customer_writes("first missed")
    found = await later(shop, clock, timedelta(minutes=61))
    assert (found["receiving"], found["polling_since"] is not None) == ("polling", True)
    await shop.customer_writes("second missed")
    await pass_time(shop, clock, timedelta(minutes=5))
    await until(lambda: _has(shop, "second missed"))
    await shop.sim.delete("/fault")
    await shop.customer_writes("heard again")

    async def hears() -> bool:
        return (await account(shop))["receiving"] == "webhooks"

    await until(hears)
    assert (await account(shop))["polling_since"] is None
    assert await unread(shop) == 4


async def _has(shop: Stack, text: str) -> bool:
    return text in await texts(shop)


async def test_GA3_an_account_that_is_not_subscribed_is_polled_and_says_why(shop: Stack, clock: Clock) -> None:
    await shop.sim.post("/accounts", json={"id": shop.ig_id, "subscribed_fields": []})
    found = await later(shop, clock, timedelta(minutes=61))
    assert found["receiving"] == "polling"
    assert "subscription" in found["incomplete_reason"]


async def test_GA4_an_account_that_cannot_be_asked_says_why_and_stays_where_it_was(shop: Stack, clock: Clock) -> None:
    before = (await account(shop))["complete_up_to"]
    await shop.fault(target="conversations", effect="error", code=10, status=403)
    await pass_time(shop, clock, timedelta(minutes=61))

    async def says_why() -> dict[str, Any] | None:
        found = await account(shop)
        return found if found["incomplete_reason"] else None

    found = await until(says_why, 30)
    assert "permission" in found["incomplete_reason"]
    assert found["complete_up_to"] == before
    await shop.sim.delete("/fault")
    found = await later(shop, clock, timedelta(minutes=6))
    assert found["incomplete_reason"] is None


@pytest.mark.parametrize(
    ("missing", "odd", "words"),
    [
        (25, None, "newest 20"),
        (1, {"id": None}, "could not be understood"),
        (1, {"created_time": "just now"}, "could not be understood"),
    ],
)
async def test_GA4_what_is_missing_stays_known_until_an_import_brought_what_there_is(
    shop: Stack, clock: Clock, missing: int, odd: dict[str, Any] | None, words: str
) -> None:
    await shop.customer_writes("heard")
    await until(shop.conversations)
    before = (await account(shop))["complete_up_to"]
    for number in range(missing):
        missed = await shop.customer_writes(f"missed {number}", deliver=False)
        if odd is not None:
            await shop.sim.post("/odd", json={"mid": missed["mid"], "fields": odd})
    await pass_time(shop, clock, timedelta(minutes=61))
    await until(lambda: says(shop, words))
    looked_at = await looked(shop)
    await pass_time(shop, clock, timedelta(minutes=61))
    await until(lambda: _looked_since(shop, looked_at))
    found = await account(shop)
    assert words in found["incomplete_reason"]
    assert found["complete_up_to"] == before
    answer = await shop.api.post(f"/accounts/{found['id']}/sync", json={"what": "messages"})
    assert answer.status_code == 202, answer.text
    now = clock.now() - timedelta(seconds=2)

    async def is_well() -> bool:
        found = await account(shop)
        return found["incomplete_reason"] is None and datetime.fromisoformat(found["complete_up_to"]) >= now

    await until(is_well, 30)


async def test_GA4_what_a_later_reading_brings_is_missing_no_more(shop: Stack, clock: Clock) -> None:
    missed = await shop.customer_writes("missed", deliver=False)
    await shop.customer_writes("missed too", deliver=False)
    await shop.sim.post("/odd", json={"mid": missed["mid"], "fields": {"id": None}})
    await pass_time(shop, clock, timedelta(minutes=61))
    await until(lambda: says(shop, "could not be understood"))
    await shop.sim.post("/odd", json={"mid": missed["mid"], "fields": {}})

    async def is_whole() -> bool:
        return (await account(shop))["incomplete_reason"] is None

    for _ in range(3):  # a comparison that was under way says what it had seen
        await pass_time(shop, clock, timedelta(minutes=61))
        with suppress(TimeoutError):
            await until(is_whole, 10)
            break
    assert (await is_whole(), await texts(shop)) == (True, ["missed", "missed too"])


async def looked(shop: Stack) -> datetime:
    async with shop.worker_db.transaction() as conn:
        return await conn.fetchval("SELECT looked_at FROM account_watches WHERE workspace_id = $1", shop.workspace)


async def _looked_since(shop: Stack, moment: datetime) -> bool:
    return await looked(shop) > moment


async def test_GA4_a_subscription_that_cannot_be_read_stands_in_the_way_of_nothing(shop: Stack, clock: Clock) -> None:
    await shop.fault(target="subscriptions", effect="error", code=10, status=403)
    found = await later(shop, clock, timedelta(minutes=61))
    assert (found["receiving"], found["incomplete_reason"]) == ("webhooks", None)


async def test_GA4_a_webhook_moves_the_mark_without_asking(shop: Stack, clock: Clock) -> None:
    before = (await account(shop))["complete_up_to"]
    await pass_time(shop, clock, timedelta(minutes=11))
    await shop.customer_writes("heard")
    await until(shop.conversations)
    await pass_time(shop, clock, timedelta(minutes=11))

    async def moved() -> bool:
        return (await account(shop))["complete_up_to"] > before

    await until(moved, 30)
