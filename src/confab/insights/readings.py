"""A run that reads numbers: the newest week of days, the audience, the newest posts, then the days before, a week at a time.

After each week what came is kept, with the place of the next one, in one transaction: who dies in between asks for one week
again, which changes nothing. A run fails as a whole only when the token is dead. Rules IV5-IV9.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.errors import Rejected, Unauthorised, Unavailable
from confab.graph import insights as meta
from confab.graph.client import GraphClient
from confab.graph.metrics import ACCOUNT, MEDIA, MOST_DAYS, PRODUCT_OF, RETIRED
from confab.graph.token import page_of
from confab.insights import listed, questions, words
from confab.insights.asking import Asker, LineOf, Outcome
from confab.insights.questions import Ask
from confab.model import pacific
from confab.model.inbox import AccountId, RunState, WorkspaceId
from confab.model.insights import MetricError
from confab.store import changes, runs, sync_runs, wake
from confab.store import insights as store
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.runs import Progress
from confab.store.sync_runs import SyncRun
from confab.store.wake import Wake
from confab.work.pace import Pace

_WEEK = 7
_CORRECTED_FOR = 3  # days that Meta still changes (rule I7)
_LONGEST_GAP = 29  # days that a run makes up for by itself
_LONGEST_PAST = 731  # Meta's pages say two years at most (rule I5)
_AUDIENCE_EVERY = timedelta(days=7)
_A_MOMENT = timedelta(seconds=1)
_POSTS_FOR = timedelta(days=30)
_MOST_POSTS, _POSTS_AT_ONCE = 25, 5
_MOST_ERRORS = 200
_AGAIN = timedelta(hours=2)
_TO_AUDIENCE, _TO_POSTS, _NONE = "audience", "posts", "none"  # a run's place: what comes next, and the day to go on from

log = structlog.get_logger()


class _Stopped(Exception):
    """Somebody stopped the run, or goes on with it."""


@dataclass(slots=True, kw_only=True)
class _Going:
    """A run under way."""

    due: Due
    workspace: WorkspaceId
    account: AccountId
    progress: Progress
    kept: SyncRun
    calls_before: int
    asker: Asker
    saving: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def names(self) -> list[str] | None:
        """Metrics of the account that are wanted, None: all."""
        return self.kept.metrics

    @property
    def media_names(self) -> list[str] | None:
        """Metrics of posts that are wanted by name: those that an account has not."""
        return None if self.names is None else [one for one in self.names if one in MEDIA and one not in ACCOUNT]


class Readings:
    """Handles claimed runs that read numbers."""

    def __init__(self, db: Database, graph: GraphClient, clock: Clock, waker: Wake, line_of: LineOf, pace: Pace) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._wake = waker
        self._line_of = line_of
        self._pace = pace

    async def run(self, due: Due) -> None:
        """Read on from where the run is, to the end."""
        going = await self._begin(due)
        if going is None:
            return
        try:
            await self._read(going)
        except _Stopped:
            return
        except Unauthorised as error:
            await self._fail(due, error.detail)

    async def give_up(self, due: Due, reason: str) -> None:
        """It failed again and again: the run says so."""
        await self._fail(due, reason)

    async def _begin(self, due: Due) -> _Going | None:
        workspace, run_id, now = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1])), self._clock.now()
        async with self._db.transaction() as conn:
            progress = await runs.begin(conn, due, now)
            if progress is None:
                return None
            kept = await sync_runs.get(conn, workspace, run_id)
            line = await self._line_of(conn, workspace, kept.account_id)
            kept.state, kept.started_at = "running", kept.started_at or now
            await sync_runs.save(conn, due, kept)
            await runs.tell(conn, workspace, run_id, now)
        self._wake.say(wake.changed(workspace))
        if line is None:
            await self._fail(due, "The account has no access token: connect it again.")
            return None
        asker = Asker(
            graph=self._graph, pace=self._pace, clock=self._clock, workspace=workspace, account=kept.account_id, line=line
        )  # fmt: skip
        going = _Going(
            due=due, workspace=workspace, account=kept.account_id, progress=progress, kept=kept, calls_before=progress.calls,
            asker=asker,
        )  # fmt: skip
        asker.on_wait = self._waiting(going)
        return going

    async def _read(self, going: _Going) -> None:
        await going.asker.count_followers()
        if going.kept.since is None or going.kept.until is None or going.progress.steps_total is None:
            await self._decide(going)
        newest, *earlier = _weeks(going.kept)
        await self._week(going, *newest)
        await self._besides(going)
        for first, end in earlier:
            await self._week(going, first, end)
        await self._finish(going)

    async def _decide(self, going: _Going) -> None:
        """Which days, and how many questions that makes. Retired metrics are told here, and asked of nobody."""
        kept, last = going.kept, pacific.last_whole(self._clock.now())
        if kept.since is None or kept.until is None:
            kept.since, kept.until = await self._reach_back(going, last) if kept.reaches_back else await self._usual(going, last)
        for name in going.names or []:
            if name in RETIRED and name not in MEDIA:
                _note(kept, MetricError(metric=name, kind="retired", says=RETIRED[name].says))
        today, ig_id = pacific.day_of(self._clock.now()), going.asker.line.ig_id
        going.progress.steps_total = sum(
            len(questions.of_days(ig_id, first, end, names=going.names, today=today)) for first, end in _weeks(kept)
        )
        going.progress.place = kept.until.isoformat()
        await self._save(going)

    async def _usual(self, going: _Going, last: date) -> tuple[date, date]:
        """The last three days, which Meta still corrects, and whatever no run has read well since. Rule IV6."""
        async with self._db.transaction() as conn:
            standing = await store.standing(conn, going.workspace, going.account)
        since = last - timedelta(days=_CORRECTED_FOR - 1)
        longest = last - timedelta(days=_LONGEST_GAP)
        good = standing.good_until if standing else None
        return max(longest, min(since, good + timedelta(days=1) if good else longest)), last

    async def _reach_back(self, going: _Going, last: date) -> tuple[date, date]:
        """From the first day of which Meta has anything: months are looked at backwards until one is empty."""
        first, end = last, last
        while (last - end).days < _LONGEST_PAST:
            begin = end - timedelta(days=MOST_DAYS - 1)
            (found,) = await going.asker.all([questions.reach_of(going.asker.line.ig_id, begin, end)])
            there = [value.day for value in found.values if value.value is not None]
            if not there:
                break
            first, end = min(there), begin - timedelta(days=1)
        return min(first, last - timedelta(days=_CORRECTED_FOR - 1)), last

    async def _week(self, going: _Going, first: date, end: date) -> None:
        """A week of days, unless it was read before. After the newest one comes what is of no day, so that it is seen soon."""
        day = _place(going)[1]
        if day == _NONE or end > date.fromisoformat(day):
            return
        asks = questions.of_days(
            going.asker.line.ig_id, first, end, names=going.names, today=pacific.day_of(self._clock.now())
        )  # fmt: skip
        following = _NONE if first == going.kept.since else (first - timedelta(days=1)).isoformat()
        going.progress.place = f"{_TO_AUDIENCE} {following}" if end == going.kept.until else following
        await self._ask(going, asks)

    async def _besides(self, going: _Going) -> None:
        if _place(going)[0] == _TO_AUDIENCE:
            await self._audience(going)
        step, day = _place(going)
        if step == _TO_POSTS:
            await self._posts(going)
            going.progress.place = day
            await self._save(going)

    async def _audience(self, going: _Going) -> None:
        """Who they are, once a week: it changes slowly, and is a dozen questions. Rule IV7."""
        last, ig_id = pacific.last_whole(self._clock.now()), going.asker.line.ig_id
        asks = questions.of_audience(ig_id, last, names=going.names)
        end = pacific.end_of(last)
        async with self._db.transaction() as conn:
            newest = await store.newest_audience(
                conn, going.workspace, going.account, "follower_demographics", end - _AUDIENCE_EVERY + _A_MOMENT,
                end + _AUDIENCE_EVERY,
            )  # fmt: skip
        if going.names is None and newest is not None:
            asks = []
        going.progress.place = f"{_TO_POSTS} {_place(going)[1]}"
        await self._ask(going, asks, adds=True)

    async def _posts(self, going: _Going) -> None:
        """The newest posts and reels; stories have a watch of their own, because they end. Rule IV15."""
        if going.media_names == []:
            return
        line, now = going.asker.line, self._clock.now()
        try:
            found = await going.asker.paced(lambda: meta.posts(self._graph, token=line.token, ig_id=line.ig_id))
        except (Rejected, Unavailable) as error:
            kind = "unavailable" if isinstance(error, Unavailable) else "refused"
            _note(going.kept, MetricError(metric=words.POSTS, kind=kind, says=error.detail, code=error.graph_code))
            return
        recent = [one for one in found if one.published_at >= now - _POSTS_FOR and one.product in PRODUCT_OF]
        async with self._db.transaction() as conn:
            refused = await store.refused_media(conn, going.workspace, going.account)
            told = await listed.keep(conn, going.workspace, going.account, recent, now)
            changes.publish(conn, going.workspace, told, now)
        self._wake.say(wake.changed(going.workspace), wake.work("avatars"))
        chosen = [one for one in recent if one.ig_id not in refused][:_MOST_POSTS]
        for start in range(0, len(chosen), _POSTS_AT_ONCE):
            asks = [
                ask
                for one in chosen[start : start + _POSTS_AT_ONCE]
                for ask in questions.of_media(
                    one.ig_id, one.product, now, names=going.media_names, is_facebook=page_of(line.token) is not None
                )
            ]  # fmt: skip
            await self._ask(going, asks, adds=True)

    async def _ask(self, going: _Going, asks: Sequence[Ask], *, adds: bool = False) -> None:
        """Ask, and keep what came together with the run's new place."""
        if adds:
            going.progress.steps_total = (going.progress.steps_total or 0) + len(asks)
        outcomes = await going.asker.all(asks)
        going.progress.steps_done += len(asks)
        await self._save(going, outcomes)

    async def _save(self, going: _Going, outcomes: Sequence[Outcome] = ()) -> None:
        now = self._clock.now()
        values = [value for one in outcomes for value in one.values]
        async with going.saving, self._db.transaction() as conn:
            written = await store.put(conn, going.workspace, going.account, values, now)
            for one in outcomes:
                if one.is_too_old and one.error is not None:
                    await store.refuse_media(conn, going.workspace, going.account, one.ask.media, one.error.says)
            kept, progress = going.kept, going.progress
            kept.answered += sum(1 for one in outcomes if one.is_answered)
            kept.total_inserted += written.inserted
            kept.total_changed += written.changed
            kept.total_unchanged += written.unchanged
            for name, count in written.inserted_by_metric.items():
                kept.metrics_inserted[name] = kept.metrics_inserted.get(name, 0) + count
            for one in outcomes:
                if one.error is not None:
                    _note(kept, replace(one.error, metric=words.POSTS) if one.is_too_old else one.error)
            progress.values_new = kept.total_inserted
            await self._write(conn, going, now)
        self._wake.say(wake.changed(going.workspace))

    async def _write(self, conn: Conn, going: _Going, now: datetime) -> None:
        going.progress.calls = going.kept.calls = going.calls_before + going.asker.calls
        if not await runs.save(conn, going.due, going.progress):
            raise _Stopped
        await sync_runs.save(conn, going.due, going.kept)
        await runs.tell(conn, going.workspace, going.kept.id, now)

    async def _finish(self, going: _Going) -> None:
        """It went well when something came and nothing is missing that may come later. Rules IV8, IV9."""
        kept, now = going.kept, self._clock.now()
        is_missing = any(one["kind"] == "unavailable" for one in kept.errors)
        kept.success = not is_missing and (kept.answered > 0 or not going.progress.steps_total)
        kept.state, kept.finished_at = "done", now
        async with self._db.transaction() as conn:
            going.progress.waiting_until = None
            await self._write(conn, going, now)
            await runs.end(conn, going.due, "done", None, now)
            await runs.tell(conn, going.workspace, kept.id, now)
            if kept.success and kept.metrics is None and kept.until is not None:
                await store.went_well(conn, going.workspace, going.account, kept.until, now)
            elif not kept.success:
                await store.try_again(conn, going.workspace, going.account, now + _AGAIN)
        log.info("insights_read", account=str(going.account), new=kept.total_inserted, errors=len(kept.errors))
        self._wake.say(wake.changed(going.workspace))

    async def _fail(self, due: Due, error: str) -> None:
        workspace, run_id, now = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1])), self._clock.now()
        async with self._db.transaction() as conn:
            if await runs.end(conn, due, "failed", error, now):
                await self._close(conn, workspace, run_id, "failed", error)
                await runs.tell(conn, workspace, run_id, now)
        self._wake.say(wake.changed(workspace))

    async def _close(self, conn: Conn, workspace: WorkspaceId, run_id: UUID, state: RunState, error: str) -> None:
        kept = await sync_runs.get(conn, workspace, run_id)
        await sync_runs.close(conn, workspace, run_id, state, error, self._clock.now())
        await store.try_again(conn, workspace, kept.account_id, self._clock.now() + _AGAIN)

    def _waiting(self, going: _Going) -> Callable[[datetime | None], Awaitable[None]]:
        async def wait(until: datetime | None) -> None:
            if going.progress.waiting_until != until:
                going.progress.waiting_until = until
                await self._save(going)

        return wait


def _place(going: _Going) -> tuple[str, str]:
    """What comes before the days that are left, if anything does, and the newest of these days."""
    step, _, day = (going.progress.place or "").rpartition(" ")
    return step, day


def _weeks(kept: SyncRun) -> list[tuple[date, date]]:
    """The days of a run in weeks, newest first."""
    assert kept.since is not None and kept.until is not None  # noqa: S101, PT018 -- decided before
    found: list[tuple[date, date]] = []
    end = kept.until
    while end >= kept.since:
        begin = max(kept.since, end - timedelta(days=_WEEK - 1))
        found.append((begin, end))
        end = begin - timedelta(days=1)
    return found


def _note(kept: SyncRun, error: MetricError) -> None:
    """Each metric once, for what it says, so that a month of refusals is one."""
    made = words.as_json([error])[0]
    if made not in kept.errors and len(kept.errors) < _MOST_ERRORS:
        kept.errors.append(made)
