"""Saved replies: a workspace's, and each person's own."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from asyncpg.exceptions import UniqueViolationError

from confab.errors import Conflict, NotFound
from confab.model.inbox import AgentId, Viewer
from confab.model.saved import SavedReply, SavedReplyId
from confab.store.db import Conn, row, rows, run

_COLUMNS: LiteralString = """id, CASE WHEN owner_id IS NULL THEN 'workspace' ELSE 'personal' END AS scope, shortcut, title, text,
    created_at, updated_at, version"""
_THEIRS: LiteralString = "workspace_id = $1 AND (owner_id IS NULL OR owner_id = $2)"


async def all_for_viewer(conn: Conn, viewer: Viewer) -> list[SavedReply]:
    """The workspace's and the viewer's own, by shortcut."""
    return await rows(
        conn,
        SavedReply,
        f"SELECT {_COLUMNS} FROM saved_replies WHERE {_THEIRS} ORDER BY shortcut, owner_id NULLS FIRST",
        viewer.workspace_id, viewer.agent_id,
    )  # fmt: skip


async def for_viewer(conn: Conn, viewer: Viewer, saved: SavedReplyId) -> SavedReply:
    """One of them. Raises NotFound also when it is somebody else's own."""
    found = await row(
        conn,
        SavedReply,
        f"SELECT {_COLUMNS} FROM saved_replies WHERE {_THEIRS} AND id = $3",
        viewer.workspace_id, viewer.agent_id, saved,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such saved reply.")
    return found


async def count(conn: Conn, viewer: Viewer) -> int:
    """How many the viewer may use."""
    return await conn.fetchval(f"SELECT count(*) FROM saved_replies WHERE {_THEIRS}", viewer.workspace_id, viewer.agent_id)


async def insert(conn: Conn, viewer: Viewer, new: SavedReply, owner: AgentId | None) -> None:
    """Keep a new one. Raises Conflict when its shortcut is taken there."""
    try:
        await conn.execute(
            """INSERT INTO saved_replies (workspace_id, id, owner_id, shortcut, title, text, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)""",
            viewer.workspace_id, new.id, owner, new.shortcut, new.title, new.text, new.created_at,
        )  # fmt: skip
    except UniqueViolationError:
        raise _taken(new.shortcut) from None


async def update(conn: Conn, viewer: Viewer, saved: UUID, shortcut: str, title: str, text: str, now: datetime) -> None:
    """Write what may change; its version grows. Raises Conflict when its shortcut is taken there."""
    try:
        await run(
            conn,
            """UPDATE saved_replies SET shortcut = $3, title = $4, text = $5, updated_at = $6, version = version + 1
            WHERE workspace_id = $1 AND id = $2""",
            viewer.workspace_id, saved, shortcut, title, text, now,
        )  # fmt: skip
    except UniqueViolationError:
        raise _taken(shortcut) from None


async def remove(conn: Conn, viewer: Viewer, saved: SavedReplyId) -> None:
    """Forget it."""
    await run(conn, "DELETE FROM saved_replies WHERE workspace_id = $1 AND id = $2", viewer.workspace_id, saved)


def _taken(shortcut: str) -> Conflict:
    return Conflict(
        f"There is a saved reply /{shortcut} already; choose another shortcut.", field="shortcut", code="shortcut_taken"
    )
