"""Every account's numbers are looked after: a reading each night, and stories before they end.

Nights begin at two in the morning (UTC), spread over an hour. Between them stories are listed each hour and read, and once more
shortly before one ends, because then its numbers are gone. Rules IV5, IV15.
"""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.errors import GraphError, Throttled
from confab.graph import insights as meta
from confab.graph.client import GraphClient
from confab.graph.metrics import STORY_HOURS
from confab.graph.token import page_of
from confab.insights import listed, questions
from confab.insights.asking import POOL, Asker, Line, LineOf
from confab.model.changes import RunUpdated
from confab.model.commands import Sync
from confab.model.inbox import AccountId, RunId, WorkspaceId
from confab.store import changes, ids, runs, sync_runs, wake
from confab.store import insights as store
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.wake import Wake
from confab.work.pace import Pace

ASKED_BY = "the nightly reading"
_AT = time(hour=2)
_SPREAD_MIN = 60
_SOONEST = timedelta(hours=1)  # what was connected just now has its first night a while later
_STORIES_EVERY = timedelta(hours=1)
_BEFORE_ITS_END = timedelta(minutes=20)
_AT_LEAST = timedelta(minutes=5)

log = structlog.get_logger()


def next_night(account: UUID, now: datetime) -> datetime:
    """When its next nightly reading begins: between two and three in the morning, always at the same minute."""
    at = datetime.combine(now.astimezone(UTC).date(), _AT, UTC) + timedelta(minutes=account.int % _SPREAD_MIN)
    while at < now + _SOONEST:
        at += timedelta(days=1)
    return at


class Watch:
    """Handles accounts that are due."""

    def __init__(self, db: Database, graph: GraphClient, clock: Clock, waker: Wake, line_of: LineOf, pace: Pace) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._wake = waker
        self._line_of = line_of
        self._pace = pace

    async def run(self, due: Due) -> None:
        """Begin the night's reading when it is time, look at the stories, and say when to come back."""
        workspace, account = WorkspaceId(UUID(str(due.key[0]))), AccountId(UUID(str(due.key[1])))
        now = self._clock.now()
        async with self._db.transaction() as conn:
            standing = await store.standing(conn, workspace, account)
            line = await self._line_of(conn, workspace, account)
            if standing is None:
                return
            night = standing.night_at  # None: it was connected just now
            if line is not None and night is not None and night <= now:
                await self._ask(conn, workspace, account, now)
            if night is None or night <= now:
                night = next_night(account, now)
        self._wake.say(wake.changed(workspace), wake.work("runs"))
        soonest = await self._stories(workspace, account, line, now) if line is not None else night
        async with self._db.transaction() as conn:
            await store.look_again(conn, due, night, min(night, max(soonest, now + _AT_LEAST)))

    async def _ask(self, conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> None:
        new = RunId(ids.new(now))
        run = await runs.ask(conn, workspace, new, Sync(account_id=account, what="insights"), ASKED_BY, now)
        if run.id == new:
            await sync_runs.open_(conn, workspace, new, account, sync_runs.Wanted(), ASKED_BY, now)
            changes.publish(conn, workspace, [RunUpdated(type="run_updated", run=run)], now)

    async def _stories(self, workspace: WorkspaceId, account: AccountId, line: Line, now: datetime) -> datetime:
        """Read those that stand; when to look again. Trouble costs this look alone: the next one is in an hour."""
        asker = Asker(graph=self._graph, pace=self._pace, clock=self._clock, workspace=workspace, account=account, line=line)
        try:
            await self._pace.turn(workspace, account, POOL)
            found = await meta.stories(self._graph, token=line.token, ig_id=line.ig_id)
            async with self._db.transaction() as conn:
                refused = await store.refused_media(conn, workspace, account)
            asks = [
                ask
                for one in found
                if one.ig_id not in refused
                for ask in questions.of_media(one.ig_id, "STORY", now, names=None, is_facebook=page_of(line.token) is not None)
            ]
            outcomes = await asker.all(asks)
        except Throttled as error:
            await self._pace.block(workspace, account, POOL, error.patience())
            return now + _STORIES_EVERY
        except GraphError as error:
            log.info("stories_not_read", account=str(account), error=error.code)
            return now + _STORIES_EVERY
        async with self._db.transaction() as conn:
            told = await listed.keep(conn, workspace, account, found, self._clock.now())
            await store.put(conn, workspace, account, [value for one in outcomes for value in one.values], self._clock.now())
            for one in outcomes:
                if one.is_too_old and one.error is not None:
                    await store.refuse_media(conn, workspace, account, one.ask.media, one.error.says)
            changes.publish(conn, workspace, told, self._clock.now())
        self._wake.say(wake.changed(workspace))
        ends = [one.published_at + timedelta(hours=STORY_HOURS) - _BEFORE_ITS_END for one in found]
        return min([now + _STORIES_EVERY, *(end for end in ends if end > now)])
