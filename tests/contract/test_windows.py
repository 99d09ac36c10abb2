"""What may be sent when, asked of both sides: our policy and the simulator's Instagram, on one clock. Rules W1, W2, O10, O11."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.store.db import Doors
from tests.stack import Stack, stack, until


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock, is_following=True) as running:
        yield running


async def asked(shop: Stack) -> str:
    """A customer has just written; the conversation."""
    await shop.customer_writes("Do you deliver?")
    (conversation,) = await until(shop.conversations)
    return conversation["id"]


async def grants(shop: Stack, *, meta: bool, ours: bool) -> None:
    """Whether Meta has granted the Human Agent feature, and whether the account's setting says so."""
    (account,) = (await shop.api.get("/accounts")).json()["items"]
    await shop.sim.post("/accounts", json={"id": shop.ig_id, "human_agent": meta})
    patched = await shop.api.patch(f"/accounts/{account['id']}", json={"human_agent": ours})
    assert patched.json()["human_agent"] is ours


async def pass_time(shop: Stack, clock: Clock, passed: timedelta) -> None:
    """At Instagram, and then here."""
    target = clock.now() + passed
    moved = await shop.sim.post("/clock", json={"advance_s": passed.total_seconds()})
    assert moved.status_code == 200, moved.text
    await until(lambda: is_past(clock, target))


async def is_past(clock: Clock, moment: Any) -> bool:
    return clock.now() >= moment


async def tried(shop: Stack, conversation: str, text: str) -> tuple[int, Any]:
    answer = await shop.api.post(f"/conversations/{conversation}/messages", json={"client_key": text, "text": text})
    return answer.status_code, answer.json()


async def with_status(shop: Stack, conversation: str, text: str, status: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found = [one for one in await shop.messages(conversation) if (one["text"], one["status"]) == (text, status)]
        return found[0] if found else None

    return await until(look, 30)


async def test_O11_the_tag_goes_out_between_24_hours_and_7_days_where_meta_granted_it(shop: Stack, clock: Clock) -> None:
    conversation = await asked(shop)
    await grants(shop, meta=True, ours=True)
    await shop.answer(conversation, "at once")
    await with_status(shop, conversation, "at once", "sent")
    await pass_time(shop, clock, timedelta(hours=24))
    await shop.answer(conversation, "on the next day")
    await with_status(shop, conversation, "on the next day", "sent")
    assert [(call["text"], call["tag"]) for call in await shop.sends()] == [
        ("at once", None),
        ("on the next day", "HUMAN_AGENT"),
    ]
    await pass_time(shop, clock, timedelta(days=6))
    status, refused = await tried(shop, conversation, "after a week")
    assert (status, refused["code"], refused["verdict"]["rule"]) == (409, "window_closed", "W2")


async def test_O11_no_tag_goes_out_where_the_setting_does_not_say_that_meta_granted_it(shop: Stack, clock: Clock) -> None:
    conversation = await asked(shop)
    await grants(shop, meta=True, ours=False)
    await shop.answer(conversation, "at once")
    await with_status(shop, conversation, "at once", "sent")
    await pass_time(shop, clock, timedelta(hours=24))
    status, refused = await tried(shop, conversation, "on the next day")
    assert (status, refused["code"], refused["verdict"]["rule"]) == (409, "window_closed", "W1")
    assert [(call["text"], call["tag"]) for call in await shop.sends()] == [("at once", None)]


async def test_W7_a_tag_that_meta_did_not_grant_is_a_failure_that_says_so(shop: Stack, clock: Clock) -> None:
    conversation = await asked(shop)
    await grants(shop, meta=False, ours=True)
    await pass_time(shop, clock, timedelta(hours=24))
    await shop.answer(conversation, "on the next day")
    failed = await with_status(shop, conversation, "on the next day", "failed")
    assert failed["error"]["code"] == "rejected_by_meta"
    assert "permission" in failed["error"]["message"]
    assert await shop.sends() == []


async def test_O10_a_window_that_closes_before_the_call_stops_an_answer_that_was_allowed(shop: Stack, clock: Clock) -> None:
    """Queued in time; while Instagram asks to slow down, the day ends."""
    conversation = await asked(shop)
    await shop.fault(target="send", effect="throttle", minutes=30, count=1)
    await shop.answer(conversation, "a moment, please")
    await until(lambda: _waits(shop, conversation))
    await pass_time(shop, clock, timedelta(hours=24))
    failed = await with_status(shop, conversation, "a moment, please", "failed")
    assert failed["error"]["code"] == "window_closed"
    assert await shop.sends() == []


async def _waits(shop: Stack, conversation: str) -> bool:
    return any(one["error"] and one["error"]["code"] == "throttled" for one in await shop.messages(conversation))
