"""An account's past, read at Instagram when somebody asks for it: all conversations, and of each what Meta still shows.

A page of conversations with their messages is one call, let in with one transaction, and then the place of the next page is
written down: who dies in between reads one page again, which changes nothing. Beside it the conversations are counted, so
that everybody sees how long it takes. Where all of a page is complete already, only names are listed until something is
missing again. What moves while pages are read jumps to the top, over the place that is read: so after the last page the list
is read from the top again, until nothing there is missing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.errors import GraphError, Rejected, Unauthorised
from confab.graph.client import ConversationsPage
from confab.graph.read_back import ReadConversation
from confab.inbox.reading import Reader, Target
from confab.model.inbox import WorkspaceId
from confab.store import runs, wake, watches
from confab.store.claims import Due
from confab.store.db import Database
from confab.store.runs import Progress
from confab.store.wake import Wake
from confab.work.pace import Waiting, sleep_until

_MOST_LISTS = 100
_MOST_PASSES = 5

log = structlog.get_logger()


class _Stopped(Exception):
    """Somebody stopped the run, or goes on with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A run under way."""

    workspace: WorkspaceId
    due: Due
    target: Target
    progress: Progress

    @property
    def id(self) -> UUID:
        return UUID(str(self.due.key[1]))


class Backfill:
    """Handles claimed runs that read messages."""

    def __init__(self, db: Database, reader: Reader, clock: Clock, waker: Wake) -> None:
        self._db = db
        self._reader = reader
        self._clock = clock
        self._wake = waker

    async def run(self, due: Due) -> None:
        """Read on from where the run is, to the end. Raises GraphError where another attempt may help."""
        workspace, run_id = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._db.transaction() as conn:
            progress = await runs.begin(conn, due, self._clock.now())
            if progress is None:
                return
            await runs.tell(conn, workspace, run_id, self._clock.now())
        self._wake.say(wake.changed(workspace))
        try:
            target = await self._reader.target(workspace, progress.account_id)
            target.page_size, target.calls = progress.page_size, progress.calls
            await self._read_and_count(_Run(workspace=workspace, due=due, target=target, progress=progress))
        except _Stopped:
            return
        except (Rejected, Unauthorised) as error:
            await self._fail(due, error.detail)

    async def give_up(self, due: Due, reason: str) -> None:
        """It failed again and again: the run says so. Asking again goes on with what is missing."""
        await self._fail(due, reason)

    async def _read_and_count(self, going: _Run) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                counting = group.create_task(self._count(going))
                await self._read(going)
                counting.cancel()
        except BaseExceptionGroup as group:
            raise (group.subgroup(_Stopped) or group).exceptions[0] from None

    async def _read(self, going: _Run) -> None:
        """Pages from the place of the run on, then from the top again, until nothing is missing there."""
        progress = going.progress
        with_messages, is_over = progress.passes == 0, False
        while not is_over:
            page = await self._page(going, progress.place, with_messages=with_messages)
            missing = await self._reader.incomplete(going.target, page.conversations)
            if missing and not with_messages:  # something is missing here after all: the same page with its messages
                with_messages = True
                continue
            await self._let_in(going, page, missing)
            is_over = _move_on(going, page, missing)
            with_messages = bool(missing) and progress.place is not None
            await self._save(going, is_over=is_over)

    async def _let_in(self, going: _Run, page: ConversationsPage, missing: Sequence[ReadConversation]) -> None:
        """What is missing, and how much that was. Again from the top most is counted already, and what is odd all of it."""
        progress, is_first = going.progress, going.progress.passes == 0
        if missing:
            found = await self._reader.let_in(going.target, missing, since=None)
            progress.messages_read, progress.messages_new = (
                progress.messages_read + found.messages, progress.messages_new + found.new,
            )  # fmt: skip
            progress.unreadable += found.unreadable if is_first else 0
        if is_first:
            progress.conversations_read += len(missing)
            progress.conversations_skipped += len(page.conversations) - len(missing)
            progress.unreadable += page.odd
        elif progress.conversations_total is not None:
            jumped = progress.conversations_total - progress.conversations_read - progress.conversations_skipped
            progress.conversations_read += max(0, min(len(missing), jumped))

    async def _page(self, going: _Run, after: str | None, *, with_messages: bool) -> ConversationsPage:
        """One page, after waiting for as long as Instagram asks for."""
        progress = going.progress
        while True:
            try:
                page = await (self._reader.page if with_messages else self._reader.names)(going.target, after=after)
            except Waiting as waiting:
                progress.waiting_until = waiting.until
                await self._save(going)
                await sleep_until(self._clock, waiting.until)
            else:
                if progress.waiting_until is not None and progress.waiting_until <= self._clock.now():
                    progress.waiting_until = None
                return page

    async def _count(self, going: _Run) -> None:
        """How many conversations there are: their names alone. That nobody knows is no trouble."""
        after, listed = None, 0
        try:
            for _ in range(_MOST_LISTS):
                page = await self._page(going, after, with_messages=False)
                after, listed = page.after, listed + len(page.conversations)
                if after is None:
                    going.progress.conversations_total = listed
                    await self._save(going)
                    return
        except GraphError as error:
            log.info("history_not_counted", account=str(going.target.account), error=error.code)

    async def _save(self, going: _Run, *, is_over: bool = False) -> None:
        going.progress.page_size, going.progress.calls = going.target.page_size, going.target.calls
        async with self._db.transaction() as conn:
            if not await runs.save(conn, going.due, going.progress):
                raise _Stopped
            if is_over:
                now = self._clock.now()
                await runs.end(conn, going.due, "done", None, now)
                await watches.look_soon(conn, going.workspace, going.target.account, now)
            await runs.tell(conn, going.workspace, going.id, self._clock.now())
        self._wake.say(wake.changed(going.workspace), *([wake.work("watches")] if is_over else []))

    async def _fail(self, due: Due, error: str) -> None:
        workspace, run_id = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._db.transaction() as conn:
            if await runs.end(conn, due, "failed", error, self._clock.now()):
                await runs.tell(conn, workspace, run_id, self._clock.now())
        self._wake.say(wake.changed(workspace))


def _move_on(going: _Run, page: ConversationsPage, missing: Sequence[ReadConversation]) -> bool:
    """Go to the next page, or to the top again; True when that is not needed.

    That is: one page was all there is, or nothing is missing at the top, where everything is that moved since it was read.
    """
    progress, ig_id = going.progress, going.target.line.ig_id
    is_all = progress.place is None and page.after is None
    is_known = progress.passes > 0 and not any(one.participant(ig_id) for one in missing)
    progress.place = page.after
    if page.after is not None and not is_known:
        return False
    progress.place, progress.passes = None, progress.passes + 1
    is_over = is_all or is_known or progress.passes == _MOST_PASSES
    if is_over:
        progress.conversations_total = progress.conversations_read + progress.conversations_skipped
    return is_over
