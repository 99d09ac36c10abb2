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
from confab.store.db import Doors
from tests.stack import Stack, stack, until

SERVICE = "service-token-of-the-tests"
ORIGIN = "https://inbox.example.org"
ACCEPTED = {"success": True, "message": "Event accepted for processing"}
VIEWS = ("instagram_profiles", "verification_tokens", "messages", "outbound_messages")
LINK = re.compile(r"https://inbox\.example\.org/verify\?token=([0-9a-f]{64})&ig_id=(\w+)")


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    """An account whose customers can connect."""
    mail = {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "post@bakery.example"}  # nobody signs in here
    async with stack(doors, clock=clock, public_url=ORIGIN, service_token=SERVICE, brand_name="Harbour", **mail) as running:
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


async def links_sent(shop: Stack) -> list[tuple[str, str]]:
    """The token and the profile of each link that Instagram was given."""
    found = [LINK.search(str(send)) for send in await shop.sends()]
    return [(match[1], match[2]) for match in found if match]


async def ingest(shop: Stack, mid: str, sender: str, at: datetime, text: str = "Look!") -> httpx2.Response:
    return await internal(
        shop, "ingest-event", mid=mid, sender_ig_id=sender, recipient_ig_id=shop.ig_id, timestamp=int(at.timestamp()),
        message_text=text, attachments=None,
    )  # fmt: skip


async def connected(shop: Stack, customer: str, user: str = "user-77") -> None:
    """The customer writes, follows the link and is that user from then on."""
    await shop.customer_writes("Hello", customer)
    await until(lambda: links_sent(shop))
    plain = next(token for token, ig_id in await links_sent(shop) if ig_id == customer)
    async with shop.worker_db.transaction() as conn:
        found = await verifications.find_by_digest(conn, sha256(plain.encode()).digest())
        assert found is not None
        assert await connect(conn, found, user, shop.front.services.clock.now())


async def view_of_known(shop: Stack) -> list[dict[str, Any]]:
    """The profiles that were read at Instagram, with their pictures."""
    return [row for row in await view(shop, "instagram_profiles") if row["profile_pic_url"]]


async def test_CN2_an_unconnected_customer_gets_one_link_and_leaves_exactly_these_rows(shop: Stack) -> None:
    wrote = await shop.customer_writes("Look at this reel", "9001")
    (dm,) = await dms(shop, "verification")
    ((plain, ig_id),) = await links_sent(shop)
    (profile,) = await view(shop, "instagram_profiles")
    assert (profile["ig_id"], profile["connected_user_id"], profile["connected_at"]) == ("9001", None, None)
    assert ig_id == "9001"
    (token,) = await view(shop, "verification_tokens")
    assert token["token_hash"] == sha256(plain.encode()).hexdigest()
    assert (token["ig_id"], token["consumed"], token["created_by_event_id"]) == ("9001", False, wrote["mid"])
    assert token["expires_at"] - token["created_at"] == timedelta(hours=1)
    (message,) = await view(shop, "messages")
    assert (message["id"], message["sender_ig_id"], message["recipient_ig_id"]) == (wrote["mid"], "9001", shop.ig_id)
    assert (message["message_text"], message["attachments"], message["processed"]) == ("Look at this reel", None, False)
    assert (dm["recipient_ig_id"], dm["attempts"], dm["error"]) == ("9001", 1, None)
    assert dm["remote_message_id"] == (await shop.sends())[0]["mid"]
    assert len(await view(shop, "outbound_messages")) == 1


async def test_CN4_a_connected_customer_is_thanked_and_the_message_is_processed(shop: Stack) -> None:
    await connected(shop, "9002")
    wrote = await shop.customer_writes("And this one", "9002")
    (dm,) = await dms(shop, "acknowledgement")
    assert dm["payload"] == {"text": "Hi! Send your reels and posts here and we'll save them to your Harbour library."}
    (message,) = await view(shop, "messages", id=wrote["mid"])
    assert message["processed"] is True
    (profile,) = await view(shop, "instagram_profiles")
    assert (profile["connected_user_id"], profile["connected_at"] is None) == ("user-77", False)
    (token,) = await view(shop, "verification_tokens")
    assert token["consumed"] is True
    assert len(await view(shop, "outbound_messages")) == 2
    (conversation,) = await shop.conversations()
    assert conversation["participant"]["connected_user_id"] == "user-77"


async def test_CN5_a_duplicate_leaves_what_the_first_left(shop: Stack) -> None:
    wrote = await shop.customer_writes("Look at this reel", "9003")
    await dms(shop, "verification")
    await until(lambda: view_of_known(shop))
    before = {name: await view(shop, name) for name in VIEWS}
    for _ in range(3):
        answer = await ingest(shop, wrote["mid"], "9003", datetime.now(UTC), "Look at this reel")
        assert (answer.status_code, answer.json()) == (200, ACCEPTED)
    await at_rest(shop)
    assert {name: await view(shop, name) for name in VIEWS} == before
    assert len(await shop.sends()) == 1


async def test_IN2_what_another_program_took_in_is_answered_like_a_webhook(shop: Stack) -> None:
    await shop.sim.post("/settings", json={"callback": None})
    wrote = await shop.customer_writes("Only told by the other program", "9004")
    now = shop.front.services.clock.now()
    answer = await ingest(shop, wrote["mid"], "9004", now)
    assert (answer.status_code, answer.json()) == (200, ACCEPTED)
    (dm,) = await dms(shop, "verification")
    assert (dm["recipient_ig_id"], dm["status"]) == ("9004", "sent")
    (message,) = await view(shop, "messages")
    assert message["timestamp"] == now.replace(microsecond=0)


async def test_CN5_a_message_of_2024_is_stored_and_its_answer_failed_because_the_window_is_closed(shop: Stack) -> None:
    answer = await ingest(shop, "mid-of-2024", "9005", datetime(2024, 6, 10, tzinfo=UTC))
    assert answer.json() == ACCEPTED
    (dm,) = await dms(shop, "verification", status="failed")
    assert dm["error"].startswith("window_closed: ")
    assert (dm["attempts"], dm["remote_message_id"]) == (0, None)
    (message,) = await view(shop, "messages")
    assert (message["id"], message["timestamp"]) == ("mid-of-2024", datetime(2024, 6, 10, tzinfo=UTC))
    assert len(await view(shop, "verification_tokens")) == 1
    assert await shop.sends() == []
    (conversation,) = await shop.conversations()
    (_, missed) = await shop.messages(conversation["id"])
    assert (missed["status"], missed["error"]["code"], missed["author"]["kind"]) == ("failed", "window_closed", "service")


async def test_CN7_the_link_is_readable_nowhere_but_in_instagram(shop: Stack) -> None:
    await shop.customer_writes("Hi", "9006")
    await dms(shop, "verification")
    ((plain, _),) = await links_sent(shop)
    await shop.customer_writes(f"What is {ORIGIN}/verify?token={plain}&ig_id=9006 for?", "9006")
    await at_rest(shop)
    (conversation,) = await shop.conversations()
    texts = [message["text"] for message in await shop.messages(conversation["id"])]
    assert len(texts) == 3
    assert sum("/verify?token=…&ig_id=9006" in text for text in texts) == 2
    async with shop.worker_db.transaction() as conn:
        tables = await conn.fetch(
            "SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND has_table_privilege(oid, 'SELECT')"
        )
        for table in tables:
            found = await conn.fetchval(
                f"SELECT count(*) FROM {table['name']} t WHERE t::text LIKE $1 OR t::text LIKE $2",
                f"%{plain}%",
                f"%{plain.encode().hex()}%",
            )
            assert found == 0, table["name"]


async def test_CN7_an_answer_whose_receipt_is_lost_is_known_by_its_echo_although_the_link_is_masked(shop: Stack) -> None:
    await shop.fault(target="send", effect="disconnect", when="after", count=1)
    await shop.customer_writes("Hi", "9007")
    (dm,) = await dms(shop, "verification")
    await at_rest(shop)
    (conversation,) = await shop.conversations()
    assert len(await shop.messages(conversation["id"])) == 2
    (call,) = await shop.sends()
    assert dm["remote_message_id"] == call["mid"]


async def test_CN7_an_answer_of_which_nothing_came_back_is_known_when_it_is_read_at_instagram(shop: Stack) -> None:
    await shop.fault(target="send", effect="disconnect", when="after", count=1)
    await shop.fault(target="echo", effect="drop", count=1)
    await shop.customer_writes("Hi", "9014")
    (dm,) = await dms(shop, "verification")
    (call,) = await shop.sends()
    assert dm["remote_message_id"] == call["mid"]
    answer = await shop.api.post(
        f"/accounts/{(await shop.api.get('/accounts')).json()['items'][0]['id']}/sync", json={"what": "messages"}
    )
    await until(lambda: is_over(shop, answer.json()["id"]))
    (conversation,) = await shop.conversations()
    assert len(await shop.messages(conversation["id"])) == 2


async def is_over(shop: Stack, run: str) -> bool:
    return (await shop.api.get(f"/runs/{run}")).json()["state"] == "done"


async def test_CN7_what_is_read_at_instagram_is_masked_too(shop: Stack) -> None:
    await shop.sim.post("/settings", json={"callback": None})
    link = f"{ORIGIN}/verify?token={'ab' * 32}&ig_id=9015"
    await shop.customer_writes(f"I got {link}", "9015")
    (account,) = (await shop.api.get("/accounts")).json()["items"]
    answer = await shop.api.post(f"/accounts/{account['id']}/sync", json={"what": "messages"})
    await until(lambda: is_over(shop, answer.json()["id"]))
    (message,) = await view(shop, "messages")
    assert message["message_text"] == f"I got {link.replace('ab' * 32, '…')}"


async def test_CN7_a_link_that_came_too_late_to_be_sent_is_not_sent(shop: Stack) -> None:
    await shop.fault(target="send", effect="throttle", minutes=5, count=1)
    await shop.customer_writes("Hi", "9008")
    await until(lambda: put_off(shop))
    shop.front.services.clock.ahead = timedelta(minutes=61)
    (dm,) = await dms(shop, "verification", status="failed")
    assert dm["error"].startswith("link_expired: ")
    assert await links_sent(shop) == []


async def put_off(shop: Stack) -> bool:
    return any((row["error"] or "").startswith("throttled") for row in await view(shop, "outbound_messages"))


async def test_IN5_a_text_is_sent_and_answered_with_what_instagram_said(shop: Stack) -> None:
    await shop.customer_writes("Hi", "9009")
    await dms(shop, "verification")
    answer = await internal(shop, "send-dm", ig_id="9009", message_text="Your order is ready.", kind="custom")
    assert answer.status_code == 200, answer.text
    (dm,) = await view(shop, "outbound_messages", kind="custom")
    assert answer.json() == {
        "success": True, "remote_message_id": dm["remote_message_id"], "outbound_message_id": str(dm["id"]),
    }  # fmt: skip
    assert (await shop.sends())[-1]["mid"] == dm["remote_message_id"]


async def test_IN5_a_link_is_sent_again_to_who_has_it(shop: Stack) -> None:
    await shop.customer_writes("Hi", "9010")
    await dms(shop, "verification")
    ((plain, _),) = await links_sent(shop)
    answer = await internal(shop, "send-verification-dm", ig_id="9010", token_plain=plain)
    assert answer.status_code == 200, answer.text
    assert await links_sent(shop) == [(plain, "9010")] * 2
    (other,) = [one for one in await dms(shop, "verification", 2) if str(one["id"]) == answer.json()["outbound_message_id"]]
    assert other["remote_message_id"] == answer.json()["remote_message_id"]
    assert len(await view(shop, "verification_tokens")) == 1


async def test_IN5_what_instagram_refuses_is_502_with_the_row(shop: Stack) -> None:
    await shop.customer_writes("Hi", "9011")
    await dms(shop, "verification")
    await shop.fault(target="send", effect="error", code=551, subcode=1545041, status=400, count=1)
    answer = await internal(shop, "send-dm", ig_id="9011", message_text="Hello?", kind="custom")
    (dm,) = await view(shop, "outbound_messages", kind="custom")
    assert (answer.status_code, answer.json()["outbound_message_id"]) == (502, str(dm["id"]))
    assert dm["status"] == "failed"


async def test_IN5_what_the_gate_refuses_is_409_with_the_rule(shop: Stack) -> None:
    await ingest(shop, "long-ago", "9012", datetime(2024, 6, 10, tzinfo=UTC))
    await dms(shop, "verification", status="failed")
    answer = await internal(shop, "send-dm", ig_id="9012", message_text="Hello?", kind="custom")
    assert (answer.status_code, answer.json()["code"]) == (409, "window_closed")
    assert answer.json()["rule"]
    assert await view(shop, "outbound_messages", kind="custom") == []


async def test_IN5_what_takes_longer_than_ten_seconds_is_202_with_the_row(shop: Stack) -> None:
    await shop.customer_writes("Hi", "9013")
    await dms(shop, "verification")
    await shop.fault(target="send", effect="throttle", minutes=5, count=1)
    answer = await internal(shop, "send-dm", ig_id="9013", message_text="Hello?", kind="custom")
    (dm,) = await view(shop, "outbound_messages", kind="custom")
    assert (answer.status_code, dm["status"]) == (202, "pending")
    assert answer.json() == {"success": True, "remote_message_id": None, "outbound_message_id": str(dm["id"])}
