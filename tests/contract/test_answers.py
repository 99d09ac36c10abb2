"""An answer reaches Instagram once or not at all, and we know which. Rules O1-O12 of docs/spec/inbox.md, on the simulator."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.store.db import Doors
from tests.stack import Stack, stack, until


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


@pytest.fixture
async def impatient_shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    """One that gives up a call soon: for answers that are meant to be lost."""
    async with stack(doors, clock=clock, send_timeout_s=0.5) as running:
        yield running


async def asked(shop: Stack, text: str = "Do you deliver?") -> str:
    """A customer has written; the conversation."""
    await shop.customer_writes(text)
    (conversation,) = await until(shop.conversations)
    return conversation["id"]


async def state_of(shop: Stack, conversation: str, text: str) -> dict[str, Any]:
    return next(message for message in await shop.messages(conversation) if message["text"] == text)


async def settled(shop: Stack, conversation: str, text: str, *states: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        message = await state_of(shop, conversation, text)
        return message if message["status"] in states else None

    return await until(look)


async def echoed(shop: Stack) -> None:
    """Everything that Meta had to say has been said and ingested."""
    await shop.sim.post("/flush")

    async def ingested() -> bool:
        async with shop.worker_db.transaction() as conn:
            return not await conn.fetchval("SELECT count(*) FROM delivery_queue")

    await until(ingested)


async def test_O1_an_answer_goes_out_once_and_its_echo_is_the_same_message(shop: Stack) -> None:
    conversation = await asked(shop)
    queued = await shop.answer(conversation, "Yes, above £20!", key="k1")
    assert (queued["status"], queued["mid"], queued["client_key"]) == ("queued", None, "k1")
    sent = await settled(shop, conversation, "Yes, above £20!", "sent")
    await echoed(shop)
    assert [message["text"] for message in await shop.messages(conversation)] == ["Do you deliver?", "Yes, above £20!"]
    (call,) = await shop.sends()
    assert call["mid"] == sent["mid"]


async def test_O1_the_same_key_queues_nothing_again_and_another_text_is_refused(shop: Stack) -> None:
    conversation = await asked(shop)
    first = await shop.answer(conversation, "Yes!", key="k1")
    again = await shop.api.post(f"/conversations/{conversation}/messages", json={"client_key": "k1", "text": "Yes!"})
    other = await shop.api.post(f"/conversations/{conversation}/messages", json={"client_key": "k1", "text": "No!"})
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    await settled(shop, conversation, "Yes!", "sent")
    assert len(await shop.sends()) == 1


async def test_O4_a_lost_answer_of_metas_is_settled_by_the_echo(impatient_shop: Stack) -> None:
    shop = impatient_shop
    conversation = await asked(shop)
    await shop.fault(target="send", effect="hang", when="after", seconds=60, count=1)
    await shop.answer(conversation, "On its way")
    sent = await settled(shop, conversation, "On its way", "sent")
    assert sent["mid"] is not None
    await echoed(shop)
    assert len(await shop.messages(conversation)) == 2
    assert len(await shop.sends()) == 1


async def test_O5_with_the_echo_lost_too_the_conversation_is_read_back(shop: Stack, clock: Clock) -> None:
    conversation = await asked(shop)
    await shop.fault(target="send", effect="disconnect", when="after", count=1)
    await shop.fault(target="echo", effect="drop", count=1)
    await shop.answer(conversation, "On its way")
    await settled(shop, conversation, "On its way", "in_doubt", "sent")  # after two seconds it is looked for already
    clock.ahead += timedelta(seconds=3)
    sent = await settled(shop, conversation, "On its way", "sent")
    (call,) = await shop.sends()
    assert sent["mid"] == call["mid"]


async def test_O5_what_instagram_does_not_show_stays_in_doubt_until_a_person_decides(shop: Stack, clock: Clock) -> None:
    await shop.sim.post("/settings", json={"limits": False})  # a minute of ours passes within one of its seconds
    conversation = await asked(shop)
    await shop.fault(target="send", effect="disconnect", when="before", count=1)
    await shop.answer(conversation, "first")
    checking = await settled(shop, conversation, "first", "in_doubt")
    assert checking["error"]["code"] == "checking"
    await shop.answer(conversation, "second")
    for _ in range(7):
        clock.ahead += timedelta(seconds=12)
        await until(lambda: _looked(shop))
    await settled(shop, conversation, "second", "sent")
    first = await until(lambda: _with_error(shop, conversation, "first", "in_doubt"))
    assert first["status"] == "in_doubt"
    assert "does not show" in first["error"]["message"]
    assert [call["text"] for call in await shop.sends()] == ["second"]
    again = await shop.api.post(f"/conversations/{conversation}/messages/{first['id']}/retry")
    assert again.status_code == 200
    await settled(shop, conversation, "first", "sent")
    assert [call["text"] for call in await shop.sends()] == ["second", "first"]


async def test_O5_where_instagram_cannot_be_asked_the_message_says_so(shop: Stack, clock: Clock) -> None:
    conversation = await asked(shop)
    await shop.fault(target="send", effect="disconnect", when="before", count=1)
    await shop.fault(target="conversations", effect="error", code=2)
    await shop.answer(conversation, "first")
    await settled(shop, conversation, "first", "in_doubt")
    for _ in range(7):
        clock.ahead += timedelta(seconds=12)
        await until(lambda: _looked(shop))
    first = await until(lambda: _with_error(shop, conversation, "first", "in_doubt"))
    assert "could not be asked" in first["error"]["message"]
    assert await shop.sends() == []


async def _looked(shop: Stack) -> bool:
    """Nothing outbound is due any more at the clock's present time, and no call is under way."""
    async with shop.worker_db.transaction() as conn:
        now = shop.front.services.clock.now()
        return not await conn.fetchval(
            "SELECT count(*) FROM outbound_messages WHERE workspace_id = $1 AND (due_at <= $2 OR state = 'sending')",
            shop.workspace, now,
        )  # fmt: skip


async def test_O9_a_definite_refusal_is_tried_three_times_more_and_then_final(shop: Stack, clock: Clock) -> None:
    conversation = await asked(shop)
    await shop.fault(target="send", effect="error", code=-1, status=400, message="server busy")
    await shop.answer(conversation, "hello?")
    for _ in range(4):
        clock.ahead += timedelta(seconds=5)
        await until(lambda: _looked(shop))
    failed = await settled(shop, conversation, "hello?", "failed")
    assert failed["error"]["code"] == "meta_unavailable"
    async with shop.worker_db.transaction() as conn:
        assert await conn.fetchval("SELECT refusals FROM outbound_messages WHERE workspace_id = $1", shop.workspace) == 3
    assert await shop.sends() == []


async def test_O9_throttling_waits_as_long_as_meta_says(shop: Stack, clock: Clock) -> None:
    conversation = await asked(shop)
    await shop.fault(target="send", effect="throttle", minutes=5, count=1)
    await shop.answer(conversation, "patience")
    waiting = await until(lambda: _with_error(shop, conversation, "patience", "throttled"))
    assert waiting["status"] == "queued"
    clock.ahead += timedelta(minutes=4)
    await until(lambda: _looked(shop))
    assert (await state_of(shop, conversation, "patience"))["status"] == "queued"
    clock.ahead += timedelta(minutes=2)
    await settled(shop, conversation, "patience", "sent")


async def _with_error(shop: Stack, conversation: str, text: str, code: str) -> dict[str, Any] | None:
    message = await state_of(shop, conversation, text)
    return message if message["error"] and message["error"]["code"] == code else None


async def test_W1_after_24_hours_an_answer_is_refused_with_the_reason(shop: Stack, clock: Clock) -> None:
    conversation = await asked(shop)
    clock.ahead += timedelta(hours=24)
    refused = await shop.api.post(f"/conversations/{conversation}/messages", json={"client_key": "k", "text": "late"})
    assert (refused.status_code, refused.json()["code"]) == (409, "window_closed")
    assert refused.json()["verdict"]["rule"] == "W1"
    assert await shop.sends() == []


async def test_O12_a_dead_token_stops_sending_and_never_receiving(shop: Stack) -> None:
    conversation = await asked(shop)
    await shop.sim.post("/tokens", json={"account": shop.ig_id, "action": "revoke", "subcode": 460})
    await shop.answer(conversation, "are you there?")
    waiting = await until(lambda: _with_error(shop, conversation, "are you there?", "reconnect_needed"))
    assert waiting["status"] == "queued"
    (account,) = (await shop.api.get("/accounts")).json()["items"]
    assert account["health"] == "reconnect"
    await shop.customer_writes("still writing")
    await until(lambda: _shows(shop, conversation, "still writing"))


async def _shows(shop: Stack, conversation: str, text: str) -> bool:
    return any(message["text"] == text for message in await shop.messages(conversation))


async def test_O7_a_failed_answer_can_be_discarded(shop: Stack) -> None:
    conversation = await asked(shop)
    await shop.fault(target="send", effect="error", code=551, subcode=1545041, status=400, count=1)
    await shop.answer(conversation, "gone?")
    failed = await settled(shop, conversation, "gone?", "failed")
    assert "not available" in failed["error"]["message"]
    gone = await shop.api.delete(f"/conversations/{conversation}/messages/{failed['id']}")
    assert gone.status_code == 204
    assert [message["text"] for message in await shop.messages(conversation)] == ["Do you deliver?"]
    (shown,) = await shop.conversations()
    assert shown["last_message_preview"] == "Do you deliver?"
