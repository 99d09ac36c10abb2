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
from confab.store.budgets import Spacing
from confab.store.db import Database

_LOOK_S = 1.0
_PATIENCE = timedelta(seconds=10)
_LOOKS = 12  # no place is further ahead than this many seconds, whatever the clock says
_LATE = timedelta(milliseconds=40)
_PLACES = 3  # under a clock that runs fast everybody is late


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Calls of one sort: its name, how far apart two of them are in the long run, and how much of that may be saved up."""

    name: str
    each: timedelta
    saved: timedelta = timedelta(0)

    def spacing(self, ahead: timedelta) -> Spacing:
        """How its calls are spaced for who takes a place at most so far ahead."""
        return Spacing(each=self.each, saved=self.saved, ahead=ahead)


class Waiting(Exception):
    """Instagram asks to wait until then; everybody of this account does."""

    def __init__(self, until: datetime, reason: str) -> None:
        super().__init__(reason)
        self.until = until
        self.reason = reason


class Pace:
    """Hands out places."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def turn(self, workspace: WorkspaceId, account: UUID, pool: Pool) -> None:
        """Return when the call may be made. Raises Waiting when that is not soon: then no place is taken."""
        await self.come(workspace, account, pool, await self._place(workspace, account, pool))

    async def come(self, workspace: WorkspaceId, account: UUID, pool: Pool, at: datetime) -> None:
        """Return when the call that has this place may be made. Raises Waiting, as `turn`.

        Who comes too late to a place takes another: the next one counts on it that this call was made in time.
        """
        for _ in range(_PLACES):
            await sleep_until(self._clock, at)
            if pool.saved or self._clock.now() - at <= _LATE:
                return
            at = await self._place(workspace, account, pool)

    async def _place(self, workspace: WorkspaceId, account: UUID, pool: Pool) -> datetime:
        now = self._clock.now()
        async with self._db.alone() as conn:
            is_given, at = await budgets.take(conn, workspace, account, pool.name, pool.spacing(_PATIENCE), now)
        if not is_given:
            raise Waiting(at, "it asks to wait")
        return at

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


async def sleep_until(clock: Clock, at: datetime) -> None:
    """Return at that moment of our clock, which may be another's, and jump; and not much later by any."""
    for _ in range(_LOOKS):
        if (left_s := (at - clock.now()).total_seconds()) <= 0:
            return
        await asyncio.sleep(min(left_s, _LOOK_S))
