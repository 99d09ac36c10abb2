"""Accounts are connected by Meta's logins: the browser's way, what is stored, and what is read back. Rules AC1-AC8."""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2
import pytest

from confab.accounts import meta_apps
from confab.accounts.meta_apps import LoginIds
from confab.accounts.oauth import PERMISSIONS
from confab.store.db import Doors, connect
from tests.stack import INSTAGRAM_APP, META_APP, SECRET, Stack, stack, until


@pytest.fixture
async def shop(doors: Doors) -> AsyncIterator[Stack]:
    async with stack(doors) as running:
        yield running


def browser(shop: Stack) -> httpx2.AsyncClient:
    """The owner's browser, signed in."""
    return httpx2.AsyncClient(headers=dict(shop.api.headers), timeout=30, follow_redirects=False)


async def accounts(shop: Stack) -> dict[str, Any]:
    return {one["ig_id"]: one for one in (await shop.api.get("/accounts")).json()["items"]}


async def log_in(shop: Stack, flavour: str = "instagram", app: str = "environment", **decided: Any) -> str:
    """Through the consent page and back; the page that says what came of it."""
    (await shop.sim.post("/login", json=decided)).raise_for_status()
    async with browser(shop) as person:
        away = await person.get(f"{shop.url}/connect/instagram", params={"flavour": flavour, "app": app})
        assert away.status_code == 303, away.text
        back = await person.get(away.headers["location"], headers={"authorization": ""})
        return await settled(shop, person, back.headers["location"])


async def settled(shop: Stack, person: httpx2.AsyncClient, callback: str) -> str:
    back = urlsplit(callback)  # names the address of the settings, not the port of this test
    came = await person.get(f"{shop.url}{back.path}?{back.query}")
    if came.status_code >= 400:
        return came.text
    page = f"{shop.url}{came.headers.get('location', back.path)}"

    async def over() -> str | None:
        text = (await person.get(page)).text
        return None if "Connecting" in text else text

    return await until(over)


async def test_AC3_AC4_AC8_an_account_is_connected_by_instagrams_login_with_both_ids_apart_and_its_webhooks_subscribed(
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
    assert found["meta_app"] is None  # the environment's
    async with shop.worker_db.transaction() as conn:
        scoped = await conn.fetchval("SELECT scoped_id FROM integrations WHERE account_id = $1", found["id"])
    assert scoped
    assert scoped != other
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


async def test_AC6_connecting_again_keeps_the_account_and_elsewhere_it_is_refused_with_the_reason(shop: Stack) -> None:
    await shop.customer_writes("Before")
    (before,) = await until(shop.conversations)
    assert "is connected" in await log_in(shop, account=shop.ig_id)
    assert [one["id"] for one in await shop.conversations()] == [before["id"]]
    async with shop.front.services.db.transaction() as conn:
        await conn.execute("UPDATE account_routes SET workspace_id = $2 WHERE ig_id = $1", shop.ig_id, uuid4())
    assert "connected to another workspace" in await log_in(shop, account=shop.ig_id)


async def test_AC7_facebooks_login_connects_an_account_through_its_page_and_several_pages_are_a_choice(shop: Stack) -> None:
    first, second = str(int(shop.ig_id) + 2), str(int(shop.ig_id) + 3)
    for ig_id, name in ((first, "page.one"), (second, "page.two")):
        body = {"id": ig_id, "username": name, "page_token": f"EAA-{name}", "flavour": "fb"}
        (await shop.sim.post("/accounts", json=body)).raise_for_status()
    page = await log_in(shop, "facebook", user="", pages=[first, second])
    assert "Which account?" in page
    (way,) = set(re.findall(r'action="([^"]+)"', page))
    values = dict(re.findall(r'value="([^"]+)">@(page\.\w+)', page))
    (chosen,) = [value for value, name in values.items() if name == "page.two"]
    async with browser(shop) as person:
        assert (await person.post(f"{shop.url}{way}", data={"page": chosen})).status_code == 303
        assert "@page.two is connected" in await settled(shop, person, f"{shop.url}{way}")
    found = (await accounts(shop))[second]
    assert (found["platform"], found["missing"]) == ("facebook", [])
    assert found["token_expires_at"] is not None  # the person's, of which the Page's is derived
    customer = {"account": second, "customer": "1087654321098799", "text": "To the page"}
    (await shop.sim.post("/write", json=customer)).raise_for_status()

    async def arrived() -> Any:
        return [one for one in await shop.conversations() if one["account"]["ig_id"] == second]

    (conversation,) = await until(arrived)
    await shop.answer(conversation["id"], "From the page")
    await until(shop.sends)


async def test_AC11_AC13_what_is_disconnected_neither_comes_nor_goes_and_connecting_again_keeps_all(shop: Stack) -> None:
    await shop.customer_writes("Hello")
    (conversation,) = await until(shop.conversations)
    account = (await accounts(shop))[shop.ig_id]
    left = await shop.api.post(f"/accounts/{account['id']}/disconnect")
    assert left.status_code == 200, left.text
    assert left.json()["erase_at"] is not None

    async def is_forgotten() -> bool:
        async with shop.worker_db.transaction() as conn:
            return not await conn.fetchval("SELECT count(*) FROM integrations WHERE account_id = $1", account["id"])

    await until(is_forgotten)
    (sim,) = [one for one in (await shop.sim.get("/accounts")).json()["items"] if one["id"] == shop.ig_id]
    assert sim["subscribed_fields"] == []
    assert "is connected" in await log_in(shop, account=shop.ig_id)
    again = (await accounts(shop))[shop.ig_id]
    assert (again["id"], again["erase_at"], again["health"]) == (account["id"], None, "ok")
    assert [one["id"] for one in await shop.conversations()] == [conversation["id"]]


async def test_AC14_AC15_a_removed_app_forgets_the_token_and_a_deletion_erases_what_meta_gave_with_a_page_of_proof(
    shop: Stack,
) -> None:
    await shop.customer_writes("Hello")
    await until(shop.conversations)
    await log_in(shop, account=shop.ig_id)
    unsigned = await shop.api.post(f"{shop.url}/meta/data-deletion", data={"signed_request": "bm8.bm8"})
    assert unsigned.status_code == 403
    await asked(shop, "deauthorize")

    async def is_removed() -> bool:
        return "removed" in ((await accounts(shop))[shop.ig_id]["health_reason"] or "")

    await until(is_removed)
    assert (await accounts(shop))[shop.ig_id]["erase_at"] is not None
    answer = await asked(shop, "data-deletion")  # of what was disconnected and has no token any more

    async def is_erased() -> bool:
        return not await shop.conversations()

    await until(is_erased)
    path = urlsplit(answer["url"]).path

    async def is_told() -> bool:
        return "Your data was deleted" in (await shop.api.get(f"{shop.url}{path}")).text

    assert await until(is_told)


async def test_RT7_AC15_a_deletion_waits_for_a_hold_says_so_and_does_not_take_what_was_connected_again(shop: Stack) -> None:
    await shop.customer_writes("Hello")
    await until(shop.conversations)
    await log_in(shop, account=shop.ig_id)
    hold = (await shop.api.post("/holds", json={"reason": "a court"})).json()["id"]
    path = urlsplit((await asked(shop, "data-deletion"))["url"]).path

    async def says(text: str) -> bool:
        return text in (await shop.api.get(f"{shop.url}{path}")).text

    await until(lambda: says("has to be kept for now"))
    assert (await accounts(shop))[shop.ig_id]["disconnected_at"] is not None
    assert len(await shop.conversations()) == 1
    (await shop.api.delete(f"/holds/{hold}")).raise_for_status()
    await log_in(shop, account=shop.ig_id)
    async with shop.worker_db.transaction() as conn:
        await conn.execute("UPDATE meta_requests SET due_at = now() WHERE held_at IS NOT NULL")
    await until(lambda: says("It was done on"))
    assert (await accounts(shop))[shop.ig_id]["disconnected_at"] is None
    assert len(await shop.conversations()) == 1


async def asked(shop: Stack, what: str) -> dict[str, Any]:
    signed = (await shop.sim.post("/signed-request", json={"account": shop.ig_id})).json()["signed_request"]
    answer = await shop.api.post(f"{shop.url}/meta/{what}", data={"signed_request": signed})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_AC14_AC15_what_meta_tells_and_we_cannot_keep_is_a_5xx_so_that_it_is_told_again(shop: Stack, doors: Doors) -> None:
    owner = await connect(doors.owner)
    signed = (await shop.sim.post("/signed-request", json={"account": shop.ig_id})).json()["signed_request"]
    try:
        await owner.execute("REVOKE INSERT ON meta_requests FROM confab_app")
        for what in ("deauthorize", "data-deletion"):
            answer = await shop.api.post(f"{shop.url}/meta/{what}", data={"signed_request": signed})
            assert answer.status_code >= 500, answer.text
    finally:
        await owner.execute("GRANT INSERT ON meta_requests TO confab_app")
        await owner.close()
    await asked(shop, "deauthorize")


async def test_AC8_AC21_an_account_is_connected_by_another_meta_app_and_going_by_another_one_is_said(shop: Stack) -> None:
    services = shop.front.services
    async with services.db.transaction() as conn:
        await meta_apps.add(conn, services.vault, "Studio", SECRET, services.clock.now())
        other = str(int(shop.ig_id) + 1)
        given = LoginIds(app_id=META_APP, instagram_app_id=INSTAGRAM_APP, instagram_secret=SECRET)
        (await shop.sim.post("/accounts", json={"id": other, "username": "second.shop"})).raise_for_status()
    doors_before = (await shop.api.get("/accounts")).json()["logins"]
    assert {(one["platform"], one["meta_app"]) for one in doors_before} == {("instagram", None), ("facebook", None)}
    async with browser(shop) as person:
        shut = await person.get(f"{shop.url}/connect/instagram", params={"app": "Studio"})
        assert "confab meta-app login Studio" in shut.text
        nobody = await person.get(f"{shop.url}/connect/instagram", params={"app": "Nobody's"})
        assert nobody.status_code == 404
    async with services.db.transaction() as conn:
        await meta_apps.open_logins(conn, services.vault, "Studio", given)
    logins = (await shop.api.get("/accounts")).json()["logins"]
    assert ("instagram", "Studio", None) in {(one["platform"], one["meta_app"], one["why_shut"]) for one in logins}
    page = await log_in(shop, account=other, app="Studio")
    assert "@second.shop is connected" in page
    assert "Studio" not in page
    found = (await accounts(shop))[other]
    assert found["meta_app"] == "Studio"
    moved = await log_in(shop, account=other)
    assert "It went by the Meta app Studio so far, and goes by environment now" in moved
    assert (await accounts(shop))[other]["meta_app"] is None


async def test_AC16_AC17_what_is_stopped_waits_says_who_stopped_it_and_goes_on_when_it_is_lifted(shop: Stack) -> None:
    await shop.customer_writes("Hello")
    (conversation,) = await until(shop.conversations)
    stopped = (await shop.api.put("/stop")).json()["items"]
    assert {one["all_stopped_by"] for one in stopped} == {"Dana"}
    await shop.answer(conversation["id"], "Waits")

    async def waits() -> bool:
        return any((one["error"] or {}).get("code") == "sending_stopped" for one in await shop.messages(conversation["id"]))

    await until(waits)
    assert await shop.sends() == []
    assert (await shop.api.delete("/stop")).status_code == 200
    await until(shop.sends)


async def test_AC10_a_dead_token_found_on_use_is_confirmed_once_and_said_in_words(shop: Stack) -> None:
    await shop.customer_writes("Hello")
    (conversation,) = await until(shop.conversations)
    (await shop.sim.post("/owner", json={"does": "change_password", "account": shop.ig_id})).raise_for_status()
    await shop.answer(conversation["id"], "Is it there?")

    async def is_said() -> bool:
        return "password" in ((await accounts(shop))[shop.ig_id]["health_reason"] or "")

    await until(is_said)
    await shop.customer_writes("Still comes in")

    async def came() -> bool:
        return any(one["text"] == "Still comes in" for one in await shop.messages(conversation["id"]))

    assert await until(came)


@pytest.fixture
async def years(doors: Doors) -> AsyncIterator[Stack]:
    async with stack(doors, is_following=True) as running:
        yield running


async def pass_days(shop: Stack, count: float) -> None:
    (await shop.sim.post("/clock", json={"advance_s": count * 86_400})).raise_for_status()


async def test_AC12_what_a_disconnected_account_left_is_erased_after_thirty_days(years: Stack) -> None:
    await years.customer_writes("Hello")
    await until(years.conversations)
    account = (await accounts(years))[years.ig_id]
    (await years.api.post(f"/accounts/{account['id']}/disconnect")).raise_for_status()
    await pass_days(years, 29)
    assert await years.conversations()
    await pass_days(years, 1.1)

    async def is_erased() -> bool:
        return not await years.conversations() and (await accounts(years))[years.ig_id]["erase_at"] is None

    await until(is_erased)


async def test_AC9_a_pages_token_is_derived_again_from_the_persons_which_is_renewed(years: Stack) -> None:
    ig_id = str(int(years.ig_id) + 4)
    body = {"id": ig_id, "username": "page.shop", "page_token": "EAA-shop", "flavour": "fb"}
    (await years.sim.post("/accounts", json=body)).raise_for_status()
    assert "@page.shop is connected" in await log_in(years, "facebook", user="", pages=[ig_id])

    async def ends() -> Any:
        async with years.worker_db.transaction() as conn:
            return await conn.fetchval("SELECT max(user_token_expires_at) FROM integrations WHERE node_id IS NOT NULL")

    before = await ends()
    await pass_days(years, 53.1)

    async def is_later() -> bool:
        return await ends() > before

    await until(is_later)
