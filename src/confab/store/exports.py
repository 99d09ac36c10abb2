"""Exports: who asked for what, how far it is, and until when its file is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from confab.errors import NotFound
from confab.model.exports import Export, ExportId, ExportKind
from confab.model.inbox import Viewer, WorkspaceId
from confab.store.claims import Due
from confab.store.db import Conn, row, rows, run

_SHOWN: LiteralString = """id, kind, account_id, conversation_id, title, state, asked_by, created_at, finished_at, expires_at,
    messages, files, size_bytes, error, version"""
_SOON = timedelta(seconds=10)  # more may be erased just now


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be done about an export that is due."""

    kind: ExportKind
    account_id: UUID
    conversation_id: UUID | None
    state: str
    title: str
    asked_by: str
    created_at: datetime


async def ask(
    conn: Conn,
    workspace: WorkspaceId,
    new: ExportId,
    kind: ExportKind,
    subject: UUID,
    asked_by: str,
    now: datetime,
) -> Export:
    """Have a conversation, its person, or an account taken out. Raises NotFound when there is none of this id."""
    statement: LiteralString = _OF_ACCOUNT if kind == "account" else _OF_CONVERSATION
    made = await row(conn, Export, statement + " RETURNING " + _SHOWN, workspace, new, kind, subject, asked_by, now)
    if made is None:
        raise NotFound("There is no such account." if kind == "account" else "There is no such conversation.")
    return made


_INTO: LiteralString = """INSERT INTO exports (workspace_id, id, kind, account_id, conversation_id, title, state, asked_by,
    created_at, due_at) """
_OF_ACCOUNT: LiteralString = (
    _INTO
    + """SELECT workspace_id, $2, $3, id, NULL, username, 'waiting', $5, $6, $6
    FROM accounts WHERE workspace_id = $1 AND id = $4"""
)
_OF_CONVERSATION: LiteralString = (
    _INTO
    + """SELECT c.workspace_id, $2, $3, c.account_id, c.id, coalesce(p.username, p.name, p.igsid),
        'waiting', $5, $6, $6
    FROM conversations c JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
    WHERE c.workspace_id = $1 AND c.id = $4"""
)


async def get(conn: Conn, workspace: WorkspaceId, export: UUID) -> Export:
    """One export. Raises NotFound."""
    found = await row(conn, Export, "SELECT " + _SHOWN + " FROM exports WHERE workspace_id = $1 AND id = $2", workspace, export)
    if found is None:
        raise NotFound("There is no such export.")
    return found


async def newest(conn: Conn, viewer: Viewer, before: UUID, limit: int) -> list[Export]:
    """The newest exports before one. Index: the primary key."""
    return await rows(
        conn,
        Export,
        "SELECT " + _SHOWN + " FROM exports WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        viewer.workspace_id, before, limit,
    )  # fmt: skip


async def waiting(conn: Conn, workspace: WorkspaceId) -> int:
    """How many are still to be made."""
    return await conn.fetchval(
        "SELECT count(*) FROM exports WHERE workspace_id = $1 AND due_at IS NOT NULL AND state IN ('waiting', 'running')",
        workspace,
    )


async def begin(conn: Conn, due: Due) -> Task | None:
    """An export that was claimed; None when it was claimed by another meanwhile. One that is to be made is `running` now."""
    return await row(
        conn,
        Task,
        """UPDATE exports SET version = version + 1, error = NULL,
            state = CASE WHEN state IN ('waiting', 'running') THEN 'running' ELSE state END
        WHERE workspace_id = $1 AND id = $2 AND attempts = $3
        RETURNING kind, account_id, conversation_id, state, title, asked_by, created_at""",
        *due.key, due.attempts,
    )  # fmt: skip


async def progress(conn: Conn, due: Due, messages: int, files: int) -> bool:
    """How far it is; False when it was claimed by another meanwhile, or what is in it was erased."""
    return (
        await run(
            conn,
            """UPDATE exports SET messages = $4, files = $5, version = version + 1
            WHERE workspace_id = $1 AND id = $2 AND attempts = $3 AND state = 'running'""",
            *due.key, due.attempts, messages, files,
        )
        > 0
    )  # fmt: skip


async def finish(conn: Conn, due: Due, messages: int, files: int, size_bytes: int, now: datetime, until: datetime) -> bool:
    """It is made, and its file is kept until then; False as for `progress`."""
    return (
        await run(
            conn,
            """UPDATE exports SET state = 'done', messages = $4, files = $5, size_bytes = $6, finished_at = $7, expires_at = $8,
                due_at = $8, attempts = 0, error = NULL, version = version + 1
            WHERE workspace_id = $1 AND id = $2 AND attempts = $3 AND state = 'running'""",
            *due.key, due.attempts, messages, files, size_bytes, now, until,
        )
        > 0
    )  # fmt: skip


async def end(conn: Conn, due: Due, state: str, error: str, now: datetime) -> int:
    """It is over: `failed` or `withdrawn`; nothing is left to be done about it."""
    return await run(
        conn,
        """UPDATE exports SET state = $4, error = $5, finished_at = coalesce(finished_at, $6), expires_at = NULL, due_at = NULL,
            version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND attempts = $3""",
        *due.key, due.attempts, state, error, now,
    )  # fmt: skip


async def take_back(conn: Conn, conversations: Sequence[tuple[UUID, UUID]], now: datetime) -> int:
    """Exports of these (workspace, conversation) are nobody's any more: what they were of is gone. Index: exports_account."""
    return await run(
        conn,
        """UPDATE exports e SET state = 'withdrawn', due_at = $3, attempts = 0, error = 'What was in it was erased.',
            version = version + 1
        FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, conversation_id)
        WHERE e.workspace_id = t.workspace_id AND e.conversation_id = t.conversation_id
            AND e.state IN ('waiting', 'running', 'done')""",
        [workspace for workspace, _ in conversations], [conversation for _, conversation in conversations], now,
    )  # fmt: skip


async def make_anew(conn: Conn, erased: Sequence[tuple[UUID, UUID, UUID, datetime]], now: datetime) -> int:
    """Make those anew that hold what was erased: (workspace, account, conversation, sent at). Until then nobody gets them.

    What was sent after an export was asked for is not in it. Index: exports_account.
    """
    return await run(
        conn,
        """UPDATE exports e SET state = 'waiting', due_at = $5, attempts = 0, finished_at = NULL, expires_at = NULL,
            error = 'Something in it was erased.', version = e.version + 1
        WHERE (e.workspace_id, e.id) IN (
            SELECT x.workspace_id, x.id FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])
                AS t (workspace_id, account_id, conversation_id, sent_at)
            JOIN exports x ON x.workspace_id = t.workspace_id AND x.account_id = t.account_id
                AND (x.conversation_id IS NULL OR x.kind = 'person' OR x.conversation_id = t.conversation_id)
            WHERE x.state IN ('running', 'done') AND x.created_at >= t.sent_at
            ORDER BY x.workspace_id, x.id FOR UPDATE OF x)""",
        [workspace for workspace, _, _, _ in erased],
        [account for _, account, _, _ in erased],
        [conversation for _, _, conversation, _ in erased],
        [sent_at for _, _, _, sent_at in erased],
        now + _SOON,
    )
