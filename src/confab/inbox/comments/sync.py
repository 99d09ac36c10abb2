"""Comments that no webhook told: read post by post, the newest often, older ones seldom, and only where something may be new.

Instagram lists with each post how many comments it has. A post is read when that number is another than at the last reading, or
when it has comments that are not archived and its time has come. Many at once, in the account's line of calls. Rules CM16-CM18.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import structlog

from confab.errors import GraphError, Rejected, Unauthorised
from confab.graph import comments as meta
from confab.graph.comments import ReadPost
from confab.inbox.comments import reading
from confab.inbox.comments.posts import put
from confab.inbox.comments.reading import Reader, Target
from confab.model.inbox import WorkspaceId
from confab.store import comment_watches, ids, posts, runs, wake
from confab.store.claims import Due
from confab.store.posts import Compared, NewPost
from confab.store.runs import Progress
from confab.store.wake import Wake
from confab.work.pace import Waiting

Result = TypeVar("Result")
Ask = Callable[[Callable[[], Awaitable[Result]]], Awaitable[Result]]

EVERY = timedelta(minutes=5)
"""How often an account's newest posts are listed."""
_AFTER_TROUBLE = timedelta(minutes=15)
_LISTED = 25
_MOST_POSTS = 200
_AT_ONCE = 8
_MOST_PAGES = 20
_OFTEN = ((timedelta(days=2), timedelta(minutes=15)), (timedelta(days=14), timedelta(hours=6)))
_SELDOM = timedelta(days=1)

log = structlog.get_logger()


class _Stopped(Exception):
    """Somebody stopped the run, or goes on with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ToRead:
    """A post to read, and until where: `whole`, or as long as pages bring something new."""

    post: ReadPost
    known: Compared
    whole: bool


class Syncs:
    """Handles claimed runs that read comments, and the looks that come back by themselves."""

    def __init__(self, reader: Reader, waker: Wake) -> None:
        self._reader = reader
        self._wake = waker

    async def watch(self, due: Due) -> None:
        """The newest posts; older ones when their time has come. Trouble costs this look alone."""
        workspace, account = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        target = await self._reader.target(workspace, account)
        now, good_at = self._reader.clock.now(), None
        due_at = now + EVERY
        if target is not None:
            try:
                for wanted in await self._wanted(target, lambda call: self._reader.ask(target, call), since=None):
                    await self._read(target, wanted, lambda call: self._reader.ask(target, call))
                good_at = now
            except Waiting as waiting:
                due_at = max(due_at, waiting.until)
            except GraphError as error:
                log.info("comments_not_read", account=str(account), error=error.code)
                due_at = now + _AFTER_TROUBLE
        async with self._reader.db.transaction() as conn:
            await comment_watches.look_again(conn, due, due_at, good_at)

    async def run(self, due: Due) -> None:
        """All posts that Instagram lists, up to 200. Whoever comes back to it reads what is not read yet. Raises GraphError."""
        workspace, run_id = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._reader.db.transaction() as conn:
            progress = await runs.begin(conn, due, self._reader.clock.now())
            if progress is None:
                return
            asked_at = (await runs.get(conn, workspace, run_id)).created_at
            await runs.tell(conn, workspace, run_id, self._reader.clock.now())
        self._wake.say(wake.changed(workspace))
        target = await self._reader.target(workspace, progress.account_id)
        if target is None:
            await self._end(due, "failed", "The account has no access token.")
            return
        try:
            await self._all(due, target, progress, asked_at)
        except _Stopped:
            return
        except (Rejected, Unauthorised) as error:
            await self._end(due, "failed", error.detail)

    async def give_up(self, due: Due, reason: str) -> None:
        """It failed again and again: the run says so."""
        await self._end(due, "failed", reason)

    async def _all(self, due: Due, target: Target, progress: Progress, asked_at: datetime) -> None:
        async def on_wait(until: datetime | None) -> None:
            progress.waiting_until = until
            await self._save(due, target, progress)

        def ask(call: Callable[[], Awaitable[Result]]) -> Awaitable[Result]:
            return self._reader.ask_patiently(target, call, on_wait)

        wanted = await self._wanted(target, ask, since=asked_at)
        progress.steps_total, progress.steps_done = len(wanted), 0
        await self._save(due, target, progress)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(to_read: _ToRead) -> None:
            async with gate:
                progress.comments_new += await self._read(target, to_read, ask)
                progress.steps_done += 1
                await self._save(due, target, progress)

        try:
            async with asyncio.TaskGroup() as group:
                for to_read in wanted:
                    group.create_task(one(to_read))
        except BaseExceptionGroup as group:
            raise (group.subgroup(_Stopped) or group).exceptions[0] from None
        await self._end(due, "done", None)

    async def _wanted(self, target: Target, ask: "Ask[meta.Posts]", *, since: datetime | None) -> list[_ToRead]:
        """The posts to read, newest first. `since`: all that were not read since then; None: those whose time has come.

        Pages of posts are listed until one has nothing to read any more, or a run has seen 200 posts.
        """
        found, after, listed = list[_ToRead](), None, 0
        graph, line, now = self._reader.graph, target.line, self._reader.clock.now()
        while True:
            place = after
            page = await ask(
                lambda place=place: meta.posts(graph, token=line.token, ig_id=line.ig_id, after=place, limit=_LISTED)
            )
            await self._reader.learn(target, page.usage)
            known = await self._meet(target, page.posts)
            new = [
                _ToRead(post=one, known=known[one.ig_id], whole=since is not None or _is_due(one, known[one.ig_id], now))
                for one in page.posts
                if _is_to_read(one, known[one.ig_id], now, since)
            ]
            found += new
            after, listed = page.after, listed + len(page.posts)
            if after is None or listed >= _MOST_POSTS or (since is None and not new):
                return found

    async def _meet(self, target: Target, listed: Sequence[ReadPost]) -> dict[str, Compared]:
        """What we know of the posts. One that was never seen, and has comments, becomes known."""
        account, workspace = target.account, target.workspace
        async with self._reader.db.transaction() as conn:
            known = dict(await posts.compared(conn, workspace, account, [one.ig_id for one in listed]))
            new = [
                NewPost(
                    workspace_id=workspace, account_id=account, ig_id=one.ig_id, product_type=one.product_type,
                    id=ids.derived(one.published_at or self._reader.clock.now(), str(account), one.ig_id), last_comment_at=None,
                )
                for one in listed
                if one.ig_id not in known and one.comments_count
            ]  # fmt: skip
            await posts.meet(conn, new, self._reader.clock.now())
            if new:
                known |= await posts.compared(conn, workspace, account, [one.ig_id for one in new])
        nobody = UUID(int=0)
        unknown = {
            one.ig_id: Compared(id=nobody, ig_id=one.ig_id, comments_count=0, synced_at=None, has_current=False) for one in listed
        }
        return unknown | known

    async def _read(self, target: Target, to_read: _ToRead, ask: "Ask[meta.Comments]") -> int:
        """The comments of one post, page by page; how many are new. Where nothing on a page is, the older ones are known."""
        post, after, count, until = to_read.post, None, 0, reading.END
        graph, token, began_at = self._reader.graph, target.line.token, self._reader.clock.now()
        for _ in range(_MOST_PAGES):
            place = after
            page = await ask(lambda place=place: meta.comments(graph, token=token, media=post.ig_id, after=place))
            await self._reader.learn(target, page.usage)
            oldest = min((one.written_at for one in page.comments if one.written_at is not None), default=until)
            since = reading.BEGINNING if page.after is None else oldest
            found = await self._reader.let_in(target, post.ig_id, page.comments, (since, until))
            count, after, until = count + found.new, page.after, oldest
            if after is None or (found.new == 0 and not to_read.whole):
                break
        async with self._reader.db.transaction() as conn:
            row = await posts.lock(conn, target.workspace, to_read.known.id)
            put(row, post)
            await posts.write(conn, row)
            await posts.was_synced(conn, target.workspace, row.id, post.comments_count, began_at)
        return count

    async def _save(self, due: Due, target: Target, progress: Progress) -> None:
        workspace, run_id = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        progress.calls = target.calls
        async with self._reader.db.transaction() as conn:
            if not await runs.save(conn, due, progress):
                raise _Stopped
            await runs.tell(conn, workspace, run_id, self._reader.clock.now())
        self._wake.say(wake.changed(workspace))

    async def _end(self, due: Due, state: str, error: str | None) -> None:
        workspace, run_id = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._reader.db.transaction() as conn:
            if await runs.end(conn, due, state, error, self._reader.clock.now()):
                await runs.tell(conn, workspace, run_id, self._reader.clock.now())
        self._wake.say(wake.changed(workspace))


def _is_to_read(post: ReadPost, known: Compared, now: datetime, since: datetime | None) -> bool:
    """Whether something may be different there: another number of comments, or open ones whose time has come."""
    if known.id.int == 0 or (since is not None and known.synced_at is not None and known.synced_at >= since):
        return False
    return (
        (post.comments_count or 0) != (known.comments_count or 0)
        or _is_due(post, known, now)
        or (since is not None and known.has_current)
    )


def _is_due(post: ReadPost, known: Compared, now: datetime) -> bool:
    """Whether its unarchived comments are to be compared again: the younger the post, the sooner."""
    if not known.has_current:
        return False
    age = now - (post.published_at or now)
    every = next((every for until, every in _OFTEN if age < until), _SELDOM)
    return known.synced_at is None or now - known.synced_at >= every
