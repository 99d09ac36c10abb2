"""Counts a workspace's messages in the background, so that nobody who looks waits for it, and whoever writes does not either.

What is counted lies before `counted_up_to`. What changes there afterwards (a message that comes late, an import, an unsending) is
told by the change feed, which every writer of a message leaves behind as it is: its hours are counted anew. So a number is never
added to, only made again from what there is, and any step may be repeated or broken off. Rules NU3, NU4.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from confab.clock import Clock
from confab.model.inbox import WorkspaceId
from confab.store import changes, ids, own_counts
from confab.store import own_numbers as store
from confab.store.claims import Due
from confab.store.db import Database
from confab.store.own_counts import Counted

_EVERY = timedelta(minutes=5)
_QUARTER = timedelta(minutes=15)
_HOUR = timedelta(hours=1)
_STEP = timedelta(days=1)
_FEED_STEP = 5_000
_STALE_STEP = 48


class Counting:
    """Handles the due row of each workspace."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def run(self, due: Due) -> None:
        """Bring the numbers up to the last quarter-hour that is over, in short steps. A second time changes nothing."""
        workspace, now = WorkspaceId(UUID(str(due.key[0]))), self._clock.now()
        await self._begin(workspace, now)
        for step in (self._follow, self._count_anew, self._count_on):
            while await step(workspace, now):
                pass
        async with self._db.transaction() as conn:
            await own_counts.again(conn, due, self._clock.now() + _EVERY)

    async def _begin(self, workspace: WorkspaceId, now: datetime) -> None:
        """Count from the first message on when nothing is counted, or the feed has forgotten what changed since."""
        async with self._db.transaction() as conn:
            counted = await own_counts.lock(conn, workspace)
            if counted is None or (counted.seq is not None and await changes.reaches(conn, workspace, counted.seq)):
                return
            newest = await changes.newest_seq(conn, workspace)
            first = await own_counts.first_at(conn, workspace)
            await store.forget_all(conn, workspace)
            begin = _floor(min(first, now) if first is not None else now, _QUARTER)
            await own_counts.note(conn, workspace, Counted(seq=newest, counted_up_to=begin))

    async def _follow(self, workspace: WorkspaceId, _now: datetime) -> bool:
        """Mark the hours that changed; whether there is more in the feed."""
        async with self._db.transaction() as conn:
            counted = await own_counts.lock(conn, workspace)
            if counted is None or counted.seq is None or counted.counted_up_to is None:
                return False
            newest = await changes.newest_seq(conn, workspace)
            up_to = min(newest, counted.seq + _FEED_STEP)
            if up_to > counted.seq:
                changed = await own_counts.changed_messages(conn, workspace, counted.seq, up_to)
                written_at = [ids.made_at(id_) for id_ in changed]
                await own_counts.mark_messages(conn, workspace, changed, written_at, counted.counted_up_to)
                await own_counts.note(conn, workspace, Counted(seq=up_to, counted_up_to=counted.counted_up_to))
            return up_to < newest

    async def _count_anew(self, workspace: WorkspaceId, _now: datetime) -> bool:
        """Count some of the hours that changed; whether there may be more."""
        async with self._db.transaction() as conn:
            counted = await own_counts.lock(conn, workspace)
            if counted is None or counted.counted_up_to is None:
                return False
            hours = await own_counts.take_stale(conn, workspace, counted.counted_up_to, _STALE_STEP)
            spans = [(hour, min(hour + _HOUR, counted.counted_up_to)) for hour in hours]
            if spans:
                await store.forget(conn, workspace, spans)
                await store.count(conn, workspace, spans)
                await store.add_up(conn, workspace, spans)
            return len(hours) == _STALE_STEP

    async def _count_on(self, workspace: WorkspaceId, now: datetime) -> bool:
        """Count the next stretch, up to a day of it; whether there is more."""
        async with self._db.transaction() as conn:
            counted = await own_counts.lock(conn, workspace)
            if counted is None or counted.counted_up_to is None:
                return False
            end = min(counted.counted_up_to + _STEP, _floor(now, _QUARTER))
            if end <= counted.counted_up_to:
                return False
            await store.count(conn, workspace, [(counted.counted_up_to, end)])
            await store.add_up(conn, workspace, [(counted.counted_up_to, end)])
            await own_counts.note(conn, workspace, Counted(seq=counted.seq, counted_up_to=end))
            return True


def _floor(at: datetime, step: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return at - (at - epoch) % step
