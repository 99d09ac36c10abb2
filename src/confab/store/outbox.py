"""What has not gone out, as people look at it: scheduled and held, failed and in doubt, and how long the queue is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, LiteralString
from uuid import UUID

from confab.model.inbox import AccountId, MessageId, Viewer, WorkspaceId
from confab.model.outbox import Scheduled, Troubled
from confab.model.outgoing import OnReply
from confab.store import conversations, messages
from confab.store.db import Conn, row, rows

MOST_LISTED = 200
MOST_COUNTED = 10_000
MOST_PLACES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _ScheduledRow:
    id: UUID
    message_id: UUID
    conversation_id: UUID
    release_at: datetime
    on_reply: OnReply
    parts: int
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _TroubledRow:
    id: UUID
    message_id: UUID
    conversation_id: UUID
    at: datetime
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """The names of Meta's limits: of most calls, of films and sounds, and of answers to comments."""

    plain: str
    heavy: str
    private: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for one account in a lane and a pool of calls, and where that pool stands. Nothing waits: both are None."""

    account_id: AccountId
    lane: int | None
    pool: str | None
    count: int
    next_at: datetime | None
    used_percent: int
    paused_until: datetime | None
    health: str
    health_reason: str | None
    stopped_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InLine:
    """A call that waits, how many of its account go before it, and how many of those through the same pool of calls."""

    message_id: MessageId
    pool: str
    ahead: int
    ahead_in_pool: int
    not_before: datetime | None
    next_at: datetime | None
    used_percent: int
    paused_until: datetime | None
    health: str
    health_reason: str | None
    stopped_by: str | None


_At = tuple[datetime, UUID]


async def scheduled(
    conn: Conn, viewer: Viewer, *, account: UUID | None, conversation: UUID | None, after: _At, limit: int
) -> tuple[list[Scheduled], _At | None]:
    """A page in the order of their time, and where the next begins. Index: outbound_scheduled; parts by outbound_batch."""
    found = await rows(
        conn,
        _ScheduledRow,
        """SELECT o.id, o.message_id, o.conversation_id, o.release_at, o.on_reply, coalesce(b.parts, 1) AS parts,
            coalesce(b.text, o.payload ->> 'text') AS text
        FROM (
            SELECT * FROM outbound_messages
            WHERE workspace_id = $1 AND state IN ('scheduled', 'held') AND (release_at, id) > ($2, $3)
                AND (batch_id IS NULL OR batch_id = id) AND ($4::uuid IS NULL OR account_id = $4)
                AND ($5::uuid IS NULL OR conversation_id = $5)
            ORDER BY release_at, id LIMIT $6
        ) o LEFT JOIN LATERAL (
            SELECT count(*)::int AS parts, string_agg(p.payload ->> 'text', E'\\n' ORDER BY p.id) AS text FROM outbound_messages p
            WHERE p.workspace_id = o.workspace_id AND p.batch_id = o.batch_id AND p.state IN ('scheduled', 'held')
            HAVING count(*) > 0
        ) b ON o.batch_id IS NOT NULL
        ORDER BY o.release_at, o.id""",
        viewer.workspace_id, after[0], after[1], account, conversation, limit,
    )  # fmt: skip
    values = await messages.values(conn, viewer, [one.message_id for one in found])
    talks = await conversations.by_ids(conn, [(viewer.workspace_id, one.conversation_id) for one in found])
    items = [
        Scheduled(
            message=values[one.message_id], conversation=talks[one.conversation_id][1], release_at=one.release_at,
            on_reply=one.on_reply, parts=one.parts, text=one.text,
        )
        for one in found
    ]  # fmt: skip
    return items, (found[-1].release_at, found[-1].id) if len(found) == limit else None


State = Literal["failed", "in_doubt"]


async def troubled(
    conn: Conn, viewer: Viewer, *, states: Sequence[State], account: UUID | None, before: UUID, limit: int
) -> tuple[list[Troubled], UUID | None]:
    """A page of what stands as failed or in doubt, newest first, and before which call the next begins.

    What was sent again or given up is gone; what only waited for a part before it comes with that. Index: outbound_troubled.
    """
    found = await rows(
        conn,
        _TroubledRow,
        """SELECT o.id, o.message_id, o.conversation_id, coalesce(o.settled_at, o.attempted_at, o.created_at) AS at,
            coalesce(b.parts, 1) AS parts
        FROM outbound_messages o
        LEFT JOIN LATERAL (
            SELECT count(*)::int AS parts FROM outbound_messages p
            WHERE p.workspace_id = o.workspace_id AND p.batch_id = o.batch_id AND p.id >= o.id
                AND (p.id = o.id OR p.state = 'queued' OR p.error_code = 'part_failed')
        ) b ON o.batch_id IS NOT NULL
        WHERE o.workspace_id = $1 AND o.state IN ('failed', 'in_doubt') AND o.state = ANY($2::text[]) AND o.id < $3
            AND o.kind NOT IN ('reaction', 'typing', 'seen') AND o.error_code IS DISTINCT FROM 'part_failed'
            AND ($4::uuid IS NULL OR o.account_id = $4)
            AND NOT EXISTS (SELECT FROM outbound_messages n
                WHERE n.workspace_id = o.workspace_id AND n.message_id = o.message_id AND n.id > o.id)
        ORDER BY o.id DESC LIMIT $5""",
        viewer.workspace_id, list(states), before, account, limit,
    )  # fmt: skip
    values = await messages.values(conn, viewer, [one.message_id for one in found])
    talks = await conversations.by_ids(conn, [(viewer.workspace_id, one.conversation_id) for one in found])
    items = [
        Troubled(
            message=values[one.message_id], conversation=talks[one.conversation_id][1], troubled_at=one.at, parts=one.parts
        )
        for one in found
    ]  # fmt: skip
    return items, found[-1].id if len(found) == limit else None


async def trouble(conn: Conn, workspace: WorkspaceId) -> dict[tuple[AccountId, str], int]:
    """How many of each (account, state) stand as failed or in doubt, counted up to 10,000. Index: outbound_troubled."""
    found = await conn.fetch(
        """SELECT o.account_id, o.state, count(*)::int AS count FROM (
            SELECT o.account_id, o.state FROM outbound_messages o
            WHERE o.workspace_id = $1 AND o.state IN ('failed', 'in_doubt') AND o.kind NOT IN ('reaction', 'typing', 'seen')
                AND o.error_code IS DISTINCT FROM 'part_failed'
                AND NOT EXISTS (SELECT FROM outbound_messages n
                    WHERE n.workspace_id = o.workspace_id AND n.message_id = o.message_id AND n.id > o.id)
            LIMIT $2
        ) o GROUP BY o.account_id, o.state""",
        workspace, MOST_COUNTED,
    )  # fmt: skip
    return {(AccountId(record["account_id"]), record["state"]): record["count"] for record in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    scheduled: list[MessageId]
    held: list[MessageId]
    troubled: list[MessageId]


async def needing_a_look(conn: Conn, viewer: Viewer) -> tuple[list[MessageId], list[MessageId], list[MessageId]]:
    """The messages that are scheduled, held, and in trouble: the first 200 of each. Indexes as above."""
    found = await row(
        conn,
        _Ids,
        """SELECT
            ARRAY(SELECT message_id FROM outbound_messages WHERE workspace_id = $1 AND state IN ('scheduled', 'held')
                AND state = 'scheduled' AND (batch_id IS NULL OR batch_id = id) ORDER BY release_at, id LIMIT $2) AS scheduled,
            ARRAY(SELECT message_id FROM outbound_messages WHERE workspace_id = $1 AND state IN ('scheduled', 'held')
                AND state = 'held' AND (batch_id IS NULL OR batch_id = id) ORDER BY release_at, id LIMIT $2) AS held,
            ARRAY(SELECT o.message_id FROM outbound_messages o WHERE o.workspace_id = $1 AND o.state IN ('failed', 'in_doubt')
                AND o.kind NOT IN ('reaction', 'typing', 'seen') AND o.error_code IS DISTINCT FROM 'part_failed'
                AND NOT EXISTS (SELECT FROM outbound_messages n
                    WHERE n.workspace_id = o.workspace_id AND n.message_id = o.message_id AND n.id > o.id)
                ORDER BY o.id DESC LIMIT $2) AS troubled""",
        viewer.workspace_id, MOST_LISTED,
    )  # fmt: skip
    assert found is not None  # noqa: S101 -- a query without a FROM has a row
    return found.scheduled, found.held, found.troubled


_POOL: LiteralString = "CASE WHEN comment_id IS NOT NULL THEN $4 WHEN kind IN ('audio', 'video') THEN $3 ELSE $2 END"
"""The pool of a call, as inbox/wording.py says it: of `Pools` the plain one is the second parameter, then heavy, then private."""


async def queues(conn: Conn, workspace: WorkspaceId, pools: Pools) -> list[Waiting]:
    """What waits for each account, in the order of their names: at most 10,000 counted in a lane. Index: outbound_line."""
    return await rows(
        conn,
        Waiting,
        f"""SELECT a.id AS account_id, q.lane, q.pool, coalesce(q.count, 0) AS count, b.next_at,
            coalesce(b.used_percent, 0) AS used_percent, a.paused_until, a.health, a.health_reason,
            coalesce(w.stopped_by, a.stopped_by) AS stopped_by
        FROM accounts a JOIN workspaces w ON w.workspace_id = a.workspace_id
        LEFT JOIN LATERAL (
            SELECT c.lane, c.pool, count(*)::int AS count
            FROM (VALUES (0::smallint), (1::smallint), (2::smallint)) l (lane) CROSS JOIN LATERAL (
                SELECT o.lane, {_POOL} AS pool FROM outbound_messages o
                WHERE o.workspace_id = a.workspace_id AND o.account_id = a.id AND o.state = 'queued' AND o.lane = l.lane
                    AND o.kind NOT IN ('typing', 'seen') LIMIT $5
            ) c GROUP BY c.lane, c.pool
        ) q ON true
        LEFT JOIN call_budgets b ON b.workspace_id = a.workspace_id AND b.account_id = a.id AND b.pool = q.pool
        WHERE a.workspace_id = $1 ORDER BY a.username, a.id, q.lane""",
        workspace, pools.plain, pools.heavy, pools.private, MOST_COUNTED,
    )  # fmt: skip


async def places(conn: Conn, viewer: Viewer, conversation: UUID, pools: Pools) -> list[InLine]:
    """Where the first 20 that wait in a conversation stand in their account's line. Indexes: outbound_open, outbound_line."""
    return await rows(
        conn,
        InLine,
        f"""SELECT o.message_id, o.pool, n.ahead, n.ahead_in_pool, o.not_before, b.next_at,
            coalesce(b.used_percent, 0) AS used_percent, a.paused_until, a.health, a.health_reason,
            coalesce(w.stopped_by, a.stopped_by) AS stopped_by
        FROM (
            SELECT *, {_POOL} AS pool
            FROM outbound_messages WHERE workspace_id = $1 AND conversation_id = $5 AND state = 'queued'
                AND kind NOT IN ('reaction', 'typing', 'seen') ORDER BY id LIMIT $6
        ) o
        JOIN accounts a ON a.workspace_id = o.workspace_id AND a.id = o.account_id
        JOIN workspaces w ON w.workspace_id = o.workspace_id
        LEFT JOIN call_budgets b ON b.workspace_id = o.workspace_id AND b.account_id = o.account_id AND b.pool = o.pool
        CROSS JOIN LATERAL (
            SELECT count(*)::int AS ahead, (count(*) FILTER (WHERE e.pool = o.pool))::int AS ahead_in_pool FROM (
                SELECT {_POOL} AS pool FROM outbound_messages x
                WHERE x.workspace_id = o.workspace_id AND x.account_id = o.account_id AND x.state = 'queued'
                    AND (x.lane, x.id) < (o.lane, o.id) AND x.kind NOT IN ('typing', 'seen') LIMIT $7
            ) e
        ) n
        ORDER BY o.id""",
        viewer.workspace_id, pools.plain, pools.heavy, pools.private, conversation, MOST_PLACES, MOST_COUNTED,
    )  # fmt: skip
