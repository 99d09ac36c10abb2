"""Readings of numbers: who asked, when, how long they took, how many calls they made, and what they brought."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from confab.errors import NotFound
from confab.model.inbox import AccountId, AgentId, RunId, RunState, WorkspaceId
from confab.store.claims import Due
from confab.store.db import Conn, Json, row, rows, run

_ALL: LiteralString = """id, account_id, user_id, asked_by, state, created_at, started_at, finished_at, calls, since, until,
    metrics, reaches_back, success, answered, total_inserted, total_changed, total_unchanged, metrics_inserted, errors, error"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be read: days (None: as usual), metrics (None: all), and whether as far back as there is anything."""

    since: date | None = None
    until: date | None = None
    metrics: list[str] | None = None
    reaches_back: bool = False


@dataclass(slots=True, kw_only=True)
class SyncRun:
    """A reading as it is kept; its worker writes into it while it goes on."""

    id: RunId
    account_id: AccountId
    user_id: AgentId | None
    asked_by: str
    state: RunState
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    calls: int
    since: date | None
    until: date | None
    metrics: list[str] | None
    reaches_back: bool
    success: bool
    answered: int
    total_inserted: int
    total_changed: int
    total_unchanged: int
    metrics_inserted: dict[str, int]
    errors: list[dict[str, Any]]  # MetricErrors
    error: str | None


async def open_(
    conn: Conn, workspace: WorkspaceId, new: RunId, account: AccountId, wanted: Wanted, asked_by: str, now: datetime
) -> None:
    """A reading is asked for."""
    await run(
        conn,
        """INSERT INTO sync_runs (workspace_id, id, account_id, user_id, asked_by, state, created_at, since, until, metrics,
            reaches_back)
        SELECT workspace_id, $2, id, connected_by, $4, 'waiting', $5, $6, $7, $8, $9 FROM accounts
        WHERE workspace_id = $1 AND id = $3""",
        workspace, new, account, asked_by, now, wanted.since, wanted.until, wanted.metrics, wanted.reaches_back,
    )  # fmt: skip


async def get(conn: Conn, workspace: WorkspaceId, run_id: UUID) -> SyncRun:
    """One reading. Raises NotFound also when it belongs to somebody else."""
    found = await row(conn, SyncRun, "SELECT " + _ALL + " FROM sync_runs WHERE workspace_id = $1 AND id = $2", workspace, run_id)
    if found is None:
        raise NotFound("There is no such run.")
    return found


async def newest(conn: Conn, workspace: WorkspaceId, account: AccountId, limit: int) -> list[SyncRun]:
    """The newest readings of an account, newest first. Index: sync_runs_newest."""
    return await rows(
        conn,
        SyncRun,
        "SELECT " + _ALL + " FROM sync_runs WHERE workspace_id = $1 AND account_id = $2 ORDER BY id DESC LIMIT $3",
        workspace, account, limit,
    )  # fmt: skip


async def has_reached_back(conn: Conn, workspace: WorkspaceId, account: AccountId) -> bool:
    """Whether all that Meta has was read once."""
    return await conn.fetchval(
        "SELECT EXISTS (SELECT FROM sync_runs WHERE workspace_id = $1 AND account_id = $2 AND reaches_back AND state = 'done')",
        workspace, account,
    )  # fmt: skip


async def save(conn: Conn, due: Due, kept: SyncRun) -> None:
    """How far it is, and what it brought; in the transaction that saves its run, which tells whether it is still ours."""
    await run(
        conn,
        """UPDATE sync_runs SET state = $3, started_at = $4, finished_at = $5, calls = $6, since = $7, until = $8, success = $9,
            answered = $10, total_inserted = $11, total_changed = $12, total_unchanged = $13, metrics_inserted = $14,
            errors = $15, error = $16
        WHERE workspace_id = $1 AND id = $2""",
        *due.key, kept.state, kept.started_at, kept.finished_at, kept.calls, kept.since, kept.until, kept.success, kept.answered,
        kept.total_inserted, kept.total_changed, kept.total_unchanged, Json(kept.metrics_inserted), Json(kept.errors), kept.error,
    )  # fmt: skip


async def close(conn: Conn, workspace: WorkspaceId, run_id: UUID, state: RunState, error: str | None, now: datetime) -> int:
    """It ended otherwise than by itself: stopped, or given up. One that is over stays as it ended."""
    return await run(
        conn,
        """UPDATE sync_runs SET state = $3, error = $4, finished_at = $5
        WHERE workspace_id = $1 AND id = $2 AND state IN ('waiting', 'running')""",
        workspace, run_id, state, error, now,
    )  # fmt: skip
