"""Connecting an account."""

import os
from datetime import UTC, datetime

import pytest

from confab.accounts import connect
from confab.accounts.connect import Connection
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.errors import Conflict, Invalid
from confab.model.inbox import Account, IgId, WorkspaceId
from confab.store import accounts as store
from confab.store import changes, ids, team, tokens
from confab.store.db import Database

VAULT = Vault(keys=(os.urandom(32),), file=None)
EXPIRES = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
async def workspace(app_db: Database, clock: Clock) -> WorkspaceId:
    return await make(app_db, clock)


async def make(db: Database, clock: Clock) -> WorkspaceId:
    workspace = WorkspaceId(ids.new(clock.now()))
    async with db.viewing(workspace) as conn:
        await team.create_workspace(conn, workspace, "Team", clock.now())
    return workspace


async def add(
    db: Database, clock: Clock, workspace: WorkspaceId, ig_id: str, token: str = "first-access-token", username: str = "ada"
) -> Account:
    given = Connection(ig_id=IgId(ig_id), username=username, access_token=token, expires_at=EXPIRES)
    async with db.viewing(workspace) as conn:
        return await connect.add(conn, VAULT, workspace, given, clock.now())


async def token_of(db: Database, workspace: WorkspaceId, account: Account) -> str:
    async with db.transaction() as conn:
        sealed = await tokens.get(conn, workspace, account.id)
    assert sealed is not None
    assert b"first-access-token" not in sealed.access_token
    return VAULT.open(sealed.access_token, workspace, account.id)


async def test_an_account_gets_its_token_its_route_and_a_change(
    app_db: Database, worker_db: Database, clock: Clock, workspace: WorkspaceId
) -> None:
    account = await add(app_db, clock, workspace, "1001")
    assert (account.ig_id, account.username, account.health, account.token_expires_at) == ("1001", "ada", "ok", EXPIRES)
    assert await token_of(worker_db, workspace, account) == "first-access-token"
    async with app_db.viewing(workspace) as conn:
        route = await store.route(conn, IgId("1001"))
        assert route == store.Route(workspace_id=workspace, account_id=account.id)
        assert [kept.type for kept in await changes.after(conn, workspace, 0, 10)] == ["account_updated"]


async def test_connecting_again_renews_the_token_of_the_same_account(
    app_db: Database, worker_db: Database, clock: Clock, workspace: WorkspaceId
) -> None:
    first = await add(app_db, clock, workspace, "1002")
    again = await add(app_db, clock, workspace, "1002", token="second-access-token", username="ada.renamed")
    assert again.id == first.id
    assert again.version > first.version
    assert again.username == "ada.renamed"
    assert await token_of(worker_db, workspace, again) == "second-access-token"


async def test_an_account_of_another_workspace_is_refused_and_left_alone(
    app_db: Database, worker_db: Database, clock: Clock, workspace: WorkspaceId
) -> None:
    account = await add(app_db, clock, workspace, "1003")
    other = await make(app_db, clock)
    with pytest.raises(Conflict) as refused:
        await add(app_db, clock, other, "1003", token="second-access-token")
    assert refused.value.facts == {"code": "account_elsewhere"}
    assert await token_of(worker_db, workspace, account) == "first-access-token"
    async with app_db.viewing(other) as conn:
        assert await store.of_workspace(conn, other) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Connection(ig_id=IgId(""), username="a", access_token="T", expires_at=None), "ig_id"),
        (Connection(ig_id=IgId(" "), username="a", access_token="T", expires_at=None), "ig_id"),
        (Connection(ig_id=IgId("1"), username=" ", access_token="T", expires_at=None), "username"),
        (Connection(ig_id=IgId("1"), username="a", access_token="", expires_at=None), "access_token"),
    ],
)
async def test_what_is_missing_is_named(
    app_db: Database, clock: Clock, workspace: WorkspaceId, given: Connection, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        async with app_db.viewing(workspace) as conn:
            await connect.add(conn, VAULT, workspace, given, clock.now())
    assert refused.value.facts == {"field": field}


async def test_rotating_keys_seals_every_token_again(
    app_db: Database, worker_db: Database, clock: Clock, workspace: WorkspaceId
) -> None:
    account = await add(app_db, clock, workspace, "1004")
    newer = Vault(keys=(os.urandom(32), *VAULT.keys), file=None)
    async with worker_db.transaction() as conn:
        assert (await connect.rotate(conn, newer, clock.now())).sealed >= 1
        sealed = await tokens.get(conn, workspace, account.id)
    assert sealed is not None
    assert newer.is_current(sealed.access_token)
    assert Vault(keys=newer.keys[:1], file=None).open(sealed.access_token, workspace, account.id) == "first-access-token"
    async with worker_db.transaction() as conn:  # back, for the other tests
        await connect.rotate(conn, Vault(keys=(*VAULT.keys, *newer.keys), file=None), clock.now())


async def test_AC18_what_no_key_opens_is_named_and_said_at_its_account_and_rotating_goes_on_with_the_others(
    app_db: Database, worker_db: Database, clock: Clock, workspace: WorkspaceId
) -> None:
    readable = await add(app_db, clock, workspace, "1090")
    lost = await add(app_db, clock, workspace, "1091")
    elsewhere = Vault(keys=(os.urandom(32),), file=None)
    newer = Vault(keys=(os.urandom(32), *VAULT.keys), file=None)
    async with worker_db.transaction() as conn:
        await tokens.reseal(conn, workspace, lost.id, elsewhere.seal("gone", workspace, lost.id))
        done = await connect.rotate(conn, newer, clock.now())
        sealed = await tokens.get(conn, workspace, readable.id)
        said = await store.for_workspace(conn, workspace, lost.id)
        await connect.rotate(conn, Vault(keys=(*VAULT.keys, *newer.keys), file=None), clock.now())
        await tokens.forget(conn, workspace, lost.id)
    assert done.unreadable == ["1091"]
    assert sealed is not None
    assert newer.is_current(sealed.access_token)
    assert said.health == "reconnect"
    assert "key is missing" in (said.health_reason or "")
