"""Accounts and the team over HTTP."""

import os
from uuid import uuid4

import httpx2
import pytest

from confab.accounts import connect
from confab.accounts.vault import Vault
from confab.app import web_app
from confab.clock import Clock
from confab.model.inbox import Account, IgId
from confab.settings import Settings
from confab.store import changes
from confab.store.db import Database, Doors
from tests.integration.api.conftest import Person

NOBODYS = "01930000-0000-7000-8000-000000000000"


@pytest.fixture
async def account(app_db: Database, clock: Clock, anna: Person) -> Account:
    """Anna's."""
    given = connect.Connection(ig_id=IgId(str(uuid4().int)), username="bakery", access_token="IG-token", expires_at=None)
    async with app_db.viewing(anna.workspace) as conn:
        return await connect.add(conn, Vault(keys=(os.urandom(32),), file=None), anna.workspace, given, clock.now())


async def test_accounts_are_listed_without_their_tokens(http: httpx2.AsyncClient, anna: Person, account: Account) -> None:
    answer = await http.get("/api/v1/accounts", headers=anna.bearer)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert [item["id"] for item in answer.json()["items"]] == [str(account.id)]
    assert answer.json()["next"] is None
    assert answer.json()["seq"] == 1
    assert "token" not in answer.text.replace("token_expires_at", "").replace("token_error", "")


async def test_an_owner_switches_human_agent_and_everybody_hears_of_it_once(
    http: httpx2.AsyncClient, anna: Person, account: Account, app_db: Database
) -> None:
    for _ in range(2):
        answer = await http.patch(f"/api/v1/accounts/{account.id}", json={"human_agent": True}, headers=anna.bearer)
        assert answer.status_code == 200
        assert answer.json()["human_agent"] is True
        assert answer.json()["version"] == account.version + 1
    async with app_db.viewing(anna.workspace) as conn:
        kept = await changes.after(conn, anna.workspace, 0, 10)
    assert [change.type for change in kept] == ["account_updated", "account_updated"]
    assert b'"human_agent":true' in kept[-1].body


async def test_an_agent_may_look_and_not_touch(http: httpx2.AsyncClient, bob: Person, account: Account) -> None:
    assert (await http.get("/api/v1/accounts", headers=bob.bearer)).status_code == 200
    answer = await http.patch(f"/api/v1/accounts/{account.id}", json={"human_agent": True}, headers=bob.bearer)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_MD8_owners_and_admins_say_whether_an_account_keeps_copies(
    http: httpx2.AsyncClient, anna: Person, bob: Person, stranger: Person, account: Account, app_db: Database
) -> None:
    path = f"/api/v1/accounts/{account.id}"
    async with app_db.viewing(anna.workspace) as conn:
        before = await changes.newest_seq(conn, anna.workspace)
    for mode, is_change in (("reference", True), ("reference", False), (None, True)):
        answer = await http.patch(path, json={"media_mode": mode}, headers=anna.bearer)
        assert (answer.status_code, answer.json()["media_mode"]) == (200, mode)
        async with app_db.viewing(anna.workspace) as conn:
            told = await changes.after(conn, anna.workspace, before, 10)
            turns = await conn.fetchval("SELECT count(*) FROM media_turns WHERE account_id = $1", account.id)
            before = await changes.newest_seq(conn, anna.workspace)
        assert ([change.type for change in told], turns) == (["account_updated"] if is_change else [], 1)
    kept = (await http.patch(path, json={"human_agent": False}, headers=anna.bearer)).json()
    assert kept["media_mode"] is None
    for who, status in ((bob, 403), (stranger, 404)):
        assert (await http.patch(path, json={"media_mode": "store"}, headers=who.bearer)).status_code == status
    assert (await http.patch(path, json={"media_mode": "sometimes"}, headers=anna.bearer)).json()["field"] == "media_mode"


async def test_CN8_owners_and_admins_say_whether_customers_can_connect(
    http: httpx2.AsyncClient, anna: Person, bob: Person, stranger: Person, account: Account, app_db: Database
) -> None:
    path = f"/api/v1/accounts/{account.id}"
    for body, connects, every_s, versions in (
        ({"connects_customers": True}, True, None, 1),
        ({"connects_customers": True}, True, None, 0),
        ({"acknowledges_every_s": 3600}, True, 3600, 1),
        ({"human_agent": True}, True, 3600, 1),
        ({"connects_customers": False, "acknowledges_every_s": None}, False, None, 2),
    ):
        before = (await http.get("/api/v1/accounts", headers=anna.bearer)).json()
        answer = await http.patch(path, json=body, headers=anna.bearer)
        assert (answer.json()["connects_customers"], answer.json()["acknowledges_every_s"]) == (connects, every_s)
        assert answer.json()["version"] == before["items"][0]["version"] + versions
        after = (await http.get("/api/v1/accounts", headers=anna.bearer)).json()
        assert after["seq"] == before["seq"] + (versions > 0)
    for who, status in ((bob, 403), (stranger, 404)):
        assert (await http.patch(path, json={"connects_customers": True}, headers=who.bearer)).status_code == status
    for field, wrong in (("connects_customers", None), ("acknowledges_every_s", 0), ("acknowledges_every_s", 10**9)):
        answer = await http.patch(path, json={field: wrong}, headers=anna.bearer)
        assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (Settings(), "CONFAB_PUBLIC_URL"),
        (Settings(public_url="https://inbox.example"), "CONFAB_SMTP_URL"),
        (Settings(public_url="https://inbox.example", smtp_url="smtp://mail.example", mail_from="a@b.example"), None),
    ],
)
async def test_CN8_the_accounts_say_why_nobody_can_connect(
    anna: Person, doors: Doors, clock: Clock, settings: Settings, missing: str | None
) -> None:
    async with web_app(settings, doors, clock) as front:
        transport = httpx2.ASGITransport(app=front)
        async with httpx2.AsyncClient(transport=transport, base_url=settings.public_url or "http://127.0.0.1:8000") as http:
            told = (await http.get("/api/v1/accounts", headers=anna.bearer)).json()["connecting_off"]
    assert (told is None) is (missing is None)
    assert missing is None or missing in told


async def test_another_workspace_sees_neither_account_nor_agents(
    http: httpx2.AsyncClient, anna: Person, bob: Person, stranger: Person, account: Account
) -> None:
    assert (await http.get("/api/v1/accounts", headers=stranger.bearer)).json()["items"] == []
    patched = await http.patch(f"/api/v1/accounts/{account.id}", json={"human_agent": True}, headers=stranger.bearer)
    assert (patched.status_code, patched.json()["code"]) == (404, "not_found")
    theirs = (await http.get("/api/v1/agents", headers=stranger.bearer)).json()["items"]
    assert [agent["id"] for agent in theirs] == [str(stranger.agent)]
    ours = (await http.get("/api/v1/agents", headers=bob.bearer)).json()["items"]
    assert {agent["id"] for agent in ours} == {str(anna.agent), str(bob.agent)}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/v1/accounts/not-a-uuid", {"human_agent": True}, "id"),
        (f"/api/v1/accounts/{NOBODYS}", {}, "human_agent"),
        (f"/api/v1/accounts/{NOBODYS}", {"human_agent": "perhaps"}, "human_agent"),
    ],
)
async def test_a_wrong_field_is_named(http: httpx2.AsyncClient, anna: Person, path: str, body: object, field: str) -> None:
    answer = await http.patch(path, json=body, headers=anna.bearer)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["field"]) == ("invalid", field)
    assert answer.json()["status"] == 422
