"""`confab archive`, `confab export`, `confab retention` and `confab hold`: beside a running server or without one."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from confab.archive import holding
from confab.archive.asking import ask
from confab.archive.export import name_of
from confab.clock import Clock
from confab.commands.history import chosen_of
from confab.commands.session import Session, with_session
from confab.commands.working import working
from confab.errors import Invalid, Misconfigured, NotFound
from confab.inbox.archiving import Archivist, Done
from confab.inbox.retention import Deleted, Retention
from confab.media.storage import Storage
from confab.model.exports import Export, ExportKind, Hold, HoldId
from confab.model.inbox import ConversationId, WorkspaceId
from confab.store import accounts, claims, conversations, exports, holds, wake
from confab.store.wake import Wake

BY = "the command line"
_LOOK_S = 0.2
_NEWEST = UUID(int=2**128 - 1)


def archive(workspace: str | None, days: int | None, *, quiet: bool) -> Done:
    """Archive what is answered and old now, of one workspace or of all; how much that was. Raises Invalid, NotFound."""

    async def run(session: Session) -> Done:
        only = await session.workspace(workspace) if workspace is not None else None
        old = days if days is not None else session.settings.archive_days
        if old < 1:
            raise Invalid("CONFAB_ARCHIVE_DAYS is 0, so say how old: confab archive --days 30.", field="days")
        job = Archivist(session.worker, Clock(), Wake(session.doors.worker), days=old)
        with Progress(TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn(), disable=quiet) as shown:
            task = shown.add_task("Archiving messages", total=None)
            return await job.run(
                only, session.now - timedelta(days=old), lambda done: shown.update(task, completed=done.messages)
            )

    return with_session(run)


def retention(workspace: str | None, *, is_dry: bool, quiet: bool) -> dict[str, Deleted]:
    """Delete, or count, what is older than the setting allows; how much, by the workspace's id. Raises Misconfigured,
    NotFound."""

    async def run(session: Session) -> dict[str, Deleted]:
        only = await session.workspace(workspace) if workspace is not None else None
        days = dict(session.settings.retention_days)
        if not days:
            raise Misconfigured("Nothing is deleted by its age: set CONFAB_RETENTION_DAYS, like messages=730.")
        job = Retention(session.worker, Clock(), Wake(session.doors.worker), days=days)
        with Progress(TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn(), disable=quiet) as shown:
            task = shown.add_task("Old messages", total=None)
            done = await job.run(only, is_dry=is_dry, told=lambda sum_: shown.update(task, completed=sum_.messages))
        return {str(of): deleted for of, deleted in done.items()}

    return with_session(run)


def export(workspace: str, kind: ExportKind, which: str, to: Path, *, quiet: bool) -> Export:
    """Have a conversation, all about a person, or an account taken out, and write the ZIP. Raises NotFound, Misconfigured."""

    if to.exists():
        raise Misconfigured(f"{to} is there already: name another file.")

    async def run(session: Session) -> Export:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            subject = await _subject(session, team, kind, which)
            asked = await ask(conn, team, kind, subject, BY, session.now)
        async with working(session, claims.EXPORTS) as waker:
            waker.say(wake.work(claims.EXPORTS.name))
            made = await _follow(session, team, asked, quiet=quiet)
        if made.state == "done":
            storage = Storage.at(session.settings.media_url, session.settings.data_dir)
            with to.open("xb") as file:
                async for piece in storage.read_named(team, name_of(made.id), made.size_bytes):
                    await asyncio.to_thread(file.write, piece)
        return made

    return with_session(run)


def place_hold(workspace: str, reason: str, username: str | None, conversation: str | None) -> Hold:
    """Keep something from being deleted by its age. Raises NotFound, Invalid."""

    async def run(session: Session) -> Hold:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            account = chosen_of(await accounts.of_workspace(conn, team), username)[0].id if username is not None else None
            what = holding.What(account_id=account, conversation_id=_id(conversation) if conversation is not None else None)
            return await holding.place(conn, team, what, reason, BY, session.now)

    return with_session(run)


def release_hold(workspace: str, hold: str) -> Hold:
    """End a hold. Raises NotFound, Invalid."""

    async def run(session: Session) -> Hold:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            return await holding.release(conn, team, HoldId(_id(hold)), BY, session.now)

    return with_session(run)


def every_hold(workspace: str) -> list[Hold]:
    """The newest hundred holds of a workspace. Raises NotFound."""

    async def run(session: Session) -> list[Hold]:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            return await holds.newest(conn, team, _NEWEST, 100)

    return with_session(run)


def shown(deleted: Mapping[str, Deleted]) -> list[dict[str, object]]:
    """What was deleted, for programs."""
    return [{"workspace_id": workspace, **asdict(one)} for workspace, one in deleted.items()]


async def _subject(session: Session, team: WorkspaceId, kind: ExportKind, which: str) -> UUID:
    """What is meant: an account's username, a conversation's id, or a person's username or Instagram id."""
    async with session.worker.transaction() as conn:
        if kind == "account":
            return chosen_of(await accounts.of_workspace(conn, team), which)[0].id
        found = await conversations.of_person(conn, team, which.removeprefix("@"))
    if not found:
        return ConversationId(_id(which))
    if len(found) > 1:
        raise NotFound(f"Several people are called {which}: take the conversation's id, which its address ends with.")
    return found[0]


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise NotFound(f"There is nothing called {given!r} here.") from None


async def _follow(session: Session, team: WorkspaceId, asked: Export, *, quiet: bool) -> Export:
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TextColumn("messages"), TimeElapsedColumn())
    with Progress(*columns, disable=quiet) as progress:
        task = progress.add_task(asked.title, total=None)
        while True:
            async with session.worker.transaction() as conn:
                found = await exports.get(conn, team, asked.id)
            progress.update(task, completed=found.messages)
            if found.state not in ("waiting", "running"):
                return found
            await asyncio.sleep(_LOOK_S)
