"""Long work that somebody asked for: how far it is, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from confab.errors import NotFound
from confab.model.changes import RunUpdated
from confab.model.commands import Sync
from confab.model.inbox import AccountId, Run, RunId, RunKind, Viewer, WorkspaceId
from confab.store import changes
from confab.store.claims import Due
from confab.store.db import Conn, row, rows, run

_SHOWN: LiteralString = """id, account_id, what, state, asked_by, created_at, started_at, finished_at, calls, conversations_total,
    conversations_read, conversations_skipped, messages_read, messages_new, unreadable, people, steps_total, steps_done,
    values_new, comments_new, waiting_until,
    CASE WHEN state IN ('failed', 'stopped') THEN error END AS error, version"""


@dataclass(slots=True, kw_only=True)
class Progress:
    """The part of a run that its worker writes."""

    account_id: UUID
    what: str
    place: str | None
    page_size: int
    calls: int
    conversations_total: int | None
    conversations_read: int
    conversations_skipped: int
    messages_read: int
    messages_new: int
    unreadable: int
    people: int
    passes: int
    steps_total: int | None
    steps_done: int
    values_new: int
    comments_new: int
    waiting_until: datetime | None


async def ask(conn: Conn, workspace: WorkspaceId, new: RunId, wanted: Sync, asked_by: str, now: datetime) -> Run:
    """A run of this kind for the account: the one that goes on already, or `new`. Raises NotFound for somebody else's account."""
    await run(
        conn,
        """INSERT INTO runs (workspace_id, id, account_id, what, state, asked_by, created_at, due_at)
        SELECT workspace_id, $2, id, $4, 'waiting', $5, $6, $6 FROM accounts WHERE workspace_id = $1 AND id = $3
        ON CONFLICT DO NOTHING""",
        workspace, new, wanted.account_id, wanted.what, asked_by, now,
    )  # fmt: skip
    found = await row(
        conn,
        Run,
        "SELECT " + _SHOWN + """ FROM runs
        WHERE workspace_id = $1 AND account_id = $2 AND what = $3 AND state IN ('waiting', 'running')""",
        workspace, wanted.account_id, wanted.what,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such account.")
    return found


async def what_of(conn: Conn, workspace: WorkspaceId, run_id: UUID) -> str:
    """What a run reads."""
    return await conn.fetchval("SELECT what FROM runs WHERE workspace_id = $1 AND id = $2", workspace, run_id)


async def for_viewer(conn: Conn, viewer: Viewer, run_id: RunId) -> Run:
    """One run. Raises NotFound also when it belongs to somebody else."""
    return await get(conn, viewer.workspace_id, run_id)


async def get(conn: Conn, workspace: WorkspaceId, run_id: UUID) -> Run:
    """One run as everybody sees it."""
    found = await row(conn, Run, "SELECT " + _SHOWN + " FROM runs WHERE workspace_id = $1 AND id = $2", workspace, run_id)
    if found is None:
        raise NotFound("There is no such run.")
    return found


async def newest(conn: Conn, viewer: Viewer, account: AccountId, what: RunKind | None, limit: int) -> list[Run]:
    """The newest runs of an account, of one kind or of all, newest first. Index: runs_newest."""
    return await rows(
        conn,
        Run,
        "SELECT " + _SHOWN + """ FROM runs
        WHERE workspace_id = $1 AND account_id = $2 AND ($3::text IS NULL OR what = $3) ORDER BY id DESC LIMIT $4""",
        viewer.workspace_id, account, what, limit,
    )  # fmt: skip


async def begin(conn: Conn, due: Due, now: datetime) -> Progress | None:
    """A run that was claimed goes on where it was; None when it was stopped, or claimed by another, meanwhile."""
    return await row(
        conn,
        Progress,
        """UPDATE runs SET state = 'running', started_at = coalesce(started_at, $3), error = NULL, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND attempts = $4 AND state IN ('waiting', 'running')
        RETURNING account_id, what, place, page_size, calls, conversations_total, conversations_read, conversations_skipped,
            messages_read, messages_new, unreadable, people, passes, steps_total, steps_done, values_new,
            comments_new, waiting_until""",
        *due.key, now, due.attempts,
    )  # fmt: skip


async def save(conn: Conn, due: Due, progress: Progress) -> bool:
    """How far it is now; False when it was stopped, or claimed by another, meanwhile.

    Where its place is another one than before, it got further, and earlier attempts count no more.
    """
    saved = await run(
        conn,
        """UPDATE runs SET place = $3, page_size = $4, calls = $5, conversations_total = $6, conversations_read = $7,
            conversations_skipped = $8, messages_read = $9, messages_new = $10, waiting_until = $11, people = $12,
            unreadable = $13, passes = $14, steps_total = $15, steps_done = $16, values_new = $17, comments_new = $19,
            version = version + 1,
            attempts_before = CASE WHEN (place, passes) IS DISTINCT FROM ($3, $14) THEN attempts - 1 ELSE attempts_before END
        WHERE workspace_id = $1 AND id = $2 AND attempts = $18 AND state = 'running'""",
        *due.key, progress.place, progress.page_size, progress.calls, progress.conversations_total,
        progress.conversations_read, progress.conversations_skipped, progress.messages_read, progress.messages_new,
        progress.waiting_until, progress.people, progress.unreadable, progress.passes, progress.steps_total,
        progress.steps_done, progress.values_new, due.attempts, progress.comments_new,
    )  # fmt: skip
    return saved > 0


async def end(conn: Conn, due: Due, state: str, error: str | None, now: datetime) -> int:
    """It is over: `done` or `failed`. One that is over already, or was claimed by another meanwhile, stays as it is."""
    return await run(
        conn,
        """UPDATE runs SET state = $3, error = $4, finished_at = $5, waiting_until = NULL, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND attempts = $6 AND state IN ('waiting', 'running')""",
        *due.key, state, error, now, due.attempts,
    )  # fmt: skip


async def stop(conn: Conn, workspace: WorkspaceId, run_id: UUID, reason: str, now: datetime) -> int:
    """Somebody ends it where it is. One that is over already stays as it ended."""
    return await run(
        conn,
        """UPDATE runs SET state = 'stopped', error = $3, finished_at = $4, waiting_until = NULL, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND state IN ('waiting', 'running')""",
        workspace, run_id, reason, now,
    )  # fmt: skip


async def tell(conn: Conn, workspace: WorkspaceId, run_id: UUID, now: datetime) -> None:
    """Everybody sees how far it is: the last statement of its transaction."""
    changed = RunUpdated(type="run_updated", run=await get(conn, workspace, run_id))
    changes.publish(conn, workspace, [changed], now)


async def forget(conn: Conn, before: datetime, limit: int) -> int:
    """Delete the records of runs that were asked for before this. Across workspaces. Index: runs_old."""
    return await run(
        conn,
        """DELETE FROM runs WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM runs WHERE created_at < $1 AND state NOT IN ('waiting', 'running') LIMIT $2))""",
        before, limit,
    )  # fmt: skip
