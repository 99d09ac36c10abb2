"""When to look after an account's comments."""

from datetime import datetime, timedelta

from confab.model.inbox import AccountId, WorkspaceId
from confab.store.claims import Due
from confab.store.db import Conn, run

_FIRST = timedelta(minutes=10)  # webhooks tell what comes; who connects an account has other things to read first


async def ensure(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> None:
    """The account's comments are looked after. Again changes nothing."""
    await run(
        conn,
        "INSERT INTO comment_watches (workspace_id, account_id, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        workspace, account, now + _FIRST,
    )  # fmt: skip


async def look_again(conn: Conn, due: Due, due_at: datetime, good_at: datetime | None) -> int:
    """It was looked after; when again. `good_at`: when all went well, None: it did not."""
    return await run(
        conn,
        """UPDATE comment_watches SET due_at = $4, good_at = coalesce($5, good_at), attempts = 0, error = NULL
        WHERE workspace_id = $1 AND account_id = $2 AND attempts = $3""",
        *due.key, due.attempts, due_at, good_at,
    )  # fmt: skip
