"""Which Meta app signs for an account, and what happens to deliveries that another one signed. Rule D6."""

import os
from uuid import UUID

import pytest

from confab.accounts import connect, meta_apps
from confab.accounts.connect import Connection
from confab.accounts.meta_apps import ENVIRONMENT, MetaApp
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.errors import Conflict, NotFound
from confab.inbox.ingest import Ingest
from confab.inbox.upkeep import Upkeep
from confab.model.inbox import Account, IgId, WorkspaceId
from confab.store import claims, deliveries, ids, team
from confab.store.claims import Due
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.world import Customer, body

VAULT = Vault(keys=(os.urandom(32),), file=None)
IG_ID = "17841400000000801"


class Agency:
    """A workspace with an account of which each test asks who signs for it."""

    def __init__(self, app_db: Database, worker_db: Database, doors: Doors, clock: Clock) -> None:
        self.app_db, self.worker_db, self.clock = app_db, worker_db, clock
        self.workspace = WorkspaceId(ids.new(clock.now()))
        self.ig_id = f"178414{ids.new(clock.now()).int % 10**10:010}"
        self._wake = Wake(doors.worker)
        self._ingest = Ingest(worker_db, clock, self._wake, frozenset())

    async def app(self, name: str) -> MetaApp:
        async with self.app_db.transaction() as conn:
            return await meta_apps.add(conn, VAULT, f"{name} {self.workspace}", "its secret", self.clock.now())

    async def connect(self, app: MetaApp | None = None, *, named: str | None = None) -> Account:
        """What `account add` does, with or without --meta-app."""
        async with self.app_db.viewing(self.workspace) as conn:
            name = app.name if app else named
            given = Connection(
                ig_id=IgId(self.ig_id), username="harbour.bakery", access_token="T", expires_at=None,
                signed_by=await meta_apps.named(conn, name) if name else None,
            )  # fmt: skip
            return await connect.add(conn, VAULT, self.workspace, given, self.clock.now())

    async def receive(self, text: str, app: MetaApp | None) -> UUID:
        """A delivery that this app signed, ingested."""
        delivery = ids.new(self.clock.now())
        raw = body(self.ig_id, Customer(self.ig_id).writes(f"{text} {self.ig_id}", text, self.clock.now()))
        async with self.app_db.alone() as conn:
            await deliveries.keep(conn, [delivery], self.clock.now(), [(app.id if app else None, raw)])
        await self.work()
        return delivery

    async def work(self) -> list[UUID]:
        """Everything that is queued; which deliveries it was."""
        async with self.worker_db.transaction() as conn:
            due = await claims.DELIVERIES.claim(conn, self.clock.now(), self.clock.now(), 100)
        await self._ingest.deliveries(due)
        return [UUID(str(one.key[0])) for one in due]

    async def claiming(self) -> None:
        """What upkeep does every minute."""
        keeper = Upkeep(self.worker_db, self.clock, self._wake, ledger_days=30, unclaimed_days=7)
        await keeper.scheduled(Due(key=("claiming",), attempts=1))

    async def texts(self) -> list[str]:
        async with self.worker_db.transaction() as conn:
            found = await conn.fetch("SELECT text FROM messages WHERE workspace_id = $1 ORDER BY sent_at", self.workspace)
        return [record["text"] for record in found]


@pytest.fixture
async def agency(app_db: Database, worker_db: Database, doors: Doors, clock: Clock) -> Agency:
    made = Agency(app_db, worker_db, doors, clock)
    async with app_db.viewing(made.workspace) as conn:
        await team.create_workspace(conn, made.workspace, "Agency", clock.now())
    return made


async def test_D6_renewing_a_token_leaves_the_account_its_meta_app(agency: Agency) -> None:
    app = await agency.app("Agency")
    await agency.connect(app)
    await agency.connect()
    await agency.receive("after the renewal", app)
    await agency.receive("signed by the environment's", None)
    assert await agency.texts() == ["after the renewal"]


async def test_D6_naming_the_right_app_lets_in_what_had_been_withheld_and_nothing_else(agency: Agency) -> None:
    first, second = await agency.app("First"), await agency.app("Second")
    await agency.connect(first)
    withheld = await agency.receive("from the second app", second)
    await agency.receive("from the environment's app", None)
    assert await agency.texts() == []
    await agency.connect(second)
    assert await agency.work() == [withheld]
    assert await agency.texts() == ["from the second app"]
    await agency.connect(named=ENVIRONMENT)
    await agency.work()
    assert await agency.texts() == ["from the second app", "from the environment's app"]


async def test_D6_what_was_withheld_while_the_app_was_being_changed_enters_within_a_minute(
    agency: Agency, worker_db: Database, app_db: Database, clock: Clock
) -> None:
    first, second = await agency.app("First"), await agency.app("Second")
    await agency.connect(first)
    account = await agency.connect(second)
    delivery = await agency.receive("overtaken", second)
    async with worker_db.transaction() as conn:  # as a worker leaves it that had read the route before the change
        await conn.execute("UPDATE delivery_parts SET state = 'unclaimed' WHERE delivery_id = $1", delivery)
    await agency.claiming()
    assert await agency.work() == [delivery]
    async with worker_db.transaction() as conn:
        state = await conn.fetchval("SELECT state FROM delivery_parts WHERE account_id = $1", account.id)
    assert state == "applied"
    await agency.claiming()
    assert await agency.work() == []


async def test_the_environments_app_has_a_name_that_no_other_may_take(agency: Agency, app_db: Database, clock: Clock) -> None:
    async with app_db.transaction() as conn:
        with pytest.raises(Conflict):
            await meta_apps.add(conn, VAULT, ENVIRONMENT, "secret", clock.now())
        with pytest.raises(NotFound, match=ENVIRONMENT):
            await meta_apps.named(conn, "nobody's")
