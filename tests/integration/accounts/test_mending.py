"""A dead token is found out about once, however many workers use it at that moment. Rule AC10."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import httpx2
import pytest

from confab.accounts import connect
from confab.accounts.connect import Connection
from confab.accounts.mending import Lines
from confab.accounts.oauth import Entrances
from confab.accounts.refresh import Refreshes
from confab.accounts.renewal import Renewal
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.errors import Unauthorised
from confab.graph.client import GraphClient, Myself
from confab.graph.login import Grant, LoginClient, Page, PageAccount
from confab.graph.token import Token
from confab.model.inbox import IgId
from confab.settings import Settings
from confab.store import accounts, tokens
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.world import World, make_world

VAULT = Vault(keys=(bytes(32),), file=None)
PAGE = "1045"


@dataclass
class Meta:
    """What is alive there, and how often it was asked."""

    alive: set[str] = field(default_factory=set)
    gives: str | None = None
    asked: list[str] = field(default_factory=list)
    pages: int = 0


class Graph(GraphClient):
    """Takes its time, as Meta does."""

    def __init__(self, meta: Meta) -> None:
        self.meta = meta

    async def me(self, *, token: str) -> Myself:
        self.meta.asked.append(str(token))
        await asyncio.sleep(0.3)
        if str(token) not in self.meta.alive:
            raise Unauthorised("Instagram refused: the user changed their password.", graph_code=190, subcode=460)
        return Myself(id=PAGE)


class Login(LoginClient):
    """Gives the Page's token as it is now, while the person's is alive."""

    def __init__(self, meta: Meta) -> None:
        super().__init__(httpx2.AsyncClient(), Entrances.of(Settings()).hosts)
        self.meta = meta

    async def pages(self, token: str) -> list[Page]:
        self.meta.pages += 1
        await asyncio.sleep(0.1)
        if self.meta.gives is None:
            raise Unauthorised("Instagram refused: the session is over.", graph_code=190)
        account = PageAccount(id="1", username="bakery")
        return [Page(id=PAGE, access_token=self.meta.gives, instagram_business_account=account)]

    async def renew_person(self, app: object, token: str) -> Grant:
        raise AssertionError("nobody asked for that")


class Worker:
    """One of several, each with connections and a memory of its own."""

    def __init__(self, db: Database, doors: Doors, meta: Meta, clock: Clock) -> None:
        wake, graph = Wake(doors.worker), Graph(meta)
        renewal = Renewal(db, graph, Login(meta), VAULT, clock, Entrances.of(Settings()))
        refreshes = Refreshes(db, graph, VAULT, clock, wake, renewal)
        self._db = db
        self._lines = Lines(db, graph, VAULT, clock, wake, renewal, refreshes)

    async def recent(self, world: World) -> Token:
        """What it sends with."""
        async with self._db.transaction() as conn:
            found = await self._lines.recent(conn, world.workspace, world.account)
        assert found is not None
        return found[1]

    async def token(self, world: World) -> Token:
        async with self._db.transaction() as conn:
            found = await self._lines.of(conn, world.workspace, world.account)
        assert found is not None
        return found[1]

    async def refused(self, world: World) -> Token | None:
        """It used the token, and Meta refused it."""
        return await _mended(await self.token(world))


async def _mended(token: Token) -> Token | None:
    assert token.mend is not None
    return await token.mend(token)


@pytest.fixture
async def world(app_db: Database, doors: Doors, clock: Clock) -> World:
    world = await make_world(doors)
    await connected(app_db, world, clock, "page-1")
    return world


async def connected(db: Database, world: World, clock: Clock, token: str) -> None:
    given = Connection(
        ig_id=IgId(world.ig_id), username="bakery", access_token=token, expires_at=None, platform="facebook", page=PAGE,
        user_token="person", user_token_expires_at=clock.now() + timedelta(days=60),
    )  # fmt: skip
    async with db.viewing(world.workspace) as conn:
        await connect.add(conn, VAULT, world.workspace, given, clock.now())


async def crowd(db: Database, doors: Doors, meta: Meta, clock: Clock, world: World) -> list[Token | None]:
    """All have the token before Meta refuses it to any."""
    workers = [Worker(db, doors, meta, clock) for _ in range(3)]
    tokens = [await worker.token(world) for worker in workers for _ in range(3)]
    return list(await asyncio.gather(*(_mended(token) for token in tokens)))


async def test_AC10_three_workers_that_are_refused_at_once_derive_one_token_and_all_go_on_with_it(
    worker_db: Database, doors: Doors, clock: Clock, world: World
) -> None:
    meta = Meta(gives="page-2")
    assert [str(one) for one in await crowd(worker_db, doors, meta, clock, world)] == ["page-2"] * 9
    assert (meta.asked, meta.pages) == (["page-1"], 1)


async def test_AC10_where_nothing_can_be_derived_one_finds_out_and_nobody_asks_again(
    worker_db: Database, doors: Doors, clock: Clock, world: World
) -> None:
    meta = Meta()
    assert await crowd(worker_db, doors, meta, clock, world) == [None] * 9
    assert (meta.asked, meta.pages) == (["page-1"], 1)
    async with worker_db.transaction() as conn:
        account = await accounts.for_workspace(conn, world.workspace, world.account)
    assert account.health == "reconnect"
    assert "password" in (account.health_reason or "")
    assert await crowd(worker_db, doors, meta, clock, world) == [None] * 9
    assert meta.pages == 1


async def test_AC10_a_worker_that_died_while_it_found_out_holds_up_the_others_for_two_minutes_at_most(
    worker_db: Database, doors: Doors, clock: Clock, world: World
) -> None:
    async with worker_db.transaction() as conn:
        kept = await tokens.get(conn, world.workspace, world.account)
        assert kept is not None
        assert await tokens.begin_mending(conn, kept, clock.now() + timedelta(minutes=2), clock.now())
        assert not await tokens.begin_mending(conn, kept, clock.now() + timedelta(minutes=2), clock.now())
    meta = Meta(gives="page-2")
    clock.ahead += timedelta(minutes=3)
    assert str(await Worker(worker_db, doors, meta, clock).refused(world)) == "page-2"


async def test_AC10_who_sends_with_a_token_that_was_replaced_a_moment_ago_goes_on_with_the_new_one(
    app_db: Database, worker_db: Database, doors: Doors, clock: Clock, world: World
) -> None:
    meta = Meta(alive={"page-2"})
    worker = Worker(worker_db, doors, meta, clock)
    before = await worker.recent(world)
    await connected(app_db, world, clock, "page-2")
    assert str(before) == "page-1"
    assert before.mend is not None
    assert str(await before.mend(before)) == "page-2"
    assert meta.asked == []
    clock.ahead += timedelta(seconds=2)
    assert str(await worker.recent(world)) == "page-2"
