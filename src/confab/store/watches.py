"""How an account is looked after: when it was last heard and looked at, and up to when it is complete. Across workspaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confab.model.inbox import AccountId, WorkspaceId
from confab.store.claims import Due
from confab.store.db import Conn, row, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is known of an account's incoming traffic.

    `stored_at`: when the oldest webhook came that is still to be applied. `has_failures`: whether an event failed since the last
    look. `gap` and the two after it: see Gap; `is_imported`: an import ended since. `place` and the two after it: see Place.
    """

    connected_at: datetime
    complete_up_to: datetime | None
    incomplete_reason: str | None
    receiving: str
    polling_since: datetime | None
    heard_at: datetime | None
    habit_s: int
    looked_at: datetime | None
    stored_at: datetime | None
    has_failures: bool
    gap: str | None
    gap_from: datetime | None
    gap_at: datetime | None
    is_imported: bool
    place: str | None
    place_from: datetime | None
    place_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is missing, in words; from when on reading again may bring it (None: only an import does); when it was found."""

    reason: str
    since: datetime | None
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a comparison was told to wait: the page (None: the first) of what moved since `floor`, begun at `began_at`."""

    after: str | None
    floor: datetime
    began_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """When to look after an account again, and what is to be known then. `looked_at`: when it was compared, if it was.

    `heard_at`: of an account that is polled, when it was last heard as far as this look knew; None for others.
    """

    due_at: datetime
    heard_at: datetime | None
    looked_at: datetime | None
    gap: Gap | None
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the team sees: up to when the account is complete, what stands in the way of more, since when it is polled."""

    complete_up_to: datetime | None
    reason: str | None
    polling_since: datetime | None


async def ensure(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> int:
    """The account is looked after from now on."""
    return await run(
        conn,
        "INSERT INTO account_watches (workspace_id, account_id, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        workspace, account, now,
    )  # fmt: skip


async def heard(conn: Conn, accounts: Sequence[tuple[UUID, UUID, datetime]]) -> int:
    """What participants wrote to these (workspace, account) came by webhook at that time. The silence before becomes their habit.

    It fades. What came before what is known already changes nothing.
    """
    return await run(
        conn,
        """WITH wanted AS MATERIALIZED (
            SELECT w.workspace_id, w.account_id, t.at, a.receiving
            FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS t (workspace_id, account_id, at)
            JOIN account_watches w USING (workspace_id, account_id)
            JOIN accounts a ON a.workspace_id = w.workspace_id AND a.id = w.account_id
            WHERE w.heard_at IS NULL OR w.heard_at < t.at
            ORDER BY w.workspace_id, w.account_id FOR NO KEY UPDATE OF w
        )
        UPDATE account_watches w SET heard_at = greatest(w.heard_at, t.at),
            habit_s = greatest(w.habit_s * 0.99, extract(epoch FROM t.at - w.heard_at), 60),
            due_at = CASE WHEN t.receiving = 'polling' AND w.attempts = 0 THEN least(w.due_at, t.at) ELSE w.due_at END
        FROM wanted t WHERE w.workspace_id = t.workspace_id AND w.account_id = t.account_id""",
        [workspace for workspace, _, _ in accounts],
        [account for _, account, _ in accounts],
        [at for _, _, at in accounts],
    )


async def get(conn: Conn, workspace: WorkspaceId, account: UUID) -> Watch | None:
    """What is known now; None when the account is gone. Indexes: delivery_parts_state, runs_newest."""
    return await row(
        conn,
        Watch,
        """SELECT a.created_at AS connected_at, a.complete_up_to, a.incomplete_reason, a.receiving, a.polling_since, w.heard_at,
            w.habit_s, w.looked_at, w.gap, w.gap_from, w.gap_at, w.place, w.place_from, w.place_at, (
                SELECT min(d.received_at) FROM delivery_parts d
                WHERE d.workspace_id = $1 AND d.state = 'stored' AND d.account_id = $2
            ) AS stored_at, EXISTS (
                SELECT FROM runs r WHERE r.workspace_id = $1 AND r.account_id = $2 AND r.what = 'messages' AND r.state = 'done'
                    AND r.finished_at >= w.gap_at
            ) AS is_imported, EXISTS (
                SELECT FROM delivery_parts d WHERE d.workspace_id = $1 AND d.state = 'failed' AND d.account_id = $2
                    AND d.received_at > coalesce(w.looked_at, a.created_at)
            ) AS has_failures
        FROM account_watches w JOIN accounts a ON a.workspace_id = w.workspace_id AND a.id = w.account_id
        WHERE w.workspace_id = $1 AND w.account_id = $2""",
        workspace, account,
    )  # fmt: skip


async def again(conn: Conn, due: Due, next_: Next) -> int:
    """When to look after it next: at once where a polled one was heard meanwhile. 0 when it was claimed by another meanwhile."""
    gap, place = next_.gap, next_.place
    return await run(
        conn,
        """UPDATE account_watches SET due_at = CASE WHEN heard_at > $12 THEN least($4, heard_at) ELSE $4 END,
            attempts = 0, error = NULL, looked_at = coalesce($5, looked_at),
            gap = $6, gap_from = $7, gap_at = $8, place = $9, place_from = $10, place_at = $11
        WHERE workspace_id = $1 AND account_id = $2 AND attempts = $3""",
        *due.key, due.attempts, next_.due_at, next_.looked_at,
        gap.reason if gap else None, gap.since if gap else None, gap.found_at if gap else None,
        place.after if place else None, place.floor if place else None, place.began_at if place else None, next_.heard_at,
    )  # fmt: skip


async def look_soon(conn: Conn, workspace: WorkspaceId, account: UUID, now: datetime) -> int:
    """An import ended: where something was missing, see whether it still is."""
    return await run(
        conn,
        """UPDATE account_watches SET due_at = least(due_at, $3)
        WHERE workspace_id = $1 AND account_id = $2 AND gap IS NOT NULL AND attempts = 0""",
        workspace, account, now,
    )  # fmt: skip


async def say(conn: Conn, workspace: WorkspaceId, account: UUID, said: Said) -> int:
    """What the team sees of it; 0 when it saw that already. `complete_up_to` never moves back."""
    return await run(
        conn,
        """UPDATE accounts SET complete_up_to = greatest(complete_up_to, $3), incomplete_reason = $4, polling_since = $5,
            receiving = CASE WHEN $5::timestamptz IS NULL THEN 'webhooks' ELSE 'polling' END, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND (
            complete_up_to IS DISTINCT FROM greatest(complete_up_to, $3) OR incomplete_reason IS DISTINCT FROM $4
            OR polling_since IS DISTINCT FROM $5)""",
        workspace, account, said.complete_up_to, said.reason, said.polling_since,
    )  # fmt: skip
