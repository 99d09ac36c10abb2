"""Keeps the index of words a moment behind the change feed, and fills it with what was there before, the newest first.

Every step reads what things say now and puts right under which words they are found; so any step may be repeated or broken off,
and what is told twice changes nothing. What was erased takes its words out in its own transaction; should a step have read them
just before, the feed tells of the erasing, and they go again. Rules SE3, SE4.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.model.inbox import WorkspaceId
from confab.search import words
from confab.store import changes, search, searchable, wake
from confab.store.claims import Due
from confab.store.db import REFUSED, Conn, Database
from confab.store.search import Entry, Indexed
from confab.store.searchable import Said
from confab.store.wake import Wake

_EVERY = timedelta(minutes=1)
_FEED_STEP = 250  # short, because others use the process too
_FILL_STEP = 250
_REST = 1.0  # of the time that a step took
_TURN = timedelta(seconds=15)  # then others have a turn
_A_MOMENT_S = 1.0  # each step looks at what changed meanwhile together
_NEWEST = UUID(int=2**128 - 1)
_NOTHING = Indexed(
    seq=None, messages_from=None, conversations_from=None, notes_from=None, is_whole=False, comments_from=None, has_comments=False
)

log = structlog.get_logger()

Read = Callable[[Conn, WorkspaceId, Sequence[UUID]], Awaitable[list[Said]]]
_READ: dict[int, Read] = {
    search.MESSAGE: searchable.messages,
    search.PERSON: searchable.people,
    search.NOTE: searchable.notes,
    search.LABELS: searchable.labels,
    search.COMMENT: searchable.comments,
}


class Indexing:
    """Handles the due row of each workspace."""

    def __init__(self, db: Database, clock: Clock, waker: Wake) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker

    async def run(self, due: Due) -> None:
        """Follow the feed to its end and fill in what is older, in short steps; come back soon when there is more."""
        workspace, until = WorkspaceId(UUID(str(due.key[0]))), self._clock.now() + _TURN
        await self._begin(workspace)
        more = True
        while more and self._clock.now() < until:
            began = time.monotonic()
            more = await self._follow(workspace) or await self._fill(workspace)
            await asyncio.sleep((time.monotonic() - began) * _REST)
        async with self._db.transaction() as conn:
            await search.again(conn, due, self._clock.now() + (timedelta() if more else _EVERY))
        if more:
            self._wake.say(wake.work("searching"))

    async def _begin(self, workspace: WorkspaceId) -> None:
        """Index everything when nothing is, or when the feed has forgotten what changed since."""
        async with self._db.transaction() as conn:
            indexed = await search.lock(conn, workspace)
            if indexed is None or (indexed.seq is not None and await changes.reaches(conn, workspace, indexed.seq)):
                return
            if indexed.seq is not None:
                await search.forget_all(conn, workspace)
            newest = await changes.newest_seq(conn, workspace)
            await search.note(conn, workspace, replace(_NOTHING, seq=newest))

    async def _follow(self, workspace: WorkspaceId) -> bool:
        """Put right what the next stretch of the feed tells of; whether there is more."""
        async with self._db.transaction() as conn:
            indexed = await search.lock(conn, workspace)
            if indexed is None or indexed.seq is None:
                return False
            newest = await changes.newest_seq(conn, workspace)
            up_to = min(newest, indexed.seq + _FEED_STEP)
            if up_to == indexed.seq:
                return False
            changed = await searchable.changed(conn, workspace, indexed.seq, up_to)
            await _put_right(conn, workspace, search.MESSAGE, changed.messages)
            await _put_right(conn, workspace, search.PERSON, changed.conversations)
            await _put_right(conn, workspace, search.LABELS, changed.conversations)
            await _put_right(conn, workspace, search.NOTE, changed.notes)
            await _put_right(conn, workspace, search.COMMENT, changed.comments)
            await search.note(conn, workspace, replace(indexed, seq=up_to))
            return up_to < newest

    async def _fill(self, workspace: WorkspaceId) -> bool:
        """Index some of what was there before; whether there is more."""
        async with self._db.transaction() as conn:
            indexed = await search.lock(conn, workspace)
            if indexed is None or (indexed.is_whole and indexed.has_comments):
                return False
            got = await _step_back(conn, workspace, indexed)
            await search.note(conn, workspace, got)
            return not (got.is_whole and got.has_comments)


async def _step_back(conn: Conn, workspace: WorkspaceId, indexed: Indexed) -> Indexed:
    """The next that was there before: people first, then notes, then comments, then messages. How far it got."""
    people = [] if indexed.is_whole else await searchable.older_conversations(
        conn, workspace, indexed.conversations_from or _NEWEST, _FILL_STEP
    )  # fmt: skip
    if people:
        await _put_right(conn, workspace, search.PERSON, people)
        await _put_right(conn, workspace, search.LABELS, people)
        return replace(indexed, conversations_from=people[-1])
    written = [] if indexed.is_whole else await searchable.older_notes(conn, workspace, indexed.notes_from or _NEWEST, _FILL_STEP)
    if written:
        await _put_right(conn, workspace, search.NOTE, written)
        return replace(indexed, notes_from=written[-1])
    if not indexed.has_comments:
        remarks = await searchable.older_comments(conn, workspace, indexed.comments_from or _NEWEST, _FILL_STEP)
        await _put_right(conn, workspace, search.COMMENT, remarks)
        return replace(indexed, comments_from=remarks[-1]) if remarks else replace(indexed, has_comments=True)
    said = await searchable.older_messages(conn, workspace, indexed.messages_from or _NEWEST, _FILL_STEP)
    await _put_right(conn, workspace, search.MESSAGE, said)
    return replace(indexed, messages_from=said[-1]) if said else replace(indexed, is_whole=True)


class Bell:
    """Hears which feeds grow, and has them indexed within a moment. What is not heard is indexed within a minute."""

    def __init__(self, db: Database, clock: Clock, waker: Wake) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker
        self._grown = dict[str, UUID]()
        self._something = asyncio.Event()
        waker.listen(self._hear)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._something.wait()
            await asyncio.sleep(_A_MOMENT_S)
            self._something.clear()
            grown, self._grown = list(self._grown.values()), {}
            try:
                async with self._db.transaction() as conn:
                    count = await search.make_due(conn, grown, self._clock.now())
            except REFUSED as error:
                log.warning("search_not_due", error=type(error).__name__)
                continue
            if count:
                self._wake.say(wake.work("searching"))

    def _hear(self, name: str) -> None:
        workspace = wake.workspace_of(name)
        if workspace is not None:
            self._grown[name] = workspace
            self._something.set()


async def _put_right(conn: Conn, workspace: WorkspaceId, kind: int, wanted: Sequence[UUID]) -> None:
    """Find these things by what they say now, and those that say nothing any more not at all."""
    if not wanted:
        return
    before = await search.entries(conn, workspace, kind, wanted)
    now = {
        said.subject_id: Entry(
            subject_id=said.subject_id, conversation_id=said.conversation_id, words=words.of(*said.texts)
        )
        for said in await _READ[kind](conn, workspace, wanted)
    }  # fmt: skip
    silent = [(workspace, kind, subject) for subject in before if not (subject in now and now[subject].words)]
    changed = [one for one in now.values() if one.words and before.get(one.subject_id) != one.words]
    old = [(word, one.subject_id) for one in changed for word in set(before.get(one.subject_id, ())) - set(one.words)]
    new = [(word, one.subject_id) for one in changed for word in set(one.words) - set(before.get(one.subject_id, ()))]
    if silent:
        await search.forget(conn, silent)
    if old:
        await search.remove_words(conn, workspace, kind, sorted(old))
    if changed:
        await search.put(conn, workspace, kind, changed)
        await search.add_words(conn, workspace, kind, sorted(new))
