"""What goes out about comments: one row for each call, from queued to settled. Rules CM6-CM12 of docs/spec/comments.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.store.db import Conn, row, run

LOOKS_AGAIN = timedelta(minutes=5)
"""How often what waits behind another is looked at, should nobody have made it due: whoever settles the other does."""


@dataclass(slots=True, kw_only=True)
class CallRow:
    """One call to make, or made. It is about a comment, or about a post (`comments_on`, `comments_off`, a mention in a caption).

    `reply_id`: the comment of ours that it becomes.
    """

    workspace_id: UUID
    id: UUID
    account_id: UUID
    kind: str
    comment_id: UUID | None
    post_id: UUID | None
    reply_id: UUID | None
    text: str | None
    lane: int
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    state: str
    due_at: datetime | None
    refusals: int
    created_at: datetime
    attempted_at: datetime | None = None
    settled_at: datetime | None = None
    remote_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None


_COLUMNS: LiteralString = """workspace_id, id, account_id, kind, comment_id, post_id, reply_id, text, lane, actor_kind, actor_id,
    actor_name, state, due_at, refusals, created_at, attempted_at, settled_at, remote_id, error_code, error_message"""


async def insert(conn: Conn, new: CallRow) -> None:
    """Write down a call to make; its comment or post is locked."""
    await run(
        conn,
        """INSERT INTO comment_calls (workspace_id, id, account_id, kind, comment_id, post_id, reply_id, text, lane, actor_kind,
            actor_id, actor_name, state, due_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)""",
        new.workspace_id, new.id, new.account_id, new.kind, new.comment_id, new.post_id, new.reply_id, new.text, new.lane,
        new.actor_kind, new.actor_id, new.actor_name, new.state, new.due_at, new.created_at,
    )  # fmt: skip


async def get(conn: Conn, workspace: WorkspaceId, call: UUID) -> CallRow | None:
    """The call as it is now."""
    return await row(conn, CallRow, f"SELECT {_COLUMNS} FROM comment_calls WHERE workspace_id = $1 AND id = $2", workspace, call)


async def lock(conn: Conn, workspace: WorkspaceId, call: UUID) -> CallRow | None:
    """The call, as it is until the transaction ends. Whoever takes it has locked its comment or post before."""
    return await row(
        conn,
        CallRow,
        f"SELECT {_COLUMNS} FROM comment_calls WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
        workspace, call,
    )  # fmt: skip


async def of_reply(conn: Conn, workspace: WorkspaceId, reply: UUID) -> CallRow | None:
    """The newest call for a comment of ours: a person may have sent it again. Index: comment_calls_reply."""
    return await row(
        conn,
        CallRow,
        f"SELECT {_COLUMNS} FROM comment_calls WHERE workspace_id = $1 AND reply_id = $2 ORDER BY id DESC LIMIT 1",
        workspace, reply,
    )  # fmt: skip


async def write(conn: Conn, changed: CallRow) -> None:
    """Write what sending decides. A step that got this far went well, so attempts are counted anew, but for a call in flight."""
    await run(
        conn,
        """UPDATE comment_calls SET state = $3, due_at = $4, attempts = CASE $3 WHEN 'sending' THEN attempts ELSE 0 END,
            refusals = $5, attempted_at = $6, settled_at = $7, remote_id = $8, error_code = $9, error_message = $10
        WHERE workspace_id = $1 AND id = $2""",
        changed.workspace_id, changed.id, changed.state, changed.due_at, changed.refusals, changed.attempted_at,
        changed.settled_at, changed.remote_id, changed.error_code, changed.error_message,
    )  # fmt: skip


async def is_behind(conn: Conn, call: CallRow) -> bool:
    """Whether an earlier call about the same comment or post is queued or in flight. Indexes: comment_calls_open, _post."""
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT FROM comment_calls WHERE workspace_id = $1 AND comment_id = $2 AND id < $4
                    AND state IN ('queued', 'sending'))
                OR EXISTS (SELECT FROM comment_calls WHERE workspace_id = $1 AND post_id = $3 AND id < $4
                    AND state IN ('queued', 'sending'))""",
            call.workspace_id, call.comment_id, call.post_id, call.id,
        )
    )  # fmt: skip


async def next_is_due(conn: Conn, call: CallRow, now: datetime) -> None:
    """It was settled: what waits behind it may go."""
    await run(
        conn,
        """UPDATE comment_calls SET due_at = $4 WHERE workspace_id = $1 AND state = 'queued' AND due_at > $4
            AND error_code IS NULL AND (comment_id = $2 OR post_id = $3)""",
        call.workspace_id, call.comment_id, call.post_id, now,
    )  # fmt: skip


async def supersede(conn: Conn, call: CallRow, kinds: Sequence[str], now: datetime) -> int:
    """What of these kinds was asked for before, about the same comment or post, and still waits, is not asked for any more."""
    return await run(
        conn,
        """UPDATE comment_calls SET state = 'discarded', due_at = NULL, settled_at = $5
        WHERE workspace_id = $1 AND state = 'queued' AND kind = ANY($4) AND (comment_id = $2 OR post_id = $3)""",
        call.workspace_id, call.comment_id, call.post_id, list(kinds), now,
    )  # fmt: skip


async def has_newer(conn: Conn, call: CallRow, kinds: Sequence[str]) -> bool:
    """Whether something of these kinds was asked for later, about the same comment or post, and is not settled."""
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT FROM comment_calls WHERE workspace_id = $1 AND (comment_id = $2 OR post_id = $3)
                AND kind = ANY($4) AND id > $5 AND state IN ('queued', 'sending'))""",
            call.workspace_id, call.comment_id, call.post_id, list(kinds), call.id,
        )
    )  # fmt: skip


async def discard(conn: Conn, workspace: WorkspaceId, reply: UUID, now: datetime) -> int:
    """Nobody wants this answer any more: its calls stay on record as of what it answers."""
    return await run(
        conn,
        """UPDATE comment_calls SET state = CASE WHEN state IN ('queued', 'failed', 'in_doubt') THEN 'discarded' ELSE state END,
            due_at = NULL, settled_at = coalesce(settled_at, $3), reply_id = NULL
        WHERE workspace_id = $1 AND reply_id = $2""",
        workspace, reply, now,
    )  # fmt: skip


async def recognise(conn: Conn, told: Sequence[tuple[UUID, UUID, str]], now: datetime) -> int:
    """Instagram tells comments of our own, as (workspace, account, text): answers in doubt that say so are looked for now."""
    return await run(
        conn,
        """UPDATE comment_calls c SET due_at = $4
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (workspace_id, account_id, text)
        WHERE c.workspace_id = t.workspace_id AND c.account_id = t.account_id AND c.text = t.text AND c.state = 'in_doubt'""",
        *[[given[index] for given in told] for index in range(3)],
        now,
    )


async def erase(conn: Conn, workspace: WorkspaceId, reply: UUID) -> int:
    """Forget what was said in calls for a comment of ours that was deleted."""
    return await run(conn, "UPDATE comment_calls SET text = NULL WHERE workspace_id = $1 AND reply_id = $2", workspace, reply)
