"""How an account fares: whether it may send now, and what Meta did to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from confab.model.inbox import Account, WorkspaceId
from confab.store.accounts import VIEW
from confab.store.db import Conn, Record, row, run


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingState:
    """What decides whether an account may send at all."""

    human_agent: bool
    health: str
    health_reason: str | None
    has_token: bool
    paused_until: datetime | None
    restricted_until: datetime | None
    restricted_reason: str | None
    stopped_by: str | None
    is_all_stopped: bool
    platform: str | None


STATE: LiteralString = """
    a.human_agent, a.health, a.health_reason, a.paused_until, a.restricted_until, a.restricted_reason,
    a.disconnected_at IS NULL AND
    EXISTS (SELECT FROM integrations i WHERE i.workspace_id = a.workspace_id AND i.account_id = a.id) AS has_token,
    coalesce(w.stopped_by, a.stopped_by) AS stopped_by, w.stopped_by IS NOT NULL AS is_all_stopped,
    (SELECT i.platform FROM integrations i WHERE i.workspace_id = a.workspace_id AND i.account_id = a.id) AS platform
"""
"""The columns of a SendingState; takes the account as `a` and its workspace as `w`."""

_OF_ACCOUNT: LiteralString = (
    " FROM accounts a JOIN workspaces w ON w.workspace_id = a.workspace_id WHERE a.workspace_id = $1 AND a.id = $2"
)


async def sending_state(conn: Conn, workspace: WorkspaceId, account: UUID) -> SendingState:
    """The account's state as it is now."""
    found = await row(conn, SendingState, "SELECT" + STATE + _OF_ACCOUNT, workspace, account)
    assert found is not None  # noqa: S101 -- a foreign key leads here
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Until when an account sends nothing, and how often running Meta has asked for that."""

    paused_until: datetime | None
    throttles: int


async def pause_of(conn: Conn, workspace: WorkspaceId, account: UUID) -> Pause:
    """The account's pause under lock."""
    found = await row(
        conn,
        Pause,
        "SELECT paused_until, throttles FROM accounts WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
        workspace, account,
    )  # fmt: skip
    assert found is not None  # noqa: S101 -- a foreign key leads here
    return found


async def pause(conn: Conn, workspace: WorkspaceId, account: UUID, until: datetime) -> None:
    """Send nothing before `until`: Meta asked to wait. Counted until something is sent."""
    await run(
        conn,
        "UPDATE accounts SET throttles = least(throttles + 1, 100), paused_until = $3 WHERE workspace_id = $1 AND id = $2",
        workspace, account, until,
    )  # fmt: skip


async def went(conn: Conn, workspace: WorkspaceId, account: UUID, pool: str, used_percent: int) -> None:
    """Meta takes messages, and says how much of the pool's allowance is used: both are rarely news. See `flows`.

    The account's row comes first: so does it for who is asked to wait.
    """
    await conn.execute(
        """WITH learnt AS (
            UPDATE call_budgets SET used_percent = $4
            WHERE workspace_id = $1 AND account_id = $2 AND pool = $3 AND used_percent IS DISTINCT FROM $4)
        UPDATE accounts SET throttles = 0 WHERE workspace_id = $1 AND id = $2 AND throttles > 0""",
        workspace, account, pool, used_percent,
    )  # fmt: skip


async def flows(conn: Conn, workspace: WorkspaceId, account: UUID) -> int:
    """Meta takes messages again."""
    return await run(
        conn, "UPDATE accounts SET throttles = 0 WHERE workspace_id = $1 AND id = $2 AND throttles > 0", workspace, account
    )


async def restrict(conn: Conn, workspace: WorkspaceId, account: UUID, until: datetime, reason: str) -> Account | None:
    """Nothing automatic goes out before `until`: Meta restricts the account. The account, or None when it was known already."""
    return _account(
        await conn.fetchrow(
            "WITH changed AS (UPDATE accounts SET restricted_until = greatest(restricted_until, $3), restricted_reason = $4,"
            " version = version + 1 WHERE workspace_id = $1 AND id = $2"
            " AND (restricted_until IS NULL OR restricted_until < $3) RETURNING *) "
            + VIEW.replace("FROM accounts a", "FROM changed a"),
            workspace, account, until, reason,
        )
    )  # fmt: skip


async def touch(conn: Conn, workspace: WorkspaceId, account: UUID) -> Account | None:
    """The account with a new version: something beside its row became different."""
    return _account(
        await conn.fetchrow(
            "WITH changed AS (UPDATE accounts SET version = version + 1 WHERE workspace_id = $1 AND id = $2 RETURNING *) "
            + VIEW.replace("FROM accounts a", "FROM changed a"),
            workspace, account,
        )
    )  # fmt: skip


async def mark_dead(conn: Conn, workspace: WorkspaceId, account: UUID, reason: str) -> Account | None:
    """The token is dead: a person has to reconnect. The account, or None when it was known already."""
    return _account(
        await conn.fetchrow(
            "WITH changed AS (UPDATE accounts SET health = 'reconnect', health_reason = $3, version = version + 1"
            " WHERE workspace_id = $1 AND id = $2 AND health <> 'reconnect' RETURNING *) "
            + VIEW.replace("FROM accounts a", "FROM changed a"),
            workspace, account, reason,
        )
    )  # fmt: skip


async def enforce(
    conn: Conn, workspace: WorkspaceId, account: UUID, *, action: str, reason: str | None, at: datetime
) -> Account | None:
    """What Meta's newest policy event says of the account; None when a later one is known. Rule N61.

    A block pauses, an unblock ends the pause, anything else is only noted; a dead token stays the first thing to mend.
    """
    return _account(
        await conn.fetchrow(
            "WITH changed AS (UPDATE accounts SET policy_at = $5, version = version + 1,"
            " health = CASE WHEN health = 'reconnect' THEN health WHEN $3 = 'block' THEN 'paused'"
            " WHEN $3 = 'unblock' THEN 'ok' ELSE health END,"
            " health_reason = CASE WHEN health = 'reconnect' THEN health_reason ELSE $4 END"
            " WHERE workspace_id = $1 AND id = $2 AND (policy_at IS NULL OR policy_at < $5) RETURNING *) "
            + VIEW.replace("FROM accounts a", "FROM changed a"),
            workspace, account, action, reason, at,
        )
    )  # fmt: skip


def _account(record: Record | None) -> Account | None:
    return None if record is None else Account(**record)
