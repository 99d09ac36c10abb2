"""When snoozed conversations come back."""

from datetime import datetime

from confab.model.inbox import ConversationId, WorkspaceId
from confab.store.db import Conn, run


async def put(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, until: datetime | None) -> None:
    """Bring it back at that time; None: not any more."""
    if until is None:
        await run(conn, "DELETE FROM snoozes WHERE workspace_id = $1 AND conversation_id = $2", workspace, conversation)
        return
    await run(
        conn,
        """INSERT INTO snoozes (workspace_id, conversation_id, due_at) VALUES ($1, $2, $3)
        ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        workspace, conversation, until,
    )  # fmt: skip
