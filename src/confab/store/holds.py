"""What must not be deleted by its age, nor with its account: a conversation, an account, or all of a workspace."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from confab.errors import NotFound
from confab.model.exports import Hold, HoldId
from confab.model.inbox import WorkspaceId
from confab.store.db import Conn, row, rows

_SHOWN: LiteralString = "id, account_id, conversation_id, reason, placed_by, placed_at, released_by, released_at"

IS_FREE: LiteralString = """NOT EXISTS (SELECT FROM legal_holds h WHERE h.workspace_id = c.workspace_id AND h.released_at IS NULL
    AND (h.conversation_id = c.id OR (h.conversation_id IS NULL AND (h.account_id IS NULL OR h.account_id = c.account_id))))"""
"""That nothing holds a conversation `c`."""

IS_FREE_OF_ACCOUNT: LiteralString = """NOT EXISTS (SELECT FROM legal_holds h WHERE h.workspace_id = c.workspace_id
    AND h.released_at IS NULL AND h.conversation_id IS NULL AND (h.account_id IS NULL OR h.account_id = c.account_id))"""
"""That nothing holds a comment `c`."""


async def place(
    conn: Conn,
    workspace: WorkspaceId,
    new: HoldId,
    on: tuple[UUID | None, UUID | None],
    why: tuple[str, str],
    now: datetime,
) -> Hold:
    """Hold an account, a conversation, or (neither) all; `why`: the reason, and who gives it.

    Raises NotFound when there is no such thing.
    """
    found = await row(
        conn,
        Hold,
        """INSERT INTO legal_holds (workspace_id, id, account_id, conversation_id, reason, placed_by, placed_at)
        SELECT $1, $2, $3, $4, $5, $6, $7
        WHERE ($3::uuid IS NULL OR EXISTS (SELECT FROM accounts WHERE workspace_id = $1 AND id = $3))
            AND ($4::uuid IS NULL OR EXISTS (SELECT FROM conversations WHERE workspace_id = $1 AND id = $4))
        RETURNING """
        + _SHOWN,
        workspace, new, *on, *why, now,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such conversation." if on[1] is not None else "There is no such account.")
    return found


async def release(conn: Conn, workspace: WorkspaceId, hold: HoldId, by: str, now: datetime) -> tuple[Hold, bool]:
    """Let it go, and whether that is new. Raises NotFound."""
    changed = await row(
        conn,
        Hold,
        """UPDATE legal_holds SET released_by = $3, released_at = $4
        WHERE workspace_id = $1 AND id = $2 AND released_at IS NULL RETURNING """ + _SHOWN,
        workspace, hold, by, now,
    )  # fmt: skip
    if changed is not None:
        return changed, True
    found = await row(conn, Hold, "SELECT " + _SHOWN + " FROM legal_holds WHERE workspace_id = $1 AND id = $2", workspace, hold)
    if found is None:
        raise NotFound("There is no such hold.")
    return found, False


async def is_on_account(conn: Conn, workspace: WorkspaceId, account: UUID) -> bool:
    """Whether somebody holds the account, a conversation of it, or all of the workspace. Index: legal_holds_open."""
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT FROM legal_holds h
                LEFT JOIN conversations c ON c.workspace_id = h.workspace_id AND c.id = h.conversation_id
                WHERE h.workspace_id = $1 AND h.released_at IS NULL
                    AND CASE WHEN h.conversation_id IS NULL THEN h.account_id IS NULL OR h.account_id = $2
                        ELSE c.account_id = $2 END)""",
            workspace, account,
        )
    )  # fmt: skip


async def newest(conn: Conn, workspace: WorkspaceId, before: UUID, limit: int) -> list[Hold]:
    """Holds before one, the newest first, those that were released too. Index: the primary key."""
    return await rows(
        conn,
        Hold,
        "SELECT " + _SHOWN + " FROM legal_holds WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        workspace, before, limit,
    )  # fmt: skip
