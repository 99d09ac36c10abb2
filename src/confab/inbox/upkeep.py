"""Work that time brings: snoozes that end, days that begin and days that are over.

Each piece is a short transaction of its own, and gives up within a moment when somebody else reads what it must lock: nobody
ever waits for upkeep, and what could not be done is tried again, for ever.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from confab.clock import Clock
from confab.inbox import act
from confab.model.inbox import ConversationId, WorkspaceId
from confab.store import days, deliveries, errands, members, rule_log, schedules, tallies, team, verifications, wake
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.wake import Wake

_EVERY = {
    "days": timedelta(hours=1),
    "days_over": timedelta(hours=1),
    "forgetting": timedelta(hours=1),
    "claiming": timedelta(minutes=1),
    "media_ages": timedelta(hours=1),
    "media_modes": timedelta(hours=1),
    "development": timedelta(minutes=1),
}
NAMES = list(_EVERY)

_DAYS_AHEAD = 3
_ATTEMPTS_COUNT_FOR = timedelta(days=1)
_FEED_DAYS = timedelta(days=7)
_LONGEST_TRANSACTION = timedelta(minutes=10)
_BATCH = 500
_TOKENS_FOR = timedelta(days=30)
_ERRANDS_FOR = timedelta(days=1)


class Upkeep:
    """Handles snoozes and schedules."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        waker: Wake,
        *,
        ledger_days: int,
        unclaimed_days: int,
        rules_days: int = 90,
        besides: Mapping[str, Callable[[datetime], Awaitable[None]]] | None = None,
    ) -> None:
        self._besides = besides or {}  # what other rooms do when it is time
        self._db = db
        self._clock = clock
        self._wake = waker
        self._ledger = timedelta(days=ledger_days)
        self._unclaimed = timedelta(days=unclaimed_days)
        self._rules = timedelta(days=rules_days)

    async def wake_up(self, due: Due) -> None:
        """A snooze is over; a second time changes nothing."""
        workspace, conversation = WorkspaceId(UUID(str(due.key[0]))), ConversationId(UUID(str(due.key[1])))
        async with self._db.transaction() as conn:
            await act.wake_up(conn, workspace, conversation, self._clock.now())
        self._wake.say(wake.changed(workspace))

    async def scheduled(self, due: Due) -> None:
        """Run a schedule and say when it comes back. What is done already is not done again.

        Raises LockNotAvailableError when somebody holds what it must lock; what it did before that stays done.
        """
        name, now = str(due.key[0]), self._clock.now()
        every = _EVERY[name]
        match name:
            case "days":
                await self._make_days(now)
            case "days_over":
                await self._drop_days(now)
            case "forgetting":
                await self._forget(now)
            case "claiming":
                await self._claim(name, now)
            case _:
                if (step := self._besides.get(name)) is not None:
                    await step(now)
        async with self._db.transaction() as conn:
            await schedules.again(conn, name, now + every, now)

    async def _make_days(self, now: datetime) -> None:
        """Partitions for today and the days to come, long before anything lies in them."""
        for ahead in range(_DAYS_AHEAD + 1):
            for table in days.DAILY:
                async with self._db.transaction() as conn:
                    await days.ensure_day(conn, table, (now + timedelta(days=ahead)).date())

    async def _drop_days(self, now: datetime) -> None:
        """No partitions of days that are over, and then no rows of such days elsewhere."""
        ledger_from, feed_from = (now - self._ledger).date(), (now - _FEED_DAYS).date()
        await self._until_done(lambda conn: days.drop_day(conn, "deliveries", ledger_from))
        await self._until_done(lambda conn: days.drop_day(conn, "changes", feed_from))
        ledger_start, feed_start = days.start_of(ledger_from), days.start_of(feed_from)
        await self._until_done(lambda conn: days.forget_stray_bodies(conn, ledger_start, _BATCH))
        await self._until_done(lambda conn: days.forget_stray_changes(conn, feed_start, _BATCH))

    async def _forget(self, now: datetime) -> None:
        """Single rows whose time is over."""
        ledger_start = days.start_of((now - self._ledger).date())
        await self._until_done(lambda conn: days.forget_unclaimed(conn, now - self._unclaimed, _BATCH))
        await self._until_done(lambda conn: days.forget_parts(conn, ledger_start, _BATCH))
        await self._until_done(lambda conn: days.forget_unrouted(conn, ledger_start, _BATCH))
        await self._until_done(lambda conn: days.forget_parked(conn, ledger_start, _BATCH))
        await self._until_done(lambda conn: days.forget_sources(conn, ledger_start, _BATCH))
        await self._until_done(lambda conn: rule_log.forget(conn, now - self._rules, _BATCH))
        await self._until_done(lambda conn: verifications.forget_ended(conn, now - _TOKENS_FOR, _BATCH))
        await self._until_done(lambda conn: errands.forget_old(conn, now - _ERRANDS_FOR, _BATCH))
        async with self._db.transaction() as conn:
            await team.forget_attempts(conn, now - _ATTEMPTS_COUNT_FOR)
            await team.forget_ended_sessions(conn, now)
            await tallies.forget(conn, now - self._ledger)
            await members.forget_ended(conn, now, now - _ATTEMPTS_COUNT_FOR)

    async def _claim(self, name: str, now: datetime) -> None:
        """Ingest what was set aside as nobody's by a worker that could not see yet that its account was being connected."""
        async with self._db.transaction() as conn:
            last = await schedules.last_run_at(conn, name)
            count = await deliveries.requeue_claimed(conn, last and last - _LONGEST_TRANSACTION, now)
        if count:
            self._wake.say(wake.work("deliveries"))

    async def _until_done(self, step: Callable[[Conn], Awaitable[int]]) -> None:
        """One short transaction after another, until a step finds nothing more."""
        more = 1
        while more:
            async with self._db.transaction() as conn:
                more = await step(conn)
