"""An account's past, read at Instagram when somebody asks for it: all conversations, and of each what Meta still shows.

A page of conversations with their messages is one call, let in with one transaction, and then the place of the next page is
written down: who dies in between reads one page again, which changes nothing. Beside it the conversations are counted, so
that everybody sees how long it takes. Where all of a page is complete already, only names are listed until something is
missing again. When Meta says that this is too much at once, pages become smaller.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.errors import GraphError, Rejected, Unauthorised, Unavailable
from confab.graph.client import ConversationsPage
from confab.inbox.reading import Reader, Target, Waiting
from confab.model.inbox import WorkspaceId
from confab.store import runs, wake
from confab.store.claims import Due
from confab.store.db import Database
from confab.store.runs import Progress
from confab.store.wake import Wake

_LISTED = 100
_MOST_LISTS = 100
_TOO_MUCH = 1  # Meta's code for "reduce the amount of data" (rule E6), and for unknown trouble

log = structlog.get_logger()


class _Stopped(Exception):
    """Somebody stopped the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A run under way."""

    workspace: WorkspaceId
    id: UUID
    target: Target
    progress: Progress


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
            progress = await runs.begin(conn, workspace, run_id, self._clock.now())
            if progress is None:
                return
            await runs.tell(conn, workspace, run_id, self._clock.now())
        self._wake.say(wake.changed(workspace))
        try:
            target = await self._reader.target(workspace, progress.account_id)
            await self._read_and_count(_Run(workspace=workspace, id=run_id, target=target, progress=progress))
        except _Stopped:
            return
        except (Rejected, Unauthorised) as error:
            await self._fail(workspace, run_id, error.detail)

    async def give_up(self, due: Due, reason: str) -> None:
        """It failed again and again: the run says so. Asking again goes on with what is missing."""
        await self._fail(WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1])), reason)

    async def _read_and_count(self, going: _Run) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                counting = group.create_task(self._count(going))
                await self._read(going)
                counting.cancel()
        except BaseExceptionGroup as group:
            raise (group.subgroup(_Stopped) or group).exceptions[0] from None

    async def _read(self, going: _Run) -> None:
        progress, with_messages, is_over = going.progress, True, False
        while not is_over:
            page = await self._page(going, with_messages=with_messages)
            missing = await self._reader.incomplete(going.target, page.conversations)
            if missing and not with_messages:  # something is missing here after all: the same page with its messages
                with_messages = True
                continue
            if missing:
                found = await self._reader.let_in(going.target, missing, since=None)
                progress.messages_read, progress.messages_new = (
                    progress.messages_read + found.messages, progress.messages_new + found.new,
                )  # fmt: skip
            with_messages, is_over = bool(missing), page.after is None
            progress.conversations_read += len(missing)
            progress.conversations_skipped += len(page.conversations) - len(missing)
            progress.place = page.after
            if is_over:
                progress.conversations_total = progress.conversations_read + progress.conversations_skipped
            await self._save(going, is_over=is_over)

    async def _page(self, going: _Run, *, with_messages: bool) -> ConversationsPage:
        """The page where the run is, smaller when it is too much for one call."""
        progress = going.progress
        while True:
            limit = progress.page_size if with_messages else _LISTED
            try:
                return await self._asked(going, progress.place, limit, with_messages=with_messages)
            except Unavailable as error:
                if error.graph_code != _TOO_MUCH or not with_messages or limit == 1:
                    raise
                progress.page_size = limit // 2

    async def _count(self, going: _Run) -> None:
        """How many conversations there are: their names alone. That nobody knows is no trouble."""
        after, listed = None, 0
        try:
            for _ in range(_MOST_LISTS):
                page = await self._asked(going, after, _LISTED, with_messages=False)
                after, listed = page.after, listed + len(page.conversations)
                if after is None:
                    going.progress.conversations_total = listed
                    await self._save(going)
                    return
        except GraphError as error:
            log.info("history_not_counted", account=str(going.target.account), error=error.code)

    async def _asked(self, going: _Run, after: str | None, limit: int, *, with_messages: bool) -> ConversationsPage:
        """One call, after waiting for as long as Instagram asks for."""
        progress = going.progress
        while True:
            try:
                progress.calls += 1
                page = await self._reader.page(going.target, after=after, limit=limit, with_messages=with_messages)
            except Waiting as waiting:
                progress.waiting_until = waiting.until
                await self._save(going)
            else:
                if progress.waiting_until is not None and progress.waiting_until <= self._clock.now():
                    progress.waiting_until = None
                return page

    async def _save(self, going: _Run, *, is_over: bool = False) -> None:
        async with self._db.transaction() as conn:
            if not await runs.save(conn, going.workspace, going.id, going.progress):
                raise _Stopped
            if is_over:
                await runs.end(conn, going.workspace, going.id, "done", None, self._clock.now())
            await runs.tell(conn, going.workspace, going.id, self._clock.now())
        self._wake.say(wake.changed(going.workspace))

    async def _fail(self, workspace: WorkspaceId, run_id: UUID, error: str) -> None:
        async with self._db.transaction() as conn:
            if await runs.end(conn, workspace, run_id, "failed", error, self._clock.now()):
                await runs.tell(conn, workspace, run_id, self._clock.now())
        self._wake.say(wake.changed(workspace))
