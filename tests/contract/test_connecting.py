"""Customers who connect, all the way to Instagram and back, seen as other programs see it: through the views. Rules CN1-CN8."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx2
import pytest

from confab.clock import Clock
from confab.members.connect import connect
from confab.store import verifications
from confab.store.db import Doors, connect as open_connection
from tests.stack import Stack, stack, until

SERVICE = "service-token-of-the-tests"
ORIGIN = "https://inbox.example.org"
LINK = re.compile(r"https://inbox\.example\.org/verify\?token=([0-9a-f]{64})&ig_id=(\S+)")


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    """An account whose customers can connect."""
    async with stack(doors, clock=clock, public_url=ORIGIN, service_token=SERVICE, brand_name="Harbour") as running:
        (account,) = (await running.api.get("/accounts")).json()["items"]
        answer = await running.api.patch(f"/accounts/{account['id']}", json={"connects_customers": True})
        assert answer.json()["connects_customers"] is True
        yield running


async def internal(shop: Stack, what: str, **body: Any) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=shop.url, timeout=30) as client:
        return await client.post(f"/api/internal/{what}", json=body, headers={"x-service-token": SERVICE})


async def view(shop: Stack, name: str, **where: Any) -> list[dict[str, Any]]:
    """The rows of this shop in a view."""
    async with shop.worker_db.transaction() as conn:
        rows = await conn.fetch(f"SELECT * FROM views.{name} WHERE workspace_id = $1 ORDER BY 1", shop.workspace)
    return [dict(row) for row in rows if all(row[key] == value for key, value in where.items())]


async def dms(shop: Stack, kind: str, count: int = 1, status: str = "sent") -> list[dict[str, Any]]:
    async def look() -> list[dict[str, Any]]:
        found = await view(shop, "outbound_messages", kind=kind, status=status)
        return found if len(found) == count else []

    return await until(look)


async def at_rest(shop: Stack) -> None:
    """Everything that came was read and answered."""

    async def quiet() -> bool:
        async with shop.worker_db.transaction() as conn:
            return not await conn.fetchval(
                "SELECT (SELECT count(*) FROM delivery_queue) + (SELECT count(*) FROM welcomes)"
                " + (SELECT count(*) FROM outbound_messages WHERE state IN ('queued', 'sending'))"
            )

    await shop.sim.post("/flush")
    await until(quiet)


async def link_sent(shop: Stack) -> tuple[str, str]:
    """The token and the profile of the one link that Instagram was given."""
    texts = [str(send) for send in await shop.sends()]
    (found,) = [match for text in texts if (match := LINK.search(text))]
    return found[1], re.sub(r"[^0-9A-Za-z].*", "", found[2])


async def test_CN2_an_unconnected_customer_gets_one_link_and_leaves_exactly_these_rows(shop: Stack) -> None:
    wrote = await shop.customer_writes("Look at this reel", "9001")
    (dm,) = await dms(shop, "verification")
    plain, ig_id = await link_sent(shop)
    (profile,) = await view(shop, "instagram_profiles")
    assert (profile["ig_id"], profile["connected_user_id"], profile["connected_at"]) == ("9001", None, None)
    assert ig_id == "9001"
    (token,) = await view(shop, "verification_tokens")
    assert token["token_hash"] == sha256(plain.encode()).hexdigest()
    assert (token["ig_id"], token["consumed"], token["created_by_event_id"]) == ("9001", False, wrote["mid"])
    assert token["expires_at"] - token["created_at"] == timedelta(hours=1)
    (message,) = await view(shop, "messages")
    assert (message["id"], message["sender_ig_id"], message["recipient_ig_id"]) == (wrote["mid"], "9001", shop.ig_id)
    assert (message["message_text"], message["processed"]) == ("Look at this reel", False)
    assert (dm["recipient_ig_id"], dm["attempts"], dm["error"]) == ("9001", 1, None)
    assert len(await view(shop, "outbound_messages")) == 1
