"""Accounts are connected by Meta's logins: the browser's way, what is stored, and what is read back. Rules AC1-AC8."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from confab.accounts.oauth import PERMISSIONS
from confab.store.db import Doors
from tests.stack import Stack, stack, until


@pytest.fixture
async def shop(doors: Doors) -> AsyncIterator[Stack]:
    async with stack(doors) as running:
        yield running


def browser(shop: Stack) -> httpx2.AsyncClient:
    """The owner's browser, signed in."""
    return httpx2.AsyncClient(headers=dict(shop.api.headers), timeout=30, follow_redirects=False)


async def accounts(shop: Stack) -> dict[str, Any]:
    return {one["ig_id"]: one for one in (await shop.api.get("/accounts")).json()["items"]}


async def log_in(shop: Stack, flavour: str = "instagram", **decided: Any) -> str:
    """Through the consent page and back; the page that says what came of it."""
    (await shop.sim.post("/login", json=decided)).raise_for_status()
    async with browser(shop) as person:
        away = await person.get(f"{shop.url}/connect/instagram", params={"flavour": flavour})
        assert away.status_code == 303, away.text
        back = await person.get(away.headers["location"], headers={"authorization": ""})
        return await settled(shop, person, back.headers["location"])


async def settled(shop: Stack, person: httpx2.AsyncClient, callback: str) -> str:
    back = urlsplit(callback)  # names the address of the settings, not the port of this test
    came = await person.get(f"{shop.url}{back.path}?{back.query}")
    if came.status_code != 303:
        return came.text
    page = f"{shop.url}{came.headers['location']}"

    async def over() -> str | None:
        text = (await person.get(page)).text
        return None if "Connecting" in text else text

    return await until(over)


async def test_AC3_AC4_an_account_is_connected_by_instagrams_login_with_both_ids_apart_and_its_webhooks_subscribed(
    shop: Stack,
) -> None:
    other = str(int(shop.ig_id) + 1)
    (await shop.sim.post("/accounts", json={"id": other, "username": "second.shop", "token": "IGAA-other"})).raise_for_status()
    (await shop.sim.post("/accounts", json={"id": other, "subscribed_fields": []})).raise_for_status()
    assert "@second.shop is connected" in await log_in(shop, account=other)
    found = (await accounts(shop))[other]
    assert (found["health"], found["platform"], found["missing"]) == ("ok", "instagram", [])
    assert set(found["scopes"]) >= {one.instagram for one in PERMISSIONS}
    assert found["token_expires_at"] is not None
    async with shop.worker_db.transaction() as conn:
        scoped = await conn.fetchval("SELECT scoped_id FROM integrations WHERE account_id = $1", found["id"])
    assert scoped and scoped != other
    (await shop.sim.post("/write", json={"account": other, "customer": "1087654321098777", "text": "Hello?"})).raise_for_status()

    async def arrived() -> bool:
        return any(one["account"]["ig_id"] == other for one in await shop.conversations())

    assert await until(arrived)


async def test_AC5_what_was_not_granted_is_named_with_what_will_not_work(shop: Stack) -> None:
    page = await log_in(shop, account=shop.ig_id, untick=["instagram_business_manage_insights"])
    assert "The account&#x27;s numbers cannot be read." in page
    (missing,) = (await accounts(shop))[shop.ig_id]["missing"]
    assert "numbers" in missing


async def test_AC1_AC2_a_state_counts_once_and_a_refusal_is_a_page_that_says_so(shop: Stack) -> None:
    assert "Nobody let us in" in await log_in(shop, account=shop.ig_id, denied=True)
    async with browser(shop) as person:
        away = await person.get(f"{shop.url}/connect/instagram")
        query = parse_qs(urlsplit(away.headers["location"]).query)
        callback = f"{shop.url}/connect/instagram/callback"
        assert "code_challenge" not in query
        wrong = await person.get(callback, params={"state": "made-up", "code": "x"})
        assert wrong.status_code == 410
        first = await person.get(callback, params={"state": query["state"][0], "error": "access_denied"})
        again = await person.get(callback, params={"state": query["state"][0], "code": "x"})
        assert (first.status_code, again.status_code) == (303, 410)
