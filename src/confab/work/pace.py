"""When an account may call Meta again: a place in a row that all workers share, kept in the database.

Places are handed out before the call, so any number of workers together are never faster than the pool; one that dies with its
place costs everybody one call's time. Rules L2, L5, L7.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.clock import Clock
from confab.model.inbox import WorkspaceId
from confab.store import budgets
from confab.store.db import Database

_LOOK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Calls of one sort: its name, how far apart two of them are in the long run, and how much of that may be saved up."""

    name: str
    each: timedelta
    saved: timedelta = timedelta(0)


class Pace:
    """Hands out places."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def turn(self, workspace: WorkspaceId, account: UUID, pool: Pool) -> None:
        """Return when the call may be made."""
        async with self._db.transaction() as conn:
            at = await budgets.reserve(conn, workspace, account, pool.name, pool.each, self._clock.now())
        while (left_s := (at - self._clock.now()).total_seconds()) > 0:  # noqa: ASYNC110 -- our clock may be another's, and jump
            await asyncio.sleep(min(left_s, _LOOK_S))

    async def block(self, workspace: WorkspaceId, account: UUID, pool: Pool, for_: timedelta) -> datetime:
        """Meta asks to wait: nobody gets a place before this moment, which is returned."""
        until = self._clock.now() + for_
        async with self._db.transaction() as conn:
            await budgets.block(conn, workspace, account, pool.name, until)
        return until

    async def learn(self, workspace: WorkspaceId, account: UUID, pool: Pool, used_percent: int) -> None:
        """What Meta says of the allowance slows down the calls to come, before it is used up."""
        async with self._db.transaction() as conn:
            await budgets.learn(conn, workspace, account, pool.name, used_percent)
