"""An account is connected again while a worker is busy with it: both come to their end, whoever is first. Rules AC22, AC13."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import pytest

from confab.accounts import connect, leaving
from confab.accounts.connect import Connection
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.model.changes import AccountUpdated
from confab.model.inbox import Account, IgId, WorkspaceId
from confab.store import accounts, changes, checkups, deliveries, errands, health, ids, tokens
from confab.store.db import Conn, Database
from tests.integration.accounts.test_connect import make

VAULT = Vault(keys=(os.urandom(32),), file=None)
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Busy:
    """A connected account, with a development account beside it, and what a worker does with them in one transaction."""

    def __init__(self, app: Database, worker: Database, clock: Clock, workspace: WorkspaceId) -> None:
        self.app, self.worker, self.clock, self.workspace = app, worker, clock, workspace
        self.ig_id = IgId(str(ids.new(clock.now()).int % 10**15))

    async def add(self, *, is_development: bool = False) -> Account:
        ig_id = IgId(f"9{self.ig_id}") if is_development else self.ig_id
        given = Connection(
            ig_id=ig_id, username="ada", access_token="a token", expires_at=None, is_development=is_development
        )  # fmt: skip
        async with self.app.viewing(self.workspace) as conn:
            return await connect.add(conn, VAULT, self.workspace, given, self.clock.now())

    async def renewal(self, conn: Conn) -> Sequence[Callable[[], Awaitable[object]]]:
        """A token is renewed, and the account's card says so."""
        kept = await tokens.get(conn, self.workspace, self.account.id)
        assert kept is not None
        return (
            lambda: tokens.put_off(conn, kept, NOW, None),
            lambda: health.touch(conn, self.workspace, self.account.id),
        )

    async def farewell(self, conn: Conn) -> Sequence[Callable[[], Awaitable[object]]]:
        """It was disconnected, and the token is forgotten."""
        async with self.app.viewing(self.workspace) as other:
            await leaving.disconnect(other, self.workspace, self.account.id, "Dana", NOW)
        errand = await conn.fetchval("SELECT id FROM account_errands WHERE account_id = $1 AND kind = 'part'", self.account.id)
        return (
            lambda: tokens.forget(conn, self.workspace, self.account.id),
            lambda: errands.settle(conn, self.workspace, errand, "done", None),
        )

    async def ingest(self, conn: Conn) -> Sequence[Callable[[], Awaitable[object]]]:
        """What was withheld from it is read again: that Meta pauses it."""
        delivery = ids.new(NOW)
        async with self.worker.transaction() as other:
            await other.execute("INSERT INTO deliveries (id, received_at, body) VALUES ($1, $2, '')", delivery, NOW)
            await other.execute(
                "INSERT INTO delivery_parts VALUES ($1, $2, $3, $4, 'unclaimed', 1, 0)",
                self.workspace, delivery, self.account.id, NOW,
            )  # fmt: skip
            await other.execute("INSERT INTO delivery_queue (delivery_id, due_at) VALUES ($1, $2)", delivery, NOW)
        return (
            lambda: deliveries.done(conn, [delivery]),
            lambda: health.enforce(conn, self.workspace, self.account.id, action="block", reason="spam", at=NOW),
        )

    async def removal(self, conn: Conn) -> Sequence[Callable[[], Awaitable[object]]]:
        """Its owner removed the app at Instagram."""
        return (
            lambda: tokens.forget(conn, self.workspace, self.account.id),
            lambda: leaving.removed(conn, self.workspace, self.account.id, NOW),
        )

    async def checkup(self, conn: Conn) -> Sequence[Callable[[], Awaitable[object]]]:
        """The doctor is asked to look, and everybody is told of the account."""
        await self.add(is_development=True)
        shown = await accounts.for_workspace(conn, self.workspace, self.account.id)
        told = [AccountUpdated(type="account_updated", account=shown)]

        async def tell() -> None:  # numbered, and so locked, with the commit
            changes.publish(conn, self.workspace, told, NOW)

        return lambda: checkups.make_due(conn, self.workspace, NOW), tell

    async def begin(self) -> None:
        self.account = await self.add()


@pytest.fixture
async def busy(app_db: Database, worker_db: Database, clock: Clock) -> Busy:
    made = Busy(app_db, worker_db, clock, await make(app_db, clock))
    await made.begin()
    return made


async def _waits(conn: Conn) -> None:
    """Until somebody waits for this transaction."""
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    while not await conn.fetchval(waiting):
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("what", ["renewal", "farewell", "ingest", "removal", "checkup"])
async def test_AC22_connecting_again_waits_for_a_busy_worker_and_stands_in_no_circle_with_it(busy: Busy, what: str) -> None:
    work: Callable[[Conn], Awaitable[Sequence[Callable[[], Awaitable[object]]]]] = getattr(busy, what)
    async with asyncio.TaskGroup() as group, asyncio.timeout(20):
        async with busy.worker.transaction() as conn:
            first, then = await work(conn)
            await first()
            adding = group.create_task(busy.add())
            await _waits(conn)
            await then()
        again = await adding
    assert (again.id, again.disconnected_at) == (busy.account.id, None)
