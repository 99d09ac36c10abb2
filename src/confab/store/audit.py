"""Lines about what was taken out, deleted, or kept from being deleted. They are added and never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from confab.model.exports import AuditLine
from confab.model.inbox import Viewer, WorkspaceId
from confab.store import ids
from confab.store.db import Conn, rows, run


async def add(
    conn: Conn, workspace: WorkspaceId, actor: str, what: str, subject: str, facts: dict[str, Any], now: datetime
) -> None:
    """One line. `facts` hold numbers, ids and times: never what was written."""
    await run(
        conn,
        "INSERT INTO audit_lines (workspace_id, id, at, actor, what, subject, facts) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        workspace, ids.new(now), now, actor, what, subject, facts,
    )  # fmt: skip


async def page(conn: Conn, viewer: Viewer, before: UUID, limit: int) -> list[AuditLine]:
    """The newest lines before one. Index: the primary key."""
    return await rows(
        conn,
        AuditLine,
        """SELECT id, at, actor, what, subject, facts FROM audit_lines
        WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3""",
        viewer.workspace_id, before, limit,
    )  # fmt: skip
