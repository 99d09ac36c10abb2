"""Asking for an export: by the API and by the command line."""

from datetime import datetime
from uuid import UUID

from confab.errors import TooMany
from confab.model.exports import Export, ExportId, ExportKind
from confab.model.inbox import WorkspaceId
from confab.store import audit, exports, ids
from confab.store.db import Conn

_MOST_WAITING = 20


async def ask(conn: Conn, workspace: WorkspaceId, kind: ExportKind, subject: UUID, asked_by: str, now: datetime) -> Export:
    """Have it made, and note who asked. Raises NotFound; TooMany while many are still to be made. Whoever commits wakes the
    work."""
    if await exports.waiting(conn, workspace) >= _MOST_WAITING:
        raise TooMany(
            f"{_MOST_WAITING} exports are still to be made. Wait for some of them.", code="too_many_exports", retry_after_s=60
        )
    made = await exports.ask(conn, workspace, ExportId(ids.new(now)), kind, subject, asked_by, now)
    await audit.add(conn, workspace, asked_by, "export_asked", f"{kind} {subject}", {"export": str(made.id)}, now)
    return made
