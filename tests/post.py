"""The ledger and the worker behind it, step by step: deliveries that are kept and read, and accounts that are connected."""

import os
from datetime import timedelta

from confab.accounts import connect
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.inbox.ingest import Ingest
from confab.model.inbox import IgId, WorkspaceId
from confab.store import claims, deliveries, ids, team
from confab.store.db import Database, Doors
from confab.store.wake import Wake


class Post:
    """Keeps what arrives, and reads it when told to."""

    def __init__(self, app: Database, worker: Database, doors: Doors, clock: Clock) -> None:
        self.app, self.worker, self.clock = app, worker, clock
        self.ingest = Ingest(worker, clock, Wake(doors.worker), frozenset())
        self.vault = Vault(keys=(os.urandom(32),), file=None)

    async def arrives(self, raw: bytes) -> None:
        now = self.clock.now()
        async with self.app.transaction() as conn:
            await deliveries.keep(conn, ids.several(now, 1), now, [(None, raw)])

    async def work(self) -> int:
        """Ingest what is due; how many deliveries that was."""
        now = self.clock.now()
        async with self.worker.transaction() as conn:
            due = await claims.DELIVERIES.claim(conn, now, now + timedelta(seconds=10), 500)
        await self.ingest.deliveries(due)
        return len(due)

    async def team(self) -> WorkspaceId:
        workspace = WorkspaceId(ids.new(self.clock.now()))
        async with self.app.viewing(workspace) as conn:
            await team.create_workspace(conn, workspace, f"Team {workspace}", self.clock.now())
        return workspace

    async def connects(self, workspace: WorkspaceId, ig_id: str) -> None:
        given = connect.Connection(ig_id=IgId(ig_id), username="bakery", access_token="T", expires_at=None)
        async with self.app.viewing(workspace) as conn:
            await connect.add(conn, self.vault, workspace, given, self.clock.now())

    async def texts(self, workspace: WorkspaceId) -> list[str]:
        async with self.worker.transaction() as conn:
            found = await conn.fetch("SELECT text FROM messages WHERE workspace_id = $1 ORDER BY sent_at", workspace)
        return [record["text"] for record in found]

    async def unclaimed(self, ig_id: str) -> int:
        async with self.worker.transaction() as conn:
            return await conn.fetchval("SELECT count(*) FROM unrouted_parts WHERE ig_id = $1 AND state = 'unclaimed'", ig_id)
