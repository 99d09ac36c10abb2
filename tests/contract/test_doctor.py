"""The doctor at graphsim: a dead token, what was not granted, fields that are missing, an address that nobody reaches, foreign
signatures, a lost key. Rules DR4, DR8-DR15.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from confab.app import Pulse
from confab.clock import Clock
from confab.doctor import public
from confab.doctor.checks import findings
from confab.model.doctor import Finding
from confab.settings import Settings
from confab.store.db import Doors
from confab.store.tallies import Tally
from confab.worker import doctors_eyes, outside
from tests.mail_server import mail_server
from tests.stack import SECRET, VERIFY, Stack, stack, until

HOOK = "/api/webhooks/instagram"


@pytest.fixture
async def shop(doors: Doors) -> AsyncIterator[Stack]:
    app_id = "990602627938098"
    async with stack(doors, public_url="http://127.0.0.1:1", meta_app_id=app_id, service_token="s") as running:
        yield running


def settings_of(shop: Stack, **changed: Any) -> Settings:
    """The stack's own, but its public address is where it listens, and Facebook's API is the simulator's too."""
    given = shop.front.services.settings
    facebook = given.graph_url.replace("graph.instagram.com", "graph.facebook.com")
    return replace(given, **{"public_url": shop.url, "graph_facebook_url": facebook, **changed})


async def examined(shop: Stack, settings: Settings | None = None) -> dict[str, Finding]:
    """What the doctor finds in this workspace, the worst of each check."""
    settings = settings or settings_of(shop)
    async with outside(settings) as world:
        seen = await doctors_eyes(settings, shop.worker_db, Clock(), world).look(shop.workspace)
    order = ("green", "unknown", "amber", "red")
    worst: dict[str, Finding] = {}
    for finding in findings(seen):
        if finding.check not in worst or order.index(finding.level) > order.index(worst[finding.check].level):
            worst[finding.check] = finding
    return worst


async def test_DR1_a_shop_where_all_is_well_is_green_but_for_what_is_not_set_up(shop: Stack) -> None:
    await shop.customer_writes("Hello")
    await until(shop.conversations)
    found = await examined(shop)
    unwell = {name: (one.level, one.says) for name, one in found.items() if one.level != "green"}
    assert unwell.keys() <= {"work", "permissions", "signatures"}, (
        unwell
    )  # the worker runs in the test itself; nobody was granted
    assert found["access"].says.startswith("Instagram answered in ")
    assert found["app"].says == "Its callback is ours, and it is subscribed to every field."
    assert await shop.sends() == []


async def test_DR12_a_token_that_was_revoked_is_red_and_asked_for_nothing_more(shop: Stack) -> None:
    (await shop.sim.post("/tokens", json={"action": "revoke", "account": shop.ig_id, "subcode": 460})).raise_for_status()
    before = await calls(shop)
    found = await examined(shop)
    assert found["token"].level == "red"
    assert "password" in found["token"].says
    assert (found["subscription"].level, found["access"].level) == ("unknown", "unknown")
    after = await calls(shop)
    assert {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)} == {
        "GET /{account}": 2
    }


async def calls(shop: Stack) -> dict[str, int]:
    found = (await shop.sim.get("/stats")).json()["calls_by_account"].get(shop.ig_id, {})
    return {name: one["calls"] for name, one in found.items()}


async def test_DR15_a_permission_that_is_missing_shows_in_the_round_trip(shop: Stack) -> None:
    scopes = ["instagram_business_basic"]
    (await shop.sim.post("/tokens", json={"action": "scopes", "account": shop.ig_id, "scopes": scopes})).raise_for_status()
    found = await examined(shop)
    assert found["token"].level == "green"
    assert found["access"].level == "red"
    assert "permission" in found["access"].says


async def test_DR14_an_account_without_messages_or_without_any_subscription_is_red(shop: Stack) -> None:
    settings = shop.front.services.settings
    async with httpx2.AsyncClient(headers={"authorization": "Bearer IGAA-test-token"}) as owner:
        at = f"{settings.graph_url}/me/subscribed_apps"
        (await owner.post(at, params={"subscribed_fields": "comments,message_reactions"})).raise_for_status()
        lacking = (await examined(shop))["subscription"]
        (await owner.delete(at)).raise_for_status()
        none = (await examined(shop))["subscription"]
    assert (lacking.level, none.level) == ("red", "red")
    assert "messages" in lacking.says
    assert none.says == "It is subscribed to nothing."


async def test_DR10_an_app_with_another_callback_another_secret_or_fewer_fields_is_seen(shop: Stack) -> None:
    assert (await examined(shop, settings_of(shop, meta_app_secrets=("f" * 32, SECRET))))["app"].says.startswith(
        "Meta knows no app"
    )
    (await shop.sim.post("/apps", json={"webhook_fields": ["messages", "comments"]})).raise_for_status()
    fewer = (await examined(shop))["app"]
    assert fewer.level == "amber"
    assert "messaging_postbacks" in fewer.says
    (await shop.sim.post("/settings", json={"callback": "http://127.0.0.1:9/elsewhere"})).raise_for_status()
    elsewhere = (await examined(shop))["app"]
    assert elsewhere.level == "red"
    assert "http://127.0.0.1:9/elsewhere" in elsewhere.says


async def test_DR9_a_public_address_where_nobody_or_somebody_else_answers_is_red(shop: Stack) -> None:
    with socket.socket() as taken:  # and listened to by nobody
        taken.bind(("127.0.0.1", 0))
        for url, said in (
            (f"http://127.0.0.1:{taken.getsockname()[1]}", "Nobody answers there"),
            ("http://nobody.invalid", "leads nowhere"),
            (str(shop.sim.base_url).removesuffix("/_control/"), "something else answers"),
        ):
            found = (await examined(shop, settings_of(shop, public_url=url)))["public"]
            assert (found.level, said in found.says) == ("red", True), found.says
    assert (await examined(shop, settings_of(shop, meta_verify_token="another")))["public"].level == "red"


async def test_DR9_a_redirect_and_a_certificate_of_nobodys_are_told_apart(tmp_path: Path) -> None:
    async def redirects(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 301 Moved\r\nlocation: https://www.example.org/?x=1\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(redirects, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        moved = await public.shake_hands(f"http://127.0.0.1:{port}", VERIFY)
        assert (moved.outcome, moved.detail, moved.is_private) == ("redirects", "301 to https://www.example.org/", True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server = await asyncio.start_server(redirects, "127.0.0.1", 0, ssl=context)
    async with server:
        strange = await public.shake_hands(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", VERIFY)
    assert strange.outcome == "certificate"
    assert strange.detail


def self_signed(folder: Path) -> Path:
    """A certificate for this machine that no authority knows, with its key."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(pem) + private)
    return file


async def test_DR11_deliveries_that_somebody_else_signed_are_counted_and_red(shop: Stack) -> None:
    async with httpx2.AsyncClient() as stranger:
        for _ in range(4):
            answer = await stranger.post(
                f"{shop.url}{HOOK}", content=b"{}", headers={"x-hub-signature-256": "sha256=" + "0" * 64}
            )
            assert answer.status_code == 403
    async with shop.worker_db.transaction() as conn:
        await conn.execute("DELETE FROM webhook_tallies")  # of the tests before, and the server's own of these
    receiver = shop.front.webhook.receiver
    await Pulse(shop.worker_db, Clock(), lambda: Tally(kept=0, unsigned=receiver.unsigned)).beat()
    found = (await examined(shop))["signatures"]
    assert found.level == "red"
    assert "every delivery was refused, all 4" in found.says


async def test_DR8_a_lost_key_is_named_and_everything_else_is_looked_at(shop: Stack) -> None:
    lost = settings_of(shop, encryption_keys=(b"n" * 32,))
    found = await examined(shop, lost)
    assert found["keys"].level == "red"
    assert "@harbour.bakery" in found["keys"].says
    assert (found["keys"].about or "").startswith("key ")
    assert (found["token"].level, found["public"].level) == ("unknown", "green")


async def test_DR4_who_asks_sees_the_dead_token_turn_red_and_the_feed_tells(shop: Stack) -> None:
    (await shop.sim.post("/tokens", json={"action": "revoke", "account": shop.ig_id})).raise_for_status()
    before = (await shop.api.get("/doctor")).json()
    (await shop.api.post("/doctor/look")).raise_for_status()

    async def looked() -> dict[str, Any] | None:
        found = (await shop.api.get("/doctor")).json()["checkup"]
        return found if found["looked_at"] and found["asked_at"] is None else None

    checkup = await until(looked)
    assert before["checkup"]["looked_at"] is None
    assert any("Access token, @harbour.bakery" in line for line in checkup["turned_red"])
    told = (await shop.api.get("/changes", params={"after": before["seq"]})).json()["items"]
    assert [change["checkup"]["asked_at"] is None for change in told if change["type"] == "checkup_updated"] == [False, True]
    items = (await shop.api.get("/doctor/findings")).json()["items"]
    assert {one["level"] for one in items if one["check"] == "token"} == {"red"}


async def test_DR21_an_account_that_came_by_facebooks_login_is_looked_at_through_its_page(doors: Doors) -> None:
    async with stack(doors, is_facebook=True) as shop:
        found = await examined(shop)
        assert found["token"].level == "green"
        assert found["subscription"].level == "green"
        assert found["access"].says.startswith("Instagram answered in ")
        async with shop.worker_db.transaction() as conn:
            await conn.execute("UPDATE integrations SET node_id = '104500000000009'")
        assert "the token of another account" in (await examined(shop))["token"].says


async def test_DR4_DR20_what_turned_red_is_mailed_to_the_owners_at_once_and_once(doors: Doors) -> None:
    with mail_server() as box:
        async with stack(doors, smtp_url=box.url, mail_from="post@example.org") as shop:
            await shop.customer_writes("Hello")
            (conversation,) = await until(shop.conversations)
            (await shop.sim.post("/owner", json={"does": "change_password", "account": shop.ig_id})).raise_for_status()
            await shop.answer(conversation["id"], "Is it there?")
            owner = (await shop.api.get("/me")).json()["agent"]["email"]

            async def told() -> list[str]:
                return [mail.get_content() for mail in box.to(owner) if "@harbour.bakery" in mail.get_content()]

            (text,) = await until(told)
            assert "password" in text
            assert "/doctor" in text
            looked_at = (await shop.api.get("/doctor")).json()["checkup"]["looked_at"]
            (await shop.api.post("/doctor/look")).raise_for_status()

            async def has_looked() -> bool:
                return (await shop.api.get("/doctor")).json()["checkup"]["looked_at"] != looked_at

            await until(has_looked)
            assert len(await told()) == 1
