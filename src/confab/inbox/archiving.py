"""What is answered and old leaves the list and every hot query, and comes back when it is needed. Nothing is ever deleted here.

Archived is a conversation that was answered (or closed) and read, and in which nothing happened for so many days; and, in others,
what lies before an answer as old. The nightly job takes a few hundred messages at a time, with their conversations locked, skips
what others hold, and rests as long as it worked. Rules AR1-AR7 of docs/spec/archive.md.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as datetime_time
from uuid import UUID

from confab.clock import Clock
from confab.inbox import act
from confab.model.changes import Change, CommentUpdated, ConversationUpdated
from confab.model.commands import Actor, Archive
from confab.model.inbox import Conversation, WorkspaceId
from confab.store import archive, changes, comments, conversations, schedules, wake
from confab.store.archive import Place
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.wake import Wake

NAME = "archiving"

_AT = datetime_time(hour=3)  # UTC
_LOOKED_AT = 500
_CONVERSATIONS = 100
_MESSAGES = 500
_MOST_REST_S = 1.0


async def archive_by_hand(conn: Conn, actor: Actor, command: Archive, now: datetime) -> Conversation:
    """Put a conversation into the archive, or bring it back. Again changes nothing. Rules AR3, AR4, A10.

    Whoever brings it back keeps it out for as long as if it had been written to now.
    """
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    if command.is_archived == (row.archived_at is not None):
        return await conversations.get(conn, actor.workspace_id, row.id)
    if not command.is_archived:
        row.bring_back()
        await archive.keep_open(conn, actor.workspace_id, row.id, now)
        return await act.save(conn, row, [], now)
    if await act.is_overtaken(conn, row, command.last_message_at):
        return await conversations.get(conn, actor.workspace_id, row.id)
    row.archived_at = now
    await archive.take_all_messages(conn, actor.workspace_id, row.id)
    return await act.save(conn, row, [], now)


@dataclass(slots=True, kw_only=True)
class Done:
    """What a run of the job did so far."""

    conversations: int = 0
    messages: int = 0
    comments: int = 0


class Archivist:
    """Handles the nightly archiving; also for `confab archive`. `days`: how old is old; None: nothing is archived by itself."""

    def __init__(self, db: Database, clock: Clock, waker: Wake, *, days: int | None) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker
        self._days = days

    async def nightly(self, due: Due) -> None:
        """Archive what is old, everywhere, and come back tomorrow. What was broken off goes on the next time."""
        now = self._clock.now()
        if self._days is not None:
            await self.run(None, now - timedelta(days=self._days))
        async with self._db.transaction() as conn:
            await schedules.again(conn, str(due.key[0]), next_night(now), now)

    async def run(self, workspace: WorkspaceId | None, before: datetime, told: Callable[[Done], None] | None = None) -> Done:
        """Archive what is answered and was last written before this, of one workspace or of all."""
        done = Done()
        for step in (self._conversations, self._old_messages, self._comments):
            place: Place | None = Place.first()
            while place is not None:
                began = time.monotonic()
                place = await step(workspace, before, place, done)
                if told is not None:
                    told(done)
                await asyncio.sleep(min(time.monotonic() - began, _MOST_REST_S))
        return done

    async def _conversations(self, only: WorkspaceId | None, before: datetime, place: Place, done: Done) -> Place | None:
        """Some conversations that are settled, each with all its messages."""
        async with self._db.transaction() as conn:
            found, next_ = await archive.settled(conn, only, before, place, _LOOKED_AT)
        for start in range(0, len(found), _CONVERSATIONS):
            while await self._take(found[start : start + _CONVERSATIONS], before, done):
                pass
        return next_

    async def _take(self, found: list[tuple[UUID, UUID]], before: datetime, done: Done) -> bool:
        """Some of their messages, and those conversations that have none left outside; whether there may be more to do."""
        now = self._clock.now()
        async with self._db.transaction() as conn:
            held = await archive.lock_settled(conn, found, before)
            if not held:
                return False
            taken = await archive.take_messages(conn, held, _MESSAGES)
            is_over = taken < _MESSAGES
            if is_over:
                await archive.close(conn, held, now)
                done.conversations += len(held)
                await _publish(conn, held, now)
            done.messages += taken
        if is_over:
            self._wake.say(*(wake.changed(WorkspaceId(workspace)) for workspace in {workspace for workspace, _ in held}))
        return not is_over

    async def _old_messages(self, only: WorkspaceId | None, before: datetime, place: Place, done: Done) -> Place | None:
        """Messages before an answer that is old, of conversations that go on."""
        async with self._db.transaction() as conn:
            found, next_ = await archive.open_ones(conn, only, before, place, _LOOKED_AT)
        more = bool(found)
        while more:
            async with self._db.transaction() as conn:
                taken = await archive.take_answered(conn, found, before, _MESSAGES)
            done.messages, more = done.messages + taken, taken == _MESSAGES
        return next_

    async def _comments(self, only: WorkspaceId | None, before: datetime, place: Place, done: Done) -> Place | None:
        """Comments that are old and dealt with."""
        async with self._db.transaction() as conn:
            taken, next_ = await archive.take_comments(conn, only, before, place, _MESSAGES)
            if taken:
                await _publish_comments(conn, taken, self._clock.now())
        done.comments += len(taken)
        self._wake.say(*(wake.changed(WorkspaceId(workspace)) for workspace in {workspace for workspace, _ in taken}))
        return next_


def next_night(now: datetime) -> datetime:
    """The next time it is three in the morning."""
    tonight = datetime.combine(now.date(), _AT, now.tzinfo)
    return tonight if tonight > now else tonight + timedelta(days=1)


async def _publish_comments(conn: Conn, taken: list[tuple[UUID, UUID]], now: datetime) -> None:
    told = dict[WorkspaceId, list[Change]]()
    for workspace, comment in (await comments.by_ids(conn, taken)).values():
        told.setdefault(workspace, []).append(CommentUpdated(type="comment_updated", comment=comment))
    changes.publish_all(conn, told, now)


async def _publish(conn: Conn, held: list[tuple[UUID, UUID]], now: datetime) -> None:
    told = dict[WorkspaceId, list[Change]]()
    for workspace, conversation in (await conversations.by_ids(conn, held)).values():
        told.setdefault(workspace, []).append(ConversationUpdated(type="conversation_updated", conversation=conversation))
    changes.publish_all(conn, told, now)
