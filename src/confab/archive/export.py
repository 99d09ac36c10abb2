"""Makes exports: a ZIP with `data.json` for programs, pages for people and the files, and removes it when its time is over.

One conversation after the other, one page of messages after the other, files piece by piece: memory does not grow with what is
taken out. The work is a due row; after a crash it begins anew, and what somebody erases meanwhile has it begin anew as well.
Rules EX1-EX6.
"""

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import IO, Protocol
from uuid import UUID

import msgspec

from confab.archive import pages
from confab.clock import Clock
from confab.errors import NotFound, StorageFailed
from confab.model.inbox import AgentId, Conversation, ConversationId, Message, Viewer, WorkspaceId
from confab.store import audit, conversations, events, exports, notes, paths, taken_out
from confab.store.claims import Due
from confab.store.db import Database
from confab.store.exports import Task
from confab.store.taken_out import TakenFile

KEPT = timedelta(days=7)
_PAGE = 200
_CONVERSATIONS = 100
_MOST_NOTES = 10_000
_START = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
_OVER = f"It was kept for {KEPT.days} days."
_json = msgspec.json.Encoder()


class Files(Protocol):
    """Our storage, as far as an export needs it."""

    def read(self, workspace: UUID, digest: bytes, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes of a file."""
        ...

    async def put_named(self, workspace: UUID, name: str, body: IO[bytes], content_type: str) -> None:
        """Keep a file."""
        ...

    async def remove_named(self, workspace: UUID, name: str) -> None:
        """Forget a file."""
        ...


class _Overtaken(Exception):
    """Another worker has it by now, or what is in it was erased."""


def name_of(export: UUID) -> str:
    """Where the file of an export lies in the storage of its workspace."""
    return f"exports/{export}.zip"


@dataclass(slots=True, kw_only=True)
class _Making:
    """An export under way: the archive that is written, and the JSON beside it, which joins it last."""

    due: Due
    task: Task
    workspace: WorkspaceId
    zip: zipfile.ZipFile
    data: IO[bytes]
    messages: int = 0
    files: int = 0
    rows: list[str] = field(default_factory=list)

    @property
    def viewer(self) -> Viewer:
        """As whom it reads: nobody of the team, in this workspace alone."""
        return Viewer(workspace_id=self.workspace, agent_id=AgentId(UUID(int=0)), name="", email="", role="owner")


class Exports:
    """Handles exports that are due: to be made, or to be removed."""

    def __init__(self, db: Database, storage: Files, clock: Clock) -> None:
        self._db = db
        self._storage = storage
        self._clock = clock

    async def run(self, due: Due) -> None:
        """Make it, from the beginning, or remove its file. Again does the same."""
        workspace, export = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._db.transaction() as conn:
            task = await exports.begin(conn, due)
        if task is None:
            return
        await self._storage.remove_named(workspace, name_of(export))
        if task.state != "running":
            async with self._db.transaction() as conn:
                await exports.end(
                    conn, due, "withdrawn", _OVER if task.state == "done" else "What was in it was erased.", self._now
                )
            return
        try:
            await self._make(due, task, workspace, export)
        except _Overtaken:
            return

    async def give_up(self, due: Due, reason: str) -> None:
        """It failed again and again: whoever asked sees why."""
        async with self._db.transaction() as conn:
            await exports.end(conn, due, "failed", reason, self._now)

    @property
    def _now(self) -> datetime:
        return self._clock.now()

    async def _make(self, due: Due, task: Task, workspace: WorkspaceId, export: UUID) -> None:
        with tempfile.TemporaryFile() as whole, tempfile.TemporaryFile() as data:
            with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
                making = _Making(due=due, task=task, workspace=workspace, zip=archive, data=data)
                await self._write(making)
            size = whole.tell()
            await self._storage.put_named(workspace, name_of(export), whole, "application/zip")
        now = self._now
        async with self._db.transaction() as conn:
            if not await exports.finish(conn, due, making.messages, making.files, size, now, now + KEPT):
                return
            facts = {"export": str(export), "kind": task.kind, "messages": making.messages, "files": making.files, "bytes": size}
            await audit.add(conn, workspace, task.asked_by, "export_made", _subject(task), facts, now)

    async def _write(self, making: _Making) -> None:
        head = {"format": "confab-export", "format_version": 1, "kind": making.task.kind, "made_at": self._now,
                "contains_up_to": making.task.created_at}  # fmt: skip
        making.data.write(_json.encode(head)[:-1] + b',"conversations":[')
        is_first = True
        async for id_ in self._chosen(making):
            making.data.write(b"" if is_first else b",\n")
            is_first = False
            await self._write_conversation(making, id_)
        making.data.write(b'],"comments":[')
        count = await self._write_comments(making)
        making.data.write(b"]}\n")
        await asyncio.to_thread(_close, making, count)

    async def _chosen(self, making: _Making) -> AsyncIterator[ConversationId]:
        task = making.task
        if task.conversation_id is not None:
            async with self._db.transaction() as conn:
                found = [task.conversation_id]
                if task.kind == "person":
                    found = await taken_out.of_person(conn, making.workspace, task.conversation_id)
            for id_ in found:
                yield ConversationId(id_)
            return
        after = UUID(int=0)
        while True:
            async with self._db.transaction() as conn:
                page = await taken_out.of_account(conn, making.workspace, task.account_id, after, _CONVERSATIONS)
            for after, id_ in page:  # noqa: B007 -- where the next page begins
                yield ConversationId(id_)
            if len(page) < _CONVERSATIONS:
                return

    async def _write_conversation(self, making: _Making, id_: ConversationId) -> None:
        """Its page and its part of the JSON, then the files that it names."""
        async with self._db.transaction() as conn:
            conversation = await conversations.for_viewer(conn, making.viewer, id_)
            written = await notes.of_conversation(conn, making.viewer, id_, _MOST_NOTES)
            happened = await events.activities(conn, making.viewer, id_, _MOST_NOTES)
            facts = await taken_out.facts_about(conn, making.workspace, id_)
        shown = replace(conversation, last_message_preview=None)  # of a later message, maybe
        making.data.write(_json.encode({"conversation": shown, **facts})[:-1])
        making.data.write(b',"notes":' + _json.encode(written) + b',"activities":' + _json.encode(happened) + b',"messages":[')
        before, carried = making.messages, list[TakenFile]()
        with making.zip.open(f"conversations/{id_}.html", "w") as page:
            page.write(pages.begin(pages.name_of(conversation), pages.facts_of(conversation)).encode())
            async for some, files in self._messages(making, id_):
                await asyncio.to_thread(page.write, _shown(some, files).encode())
                making.data.write(b",\n" if making.messages > before else b"")
                making.data.write(b",\n".join(_json.encode(one) for one in some))
                making.messages += len(some)
                carried += files
            page.write("".join([*map(pages.activity, happened), *map(pages.note, written), pages.END]).encode())
        making.data.write(b"]}")
        for file in carried:
            await self._write_file(making, file)
        making.rows.append(_row(conversation, making.messages - before))
        async with self._db.transaction() as conn:
            if not await exports.progress(conn, making.due, making.messages, making.files):
                raise _Overtaken

    async def _messages(self, making: _Making, id_: ConversationId) -> AsyncIterator[tuple[list[Message], list[TakenFile]]]:
        after = _START
        while True:
            async with self._db.transaction() as conn:
                some = await taken_out.messages_after(conn, making.workspace, id_, after, making.task.created_at, _PAGE)
                files = await taken_out.files(conn, making.workspace, [one.id for one in some])
            if some:
                yield some, files
                after = (some[-1].sent_at, some[-1].id)
            if len(some) < _PAGE:
                return

    async def _write_file(self, making: _Making, file: TakenFile) -> None:
        """A copy of ours, piece by piece; one that the storage does not have is left out."""
        try:
            with making.zip.open(zipfile.ZipInfo(_address(file)), "w") as target:
                async for piece in self._storage.read(making.workspace, file.digest, 0, file.size_bytes):
                    await asyncio.to_thread(target.write, piece)
        except StorageFailed as error:
            making.rows.append(f"<tr><td>{_address(file)}</td><td></td><td>{error.detail}</td></tr>\n")
            return
        making.files += 1

    async def _write_comments(self, making: _Making) -> int:
        """Comments of the account, or of the person alone."""
        task, author, after, count = making.task, None, _START, 0
        if task.kind == "conversation":
            return 0
        if task.conversation_id is not None:
            async with self._db.transaction() as conn:
                try:
                    whole = await conversations.for_viewer(conn, making.viewer, ConversationId(task.conversation_id))
                except NotFound:
                    raise _Overtaken from None
            author = str(whole.participant.ig_id)
        with making.zip.open("comments.html", "w") as page:
            page.write(pages.begin("Comments", []).encode())
            while True:
                async with self._db.transaction() as conn:
                    some = await taken_out.comments_of(
                        conn, making.workspace, task.account_id, author, after, task.created_at, _PAGE
                    )
                making.data.write((b",\n" if count and some else b"") + b",\n".join(_json.encode(one["body"]) for one in some))
                page.write("".join(pages.comment(one["body"]) for one in some).encode())
                count += len(some)
                if len(some) < _PAGE:
                    break
                after = (some[-1]["at"], some[-1]["key"])
            page.write(pages.END.encode())
        return count


def _close(making: _Making, comments: int) -> None:
    """The page that leads to all others, and the JSON."""
    link = '<p><a href="comments.html">Comments</a></p>' if comments else ""
    facts = [
        f"{making.messages} messages, {making.files} files, {comments} comments",
        f"Up to {making.task.created_at:%Y-%m-%d %H:%M} UTC",
    ]
    top = pages.begin(f"Export: {making.task.title}", facts)
    making.zip.writestr("index.html", top + link + pages.TABLE + "".join(making.rows) + pages.TABLE_END + pages.END)
    making.data.seek(0)
    with making.zip.open("data.json", "w", force_zip64=True) as target:
        while piece := making.data.read(1 << 20):
            target.write(piece)


def _row(conversation: Conversation, messages: int) -> str:
    address = f"conversations/{conversation.id}.html"
    return pages.row(address, pages.name_of(conversation), messages, conversation.last_message_at)


def _shown(some: list[Message], files: list[TakenFile]) -> str:
    by_message = dict[UUID, dict[int, str]]()
    for file in files:
        by_message.setdefault(file.message_id, {})[file.position] = f"../{_address(file)}"
    return "".join(pages.message(one, by_message.get(one.id, {})) for one in some)


def _address(file: TakenFile) -> str:
    return f"media/{file.message_id}-{file.position}.{paths.EXTENSIONS.get(file.content_type, 'bin')}"


def _subject(task: Task) -> str:
    return f"{task.kind} {task.conversation_id or task.account_id}"
