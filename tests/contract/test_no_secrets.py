"""Nothing that we emit holds a token: logs, answers, pages and metrics of an account's whole life. Law 9."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from confab.accounts import connect, meta_apps
from confab.accounts.meta_apps import LoginIds
from confab.store.db import Database, Doors
from tests.contract.test_library import connect as connect_customer
from tests.contract.test_library import shop as with_mail
from tests.contract.test_oauth import asked as ask_meta
from tests.contract.test_oauth import log_in
from tests.mail_server import mail_server
from tests.members import customer
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


async def issued(shop: Stack) -> list[str]:
    """Every token that the simulator ever gave."""
    return [one["value"] for one in (await shop.sim.get("/tokens")).json()["items"]]


async def told(shop: Stack) -> list[str]:
    """What the feed said so far, and what readings and the doctor's visits left behind."""
    seen = [(await shop.api.get("/changes", params={"after": 0, "limit": 1000})).text]
    seen += [
        (await shop.api.get(path)).text for path in ("/doctor", "/doctor/findings", "/runs", "/outbox", "/labels", "/agents")
    ]
    async with shop.worker_db.transaction() as conn:
        for table in ("mails", "runs", "sync_runs", "account_errands", "meta_requests", "checkups", "deliveries"):
            seen += [str(dict(record)) for record in await conn.fetch(f"SELECT * FROM {table}")]
    return seen


async def test_nor_in_what_a_pages_token_another_app_readings_rotation_and_a_deletion_emit(
    shop: Stack, capfd: pytest.CaptureFixture[str]
) -> None:
    services, other = shop.front.services, str(int(shop.ig_id) + 1)
    app_secret, login_secret = "f" * 31 + "1", "f" * 31 + "2"
    async with services.db.transaction() as conn:
        await meta_apps.add(conn, services.vault, "Studio", app_secret, services.clock.now())
        given = LoginIds(app_id="1", instagram_app_id="2", instagram_secret=login_secret)
        await meta_apps.open_logins(conn, services.vault, "Studio", given)
    body = {"id": other, "username": "page.shop", "page_token": "EAA-page-token", "flavour": "fb"}
    (await shop.sim.post("/accounts", json=body)).raise_for_status()
    seen = [await log_in(shop, "facebook", user="", pages=[other])]
    accounts = (await shop.api.get("/accounts")).json()["items"]
    for one in accounts:
        run = (await shop.api.post(f"/accounts/{one['id']}/sync", json={"what": "insights", "metrics": ["reach"]})).json()

        async def is_over(run: dict[str, Any] = run) -> bool:
            return (await shop.api.get(f"/runs/{run['id']}")).json()["state"] not in ("waiting", "running")

        await until(is_over)
        of = {"account": one["id"]}
        seen += [(await shop.api.get(path, params=of)).text for path in ("/insights", "/insights/export", "/insights/runs")]
    (await shop.api.post("/doctor/look")).raise_for_status()
    async with shop.worker_db.transaction() as conn:
        await connect.rotate(conn, services.vault, services.clock.now())
    (await shop.sim.post("/owner", json={"does": "change_password", "account": other})).raise_for_status()
    run = await shop.api.post(f"/accounts/{accounts[-1]['id']}/sync", json={"what": "insights", "metrics": ["views"]})
    seen += [json.dumps(await ask_meta(shop, "data-deletion"), default=str), run.text]
    await asyncio.sleep(1)  # whatever was going on has said what it says
    seen += await told(shop)
    seen += [(await shop.api.get(path)).text for path in ("/accounts", f"{shop.url}/metrics", f"{shop.url}/connect/instagram")]
    seen += capfd.readouterr()
    for secret in (TOKEN, SECRET, "EAA-page-token", app_secret, login_secret, *await issued(shop)):
        assert [text for text in seen if secret in text] == []


async def test_nor_in_what_a_customer_sees_of_their_library(
    doors: Doors, app_db: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    with mail_server() as box:
        async with with_mail(doors, box) as running, customer(running.url) as browser:
            await running.customer_writes("look https://www.instagram.com/reel/DTb4WnQk1Zs/", attachments=["ig_post"])
            page = await connect_customer(running, box, browser, app_db, "anna@example.org")

            async def is_full() -> bool:
                return bool((await browser.get("/library/api/items")).json()["items"])

            await until(is_full)
            paths = ("/library", "/library/api/items", "/library/news", "/verify", "/library?q=reel", "/library/nothing")
            seen = [page.text, *[(await browser.get(path)).text for path in paths]]
            seen += [str(mail) for mail in box.mails]
            seen += capfd.readouterr()
            for secret in (TOKEN, SECRET, *await issued(running)):
                assert [text for text in seen if secret in text] == []
