"""Work that time brings: snoozes that end, days that begin and days that are over."""

from datetime import timedelta
from uuid import UUID

from confab.clock import Clock
from confab.inbox import act
from confab.model.inbox import ConversationId, WorkspaceId
from confab.store import deliveries, schedules, team, wake
from confab.store.claims import Due
from confab.store.db import Database
from confab.store.wake import Wake

NAMES = ["days"]
_EVERY = timedelta(hours=1)
_DAYS_AHEAD = timedelta(days=3)
_ATTEMPTS_COUNT_FOR = timedelta(days=1)
_FEED_DAYS = timedelta(days=7)


class Upkeep:
    """Handles snoozes and schedules."""

    def __init__(self, db: Database, clock: Clock, waker: Wake, *, ledger_days: int, unclaimed_days: int) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker
        self._ledger = timedelta(days=ledger_days)
        self._unclaimed = timedelta(days=unclaimed_days)

    async def wake_up(self, due: Due) -> None:
        """A snooze is over; a second time changes nothing."""
        workspace, conversation = WorkspaceId(UUID(str(due.key[0]))), ConversationId(UUID(str(due.key[1])))
        async with self._db.transaction() as conn:
            await act.wake_up(conn, workspace, conversation, self._clock.now())
        self._wake.say(wake.changed(workspace))

    async def scheduled(self, due: Due) -> None:
        """Partitions for the days to come, none for those that are over."""
        now = self._clock.now()
        async with self._db.transaction() as conn:
            await deliveries.ensure_days(conn, now.date(), (now + _DAYS_AHEAD).date())
            await deliveries.forget(
                conn,
                ledger_before=(now - self._ledger).date(),
                unclaimed_before=now - self._unclaimed,
                changes_before=(now - _FEED_DAYS).date(),
            )
            await team.forget_attempts(conn, now - _ATTEMPTS_COUNT_FOR)
            await team.forget_ended_sessions(conn, now)
            await schedules.again(conn, str(due.key[0]), now + _EVERY, now)
