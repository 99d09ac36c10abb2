"""A message of which only a hint arrives is read at Instagram. Rules N50, C5, C9-C11 of docs/spec/graph.md, on the simulator."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.store.db import Doors
from tests.stack import SECRET, Stack, stack, until
from tests.world import Customer, body


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


async def posts(shop: Stack, *items: dict[str, object]) -> None:
    """Meta's webhook, signed."""
    raw = body(shop.ig_id, *items)
    headers = {"x-hub-signature-256": "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()}
    answer = await shop.api.post(f"{shop.url}/api/webhooks/instagram", content=raw, headers=headers)
    assert answer.status_code == 200


async def only_message(shop: Stack) -> dict[str, Any]:
    (conversation,) = await until(shop.conversations)
    (message,) = await until(lambda: shop.messages(conversation["id"]))
    return message


async def test_N50_a_hint_without_its_message_is_read_with_all_that_it_says(shop: Stack, clock: Clock) -> None:
    story = {"id": "18000000000000001"}
    await shop.customer_writes("Is this one fresh?", attachments=["image"], story=story, stub="only")
    await shop.sim.post("/flush")
    clock.ahead += timedelta(seconds=6)
    message = await only_message(shop)
    assert (message["text"], message["is_unsupported"]) == ("Is this one fresh?", False)
    assert [attachment["kind"] for attachment in message["attachments"]] == ["image"]
    assert message["reply_to"]["story"].items() >= story.items()


async def test_N50_the_event_that_comes_after_all_completes_what_was_read(shop: Stack, clock: Clock) -> None:
    wrote = await shop.customer_writes("Look!", stub="only")
    await shop.sim.post("/flush")
    clock.ahead += timedelta(seconds=6)
    read = await only_message(shop)
    marked = await shop.api.post(f"/conversations/{read['conversation_id']}/read", json={"message_id": read["id"]})
    assert marked.status_code == 200, marked.text
    at = clock.now() - timedelta(milliseconds=123)
    picture = {"type": "image", "payload": {"url": "https://lookaside.example/1.jpg"}}
    late = Customer(shop.ig_id).writes(wrote["mid"], "Look!", at, attachments=[picture], reply_to={"mid": "an earlier one"})
    for _ in range(2):
        await posts(shop, late)

    async def completed() -> dict[str, Any] | None:
        message = await only_message(shop)
        return message if message["attachments"] else None

    message = await until(completed)
    assert message["id"] == read["id"]
    assert message["sent_at"][:19] == at.isoformat()[:19]
    assert message["reply_to"]["mid"] == "an earlier one"
    (conversation,) = await shop.conversations()
    assert (message["is_unread"], conversation["unread_count"]) == (False, 0)


async def test_N50_a_hint_of_what_instagram_does_not_show_stays_with_the_reason(shop: Stack, clock: Clock) -> None:
    at = clock.now()
    await posts(shop, {"timestamp": int(at.timestamp() * 1000), "message_edit": {"mid": "aWdNothing", "num_edit": 0}})

    async def waiting() -> int:
        async with shop.worker_db.transaction() as conn:
            return await conn.fetchval("SELECT count(*) FROM message_hints WHERE workspace_id = $1", shop.workspace)

    await until(waiting)
    clock.ahead += timedelta(seconds=6)

    async def given_up() -> str | None:
        async with shop.worker_db.transaction() as conn:
            return await conn.fetchval(
                "SELECT error FROM message_hints WHERE workspace_id = $1 AND due_at = 'infinity'", shop.workspace
            )

    assert "Instagram" in await until(given_up)
