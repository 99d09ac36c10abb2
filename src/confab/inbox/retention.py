"""What is older than its kind may get is deleted for good, each night, where a setting says so. Rules RT1-RT7.

One conversation at a time, locked, a few hundred messages a step; what is held stays. A dry run walks the same way and counts.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.clock import Clock
from confab.inbox import answer
from confab.inbox.archiving import next_night
from confab.model.changes import Change, CommentRemoved, ConversationUpdated, MessageRemoved, NoteRemoved
from confab.model.inbox import CommentId, ConversationId, MessageId, NoteId, WorkspaceId
from confab.parse import RetainedKind
from confab.store import audit, changes, conversations, events, exports, retention, schedules, search, wake
from confab.store.archive import Place
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.retention import Alone
from confab.store.wake import Wake

NAME = "retention"
_WALKED = 200
_MESSAGES = 300
_BY = "the retention setting"
_Step = Callable[..., Awaitable[Place | None]]


@dataclass(slots=True, kw_only=True)
class Deleted:
    """How much was deleted, or would be."""

    messages: int = 0
    comments: int = 0
    notes: int = 0
    people: int = 0


class Retention:
    """Handles the nightly deletion; also for `confab retention`. `days`: how old each kind may get; others are kept for ever."""

    def __init__(self, db: Database, clock: Clock, waker: Wake, *, days: Mapping[RetainedKind, int]) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker
        self._days = days

    async def nightly(self, due: Due) -> None:
        """Delete what is due, everywhere, and come back tomorrow. What was broken off goes on the next time."""
        now = self._clock.now()
        await self.run(None, is_dry=False)
        async with self._db.transaction() as conn:
            await schedules.again(conn, str(due.key[0]), next_night(now), now)

    async def run(
        self, only: WorkspaceId | None, *, is_dry: bool, told: Callable[[Deleted], None] | None = None
    ) -> Mapping[WorkspaceId, Deleted]:
        """Delete, or count, what is too old, of one workspace or of all; how much of each. A line in each one's record."""
        done, now = dict[WorkspaceId, Deleted](), self._clock.now()
        steps: Mapping[RetainedKind, _Step] = {  # people come last: they may be left of nothing else since
            "messages": self._messages, "comments": self._comments, "notes": self._notes, "people": self._people,
        }  # fmt: skip
        for kind, step in steps.items():
            days, place = self._days.get(kind), Place.first() if kind in self._days else None
            while place is not None and days is not None:
                place = await step(only, now - timedelta(days=days), place, done, is_dry=is_dry)
                if told is not None:
                    told(_sum(done))
        if not is_dry:
            for workspace, deleted in done.items():
                async with self._db.transaction() as conn:
                    facts = {"days": dict(self._days), **asdict(deleted)}
                    await audit.add(conn, workspace, _BY, "deleted_by_age", "workspace", facts, now)
            self._wake.say(wake.work("removals"), wake.work("erasures"), *(wake.changed(workspace) for workspace in done))
        return done

    async def _messages(
        self, only: WorkspaceId | None, before: datetime, place: Place, done: dict[WorkspaceId, Deleted], *, is_dry: bool
    ) -> Place | None:
        async with self._db.transaction() as conn:
            found, next_ = await retention.old_messages(conn, only, before, place, _WALKED)
        for (of, conversation), count in found.items():
            workspace = WorkspaceId(of)
            if is_dry:
                done.setdefault(workspace, Deleted()).messages += count
                continue
            while gone := await self._delete(workspace, ConversationId(conversation), before):
                done.setdefault(workspace, Deleted()).messages += gone
        return next_

    async def _delete(self, workspace: WorkspaceId, conversation: ConversationId, before: datetime) -> int:
        """Some messages of a conversation, unless somebody holds it since; how many."""
        now = self._clock.now()
        async with self._db.transaction() as conn:
            row = await conversations.lock(conn, workspace, conversation)
            if not await retention.is_free(conn, workspace, conversation):
                return 0
            gone = await retention.delete_messages(conn, workspace, conversation, before, _MESSAGES, now)
            if not gone:
                return 0
            await search.forget(conn, [(workspace, search.MESSAGE, message) for message in gone])
            await exports.make_anew(conn, [(workspace, row.account_id, conversation, before)], now)
            told: list[Change] = [
                MessageRemoved(type="message_removed", conversation_id=conversation, message_id=MessageId(message))
                for message in gone
            ]
            if row.last_message_id in gone:
                await answer.show_newest(conn, row)
                value = await conversations.get(conn, workspace, conversation)
                told.append(ConversationUpdated(type="conversation_updated", conversation=value))
            await changes.supersede(conn, [(workspace, message) for message in gone])
            changes.publish(conn, workspace, told, now)
        return len(gone)

    async def _notes(
        self, only: WorkspaceId | None, before: datetime, place: Place, done: dict[WorkspaceId, Deleted], *, is_dry: bool
    ) -> Place | None:
        async with self._db.transaction() as conn:
            found, next_ = await retention.old_notes(conn, only, before, place, _WALKED)
        for (of, id_), count in found.items():
            workspace, conversation = WorkspaceId(of), ConversationId(id_)
            if not is_dry:
                async with self._db.transaction() as conn:
                    count = await self._delete_notes(conn, workspace, conversation, before)  # noqa: PLW2901 -- what went
            done.setdefault(workspace, Deleted()).notes += count
        return next_

    async def _delete_notes(self, conn: Conn, workspace: WorkspaceId, conversation: ConversationId, before: datetime) -> int:
        await conversations.lock(conn, workspace, conversation)
        if not await retention.is_free(conn, workspace, conversation):
            return 0
        gone = await retention.delete_notes(conn, workspace, conversation, before)
        await search.forget(conn, [(workspace, search.NOTE, note) for note in gone])
        await changes.supersede(conn, [(workspace, note) for note in gone])
        told: list[Change] = [
            NoteRemoved(type="note_removed", conversation_id=conversation, note_id=NoteId(note)) for note in gone
        ]
        changes.publish(conn, workspace, told, self._clock.now())
        return len(gone)

    async def _comments(
        self, only: WorkspaceId | None, before: datetime, place: Place, done: dict[WorkspaceId, Deleted], *, is_dry: bool
    ) -> Place | None:
        async with self._db.transaction() as conn:
            found, next_ = await retention.old_comments(conn, only, before, place, _MESSAGES)
            if found and not is_dry:
                await retention.delete_comments(conn, found)
                await search.forget(conn, [(workspace, search.COMMENT, comment) for workspace, comment in found])
                await changes.supersede(conn, found)
                changes.publish_all(conn, _gone(found), self._clock.now())
        for workspace, _ in found:
            done.setdefault(WorkspaceId(workspace), Deleted()).comments += 1
        return next_

    async def _people(
        self, only: WorkspaceId | None, before: datetime, place: Place, done: dict[WorkspaceId, Deleted], *, is_dry: bool
    ) -> Place | None:
        async with self._db.transaction() as conn:
            found, next_ = await retention.old_people(conn, only, before, place, _WALKED)
            if found and not is_dry:
                found = await self._delete_people(conn, found, before)
        for person in found:
            done.setdefault(WorkspaceId(person.workspace_id), Deleted()).people += 1
        return next_

    async def _delete_people(self, conn: Conn, found: Sequence[Alone], before: datetime) -> list[Alone]:
        """Unless they came back meanwhile. Their conversations are in no list any more: nobody has to be told."""
        await events.lock_accounts(conn, [person.account_id for person in found])
        await conversations.lock_people(conn, [(person.workspace_id, person.person_id) for person in found])
        gone = await retention.still_alone(conn, before, found)
        spoken_of = await retention.delete_people(conn, gone, self._clock.now())
        empty = [(one.workspace_id, one.conversation_id) for one in gone if one.conversation_id is not None]
        await search.forget(conn, [(of, kind, id_) for of, id_ in empty for kind in (search.PERSON, search.LABELS)])
        await exports.take_back(conn, empty, self._clock.now())
        await changes.supersede(conn, spoken_of)
        return gone


def _gone(found: list[tuple[UUID, UUID]]) -> dict[WorkspaceId, list[Change]]:
    told = dict[WorkspaceId, list[Change]]()
    for workspace, comment in found:
        removed = CommentRemoved(type="comment_removed", comment_id=CommentId(comment))
        told.setdefault(WorkspaceId(workspace), []).append(removed)
    return told


def _sum(done: Mapping[WorkspaceId, Deleted]) -> Deleted:
    return Deleted(
        messages=sum(one.messages for one in done.values()),
        comments=sum(one.comments for one in done.values()),
        notes=sum(one.notes for one in done.values()),
        people=sum(one.people for one in done.values()),
    )
