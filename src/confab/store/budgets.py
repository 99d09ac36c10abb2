"""How fast an account may call Meta: one row for each pool of calls, shared by every worker."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.store.db import Conn, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """How far apart calls are in the long run, how much of that may be saved up, and how far ahead a place may be taken."""

    each: timedelta
    saved: timedelta
    ahead: timedelta


async def take(
    conn: Conn, workspace: WorkspaceId, account: UUID, pool: str, spacing: Spacing, now: datetime
) -> tuple[bool, datetime]:
    """A place for a call of this pool that nobody else is given: whether there was one, and when it or the first free one is.

    Calls are further apart from 75 % (twice) and 90 % (four times) of the allowance on. A place that is not used is lost.
    """
    record = await conn.fetchrow(
        """WITH given AS (
            INSERT INTO call_budgets AS b (workspace_id, account_id, pool, next_at)
            VALUES ($1, $2, $3, $7::timestamptz - $5::interval + $4::interval)
            ON CONFLICT (workspace_id, account_id, pool) DO UPDATE SET next_at = greatest(b.next_at, $7 - $5) + $4
                * CASE WHEN b.used_percent >= 90 THEN 4 WHEN b.used_percent >= 75 THEN 2 ELSE 1 END
            WHERE b.next_at <= $7 + $6::interval
            RETURNING next_at - $4 * CASE WHEN used_percent >= 90 THEN 4 WHEN used_percent >= 75 THEN 2 ELSE 1 END AS at
        )
        SELECT true AS is_given, greatest(at, $7) AS at FROM given
        UNION ALL SELECT false, b.next_at FROM call_budgets b
        WHERE b.workspace_id = $1 AND b.account_id = $2 AND b.pool = $3 AND NOT EXISTS (SELECT FROM given)""",
        workspace, account, pool, spacing.each, spacing.saved, spacing.ahead, now,
    )  # fmt: skip
    assert record is not None  # noqa: S101 -- one of the two is there
    return record["is_given"], record["at"]


async def block(
    conn: Conn, workspace: WorkspaceId, account: UUID, pool: str, until: datetime, used_percent: int | None = None
) -> int:
    """Meta asks to wait: no call of this pool before then, and nothing saved up. Never shortens a longer wait.

    `used_percent`: how slowly it goes from there, until Meta says how much is left; None: as it was.
    """
    return await run(
        conn,
        """UPDATE call_budgets SET next_at = greatest(next_at, $4), used_percent = coalesce($5, used_percent)
        WHERE workspace_id = $1 AND account_id = $2 AND pool = $3""",
        workspace, account, pool, until, used_percent,
    )  # fmt: skip


async def learn(conn: Conn, workspace: WorkspaceId, account: UUID, pool: str, used_percent: int) -> int:
    """What Meta says of the allowance."""
    return await run(
        conn,
        """UPDATE call_budgets SET used_percent = $4
        WHERE workspace_id = $1 AND account_id = $2 AND pool = $3 AND used_percent IS DISTINCT FROM $4""",
        workspace, account, pool, used_percent,
    )  # fmt: skip
