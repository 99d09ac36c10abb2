"""An account's past is read at Instagram when somebody asks. Rules HI1-HI6 of docs/spec/inbox.md, C1-C8 of docs/spec/graph.md."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from confab.clock import Clock
from confab.store.db import Doors
from tests.stack import Stack, stack, until


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


async def past(shop: Stack, *, conversations: int, messages: int, **more: object) -> None:
    answer = await shop.sim.post("/history", json={"conversations": conversations, "messages": messages, **more})
    assert answer.status_code == 200, answer.text


async def account(shop: Stack) -> dict[str, Any]:
    (found,) = (await shop.api.get("/accounts")).json()["items"]
    return found


async def ask(shop: Stack) -> dict[str, Any]:
    answer = await shop.api.post(f"/accounts/{(await account(shop))['id']}/sync", json={"what": "messages"})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def ended(shop: Stack, run: dict[str, Any]) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found = (await shop.api.get(f"/runs/{run['id']}")).json()
        return found if found["state"] not in ("waiting", "running") else None

    return await until(look, 60)


async def test_HI1_every_conversation_is_read_with_what_instagram_shows(shop: Stack) -> None:
    await past(shop, conversations=30, messages=8)
    run = await ended(shop, await ask(shop))
    assert (run["state"], run["conversations_read"], run["messages_new"]) == ("done", 30, 240), run
    assert run["conversations_total"] == 30
    listed = await shop.conversations(limit=100)
    assert len(listed) == 30
    truth = (await shop.sim.get("/messages")).json()["items"]
    here = [message for one in listed for message in await shop.messages(one["id"])]
    assert {message["mid"]: message["text"] for message in here} == {one["mid"]: one["text"] for one in truth}
    assert all(message["is_history"] for message in here)
