"""How fast an account may call Meta: one row for each pool of calls, shared by every worker."""

from datetime import datetime, timedelta
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.store.db import Conn, run


async def reserve(
    conn: Conn, workspace: WorkspaceId, account: UUID, pool: str, each: timedelta, now: datetime, latest: datetime
) -> datetime | None:
    """When the next call of this pool may be made; nobody else is given that moment. After `latest`: None, and nothing changes.

    Calls are `each` apart, twice that from 75 % of the allowance on, four times from 90 %. A moment that is not used is lost.
    """
    return await conn.fetchval(
        """INSERT INTO call_budgets AS b (workspace_id, account_id, pool, next_at)
        VALUES ($1, $2, $3, $4::timestamptz + $5::interval)
        ON CONFLICT (workspace_id, account_id, pool) DO UPDATE SET next_at = greatest(b.next_at, $4) + $5
            * CASE WHEN b.used_percent >= 90 THEN 4 WHEN b.used_percent >= 75 THEN 2 ELSE 1 END
        WHERE b.next_at <= $6
        RETURNING next_at - $5 * CASE WHEN used_percent >= 90 THEN 4 WHEN used_percent >= 75 THEN 2 ELSE 1 END""",
        workspace, account, pool, now, each, latest,
    )  # fmt: skip


async def next_at(conn: Conn, workspace: WorkspaceId, account: UUID, pool: str) -> datetime:
    """The first moment that nobody was given yet."""
    return await conn.fetchval(
        "SELECT next_at FROM call_budgets WHERE workspace_id = $1 AND account_id = $2 AND pool = $3", workspace, account, pool
    )


async def block(conn: Conn, workspace: WorkspaceId, account: UUID, pool: str, until: datetime) -> int:
    """Meta asks to wait: no call of this pool before then. Never shortens a longer wait."""
    return await run(
        conn,
        """UPDATE call_budgets SET next_at = greatest(next_at, $4)
        WHERE workspace_id = $1 AND account_id = $2 AND pool = $3""",
        workspace, account, pool, until,
    )  # fmt: skip


async def learn(conn: Conn, workspace: WorkspaceId, account: UUID, pool: str, used_percent: int) -> int:
    """What Meta says of the allowance."""
    return await run(
        conn,
        """UPDATE call_budgets SET used_percent = $4
        WHERE workspace_id = $1 AND account_id = $2 AND pool = $3 AND used_percent IS DISTINCT FROM $4""",
        workspace, account, pool, used_percent,
    )  # fmt: skip
