"""Nothing that we emit holds a token: logs, answers, pages and metrics of an account's whole life. Law 9."""

from collections.abc import AsyncIterator

import pytest

from confab.store.db import Doors
from tests.contract.test_oauth import log_in
from tests.stack import SECRET, TOKEN, Stack, stack, until


@pytest.fixture
async def shop(doors: Doors) -> AsyncIterator[Stack]:
    async with stack(doors) as running:
        yield running


async def test_no_token_and_no_secret_is_in_anything_that_is_emitted(shop: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    await shop.customer_writes("Hello")
    (conversation,) = await until(shop.conversations)
    seen = [await log_in(shop, account=shop.ig_id)]
    await shop.answer(conversation["id"], "Hello back")
    await until(shop.sends)
    (await shop.sim.post("/owner", json={"does": "change_password", "account": shop.ig_id})).raise_for_status()
    await shop.answer(conversation["id"], "And again")

    async def is_dead() -> bool:
        return any(one["health"] == "reconnect" for one in (await shop.api.get("/accounts")).json()["items"])

    await until(is_dead)
    seen.append(await log_in(shop, account=shop.ig_id, denied=True))
    asked = ["/accounts", "/conversations", f"/conversations/{conversation['id']}/messages", "/deliveries", "/me", "/outbox"]
    pages = ["/metrics", "/readyz", "/library", "/verify", "/connect/instagram/callback?state=x&code=secret-code"]
    seen += [(await shop.api.get(path)).text for path in (*asked, *(f"{shop.url}{page}" for page in pages))]
    seen += capfd.readouterr()
    issued = [one["value"] for one in (await shop.sim.get("/tokens")).json()["items"]]
    assert issued
    for secret in (TOKEN, SECRET, "secret-code", *issued):
        assert [text for text in seen if secret in text] == []
