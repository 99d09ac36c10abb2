"""Up to where the team's own numbers are counted, and which hours are to be counted anew: by messages that the change feed tells
of, and by closings, which are marked as they happen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from confab.model.inbox import ConversationId, WorkspaceId
from confab.store.claims import Due
from confab.store.db import Conn, row, run
from confab.store.own_numbers import PEOPLE, SENT, WAITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Up to where a workspace is counted; None: not begun. `seq`: up to where its feed was followed for that."""

    seq: int | None
    counted_up_to: datetime | None


async def ensure(conn: Conn, workspace: WorkspaceId, now: datetime) -> int:
    """The workspace is counted from now on, and what it has already."""
    return await run(conn, "INSERT INTO own_counts (workspace_id, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", workspace, now)


async def make_due(conn: Conn, workspace: WorkspaceId, now: datetime) -> int:
    """Count on now, where the next turn would be later; what is being counted goes on."""
    return await run(
        conn, "UPDATE own_counts SET due_at = $2 WHERE workspace_id = $1 AND attempts = 0 AND due_at > $2", workspace, now
    )


async def again(conn: Conn, due: Due, at: datetime) -> int:
    """When to count on; 0 when it was claimed by another meanwhile."""
    return await run(
        conn,
        "UPDATE own_counts SET due_at = $3, attempts = 0, error = NULL WHERE workspace_id = $1 AND attempts = $2",
        *due.key, due.attempts, at,
    )  # fmt: skip


async def counted(conn: Conn, workspace: WorkspaceId) -> Counted:
    """Up to where the workspace is counted."""
    found = await row(conn, Counted, "SELECT seq, counted_up_to FROM own_counts WHERE workspace_id = $1", workspace)
    return found or Counted(seq=None, counted_up_to=None)


async def lock(conn: Conn, workspace: WorkspaceId) -> Counted | None:
    """The same, and nobody else counts until the transaction ends; None when the workspace is not counted at all."""
    return await row(
        conn, Counted, "SELECT seq, counted_up_to FROM own_counts WHERE workspace_id = $1 FOR NO KEY UPDATE", workspace
    )


async def note(conn: Conn, workspace: WorkspaceId, counted: Counted) -> int:
    """How far it got."""
    return await run(
        conn,
        "UPDATE own_counts SET seq = $2, counted_up_to = $3 WHERE workspace_id = $1",
        workspace, counted.seq, counted.counted_up_to,
    )  # fmt: skip


async def first_at(conn: Conn, workspace: WorkspaceId) -> datetime | None:
    """No message and no closing is older; None: there are none. Indexes: the messages' primary key and message_answered."""
    return await conn.fetchval(
        """SELECT least(
            (SELECT sent_at - interval '10 minutes' FROM messages WHERE workspace_id = $1 ORDER BY id LIMIT 1),
            (SELECT sent_at FROM messages WHERE workspace_id = $1 AND client_key IS NOT NULL ORDER BY sent_at LIMIT 1),
            (SELECT min(closed_at) FROM closings WHERE workspace_id = $1))""",
        workspace,
    )


async def changed_messages(conn: Conn, workspace: WorkspaceId, after: int, up_to: int) -> list[UUID]:
    """The messages that the feed tells of after a number, up to another. Index: the primary key of each day's partition."""
    records = await conn.fetch(
        r"""SELECT DISTINCT subject_id FROM changes
        WHERE workspace_id = $1 AND seq > $2 AND seq <= $3 AND (type LIKE 'message\_%' OR type = 'superseded')""",
        workspace, after, up_to,
    )  # fmt: skip
    return [record["subject_id"] for record in records]


async def mark_messages(
    conn: Conn, workspace: WorkspaceId, messages: Sequence[UUID], written_at: Sequence[datetime], before: datetime
) -> int:
    """Hours before that moment whose numbers these messages change: their own, those of windows they open or keep open, those
    of the next response and the next closing, which may have waited longer or shorter.

    `written_at`: what their ids say. A message of ours that has another time by now was counted there, or when its call was made:
    what changes around those places, changes too.
    """
    return await run(
        conn,
        f"""WITH written AS (
            SELECT * FROM unnest($2::uuid[], $3::timestamptz[]) AS w (id, at)
        ), changed AS MATERIALIZED (
            SELECT m.id, m.conversation_id, m.sent_at, w.at AS written_at, m.client_key IS NOT NULL AS is_ours
            FROM written w JOIN messages m ON m.workspace_id = $1 AND m.id = w.id
        ), placed AS MATERIALIZED (
            SELECT id, conversation_id, sent_at AS at FROM changed
            UNION SELECT id, conversation_id, written_at FROM changed
            UNION SELECT m.id, m.conversation_id, u.attempted_at
                FROM changed m JOIN outbound_messages u ON u.workspace_id = $1 AND u.message_id = m.id
                WHERE m.is_ours AND u.attempted_at IS NOT NULL
        ), touched (at) AS (
            SELECT at FROM written
            UNION ALL SELECT unnest(ARRAY[m.at, m.at + interval '24 hours']) FROM placed m
            UNION ALL SELECT p.sent_at + interval '24 hours' FROM placed m CROSS JOIN LATERAL (
                SELECT p.sent_at FROM messages p
                WHERE p.workspace_id = $1 AND p.conversation_id = m.conversation_id AND (p.sent_at, p.id) < (m.at, m.id)
                    AND {WAITS} AND {SENT} ORDER BY p.sent_at DESC, p.id DESC LIMIT 1) p
            UNION ALL SELECT n.sent_at FROM placed m CROSS JOIN LATERAL (
                SELECT n.sent_at FROM messages n
                WHERE n.workspace_id = $1 AND n.conversation_id = m.conversation_id AND (n.sent_at, n.id) > (m.at, m.id)
                    AND {PEOPLE} AND {SENT} ORDER BY n.sent_at, n.id LIMIT 1) n
            UNION ALL SELECT min(k.closed_at) FROM placed m JOIN closings k
                ON k.workspace_id = $1 AND k.conversation_id = m.conversation_id AND k.closed_at >= m.at GROUP BY m.id, m.at
        )
        INSERT INTO stale_hours (workspace_id, hour)
        SELECT DISTINCT $1::uuid, date_bin('1 hour', at, 'epoch') FROM touched WHERE at < $4""",
        workspace, list(messages), list(written_at), before,
    )  # fmt: skip


_BY_CLOSING: LiteralString = f"""touched (at) AS (
        SELECT closed_at FROM moved
        UNION ALL SELECT p.sent_at + interval '24 hours' FROM moved g CROSS JOIN LATERAL (
            SELECT p.sent_at FROM messages p
            WHERE p.workspace_id = $1 AND p.conversation_id = $2 AND p.sent_at <= g.closed_at AND {WAITS} AND {SENT}
            ORDER BY p.sent_at DESC, p.id DESC LIMIT 1) p
        UNION ALL SELECT n.sent_at FROM moved g CROSS JOIN LATERAL (
            SELECT n.sent_at FROM messages n
            WHERE n.workspace_id = $1 AND n.conversation_id = $2 AND n.sent_at > g.closed_at AND {PEOPLE} AND {SENT}
            ORDER BY n.sent_at, n.id LIMIT 1) n
    )
    INSERT INTO stale_hours (workspace_id, hour)
    SELECT DISTINCT $1::uuid, date_bin('1 hour', at, 'epoch') FROM touched"""


async def close(
    conn: Conn, workspace: WorkspaceId, conversation: ConversationId, *, account: UUID, agent: UUID | None, now: datetime
) -> int:
    """Somebody closed it. Its hour may be counted before this is committed, so it is counted anew, and those that depend on it:
    of the window that it keeps from being missed, and of the next response.
    """
    return await run(
        conn,
        f"""WITH moved AS (
            INSERT INTO closings (workspace_id, conversation_id, closed_at, account_id, agent_id) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING RETURNING closed_at
        ), {_BY_CLOSING}""",
        workspace, conversation, now, account, agent,
    )  # fmt: skip


async def reopen(conn: Conn, workspace: WorkspaceId, conversation: ConversationId) -> int:
    """Somebody opened it again, and nothing had come meanwhile: it was not settled. The same hours are counted anew."""
    return await run(
        conn,
        f"""WITH moved AS (
            DELETE FROM closings WHERE workspace_id = $1 AND conversation_id = $2 AND closed_at = (
                SELECT max(closed_at) FROM closings WHERE workspace_id = $1 AND conversation_id = $2)
            RETURNING closed_at
        ), {_BY_CLOSING}""",
        workspace, conversation,
    )  # fmt: skip


async def take_stale(conn: Conn, workspace: WorkspaceId, before: datetime, limit: int) -> list[datetime]:
    """Hours to count anew, the newest first, which whoever asks now does. Those at or after `before` are not counted at all.

    What is marked meanwhile, and is not committed yet, stays for the next time.
    """
    records = await conn.fetch(
        """DELETE FROM stale_hours WHERE workspace_id = $1 AND hour = ANY(ARRAY(
            SELECT DISTINCT hour FROM stale_hours WHERE workspace_id = $1 AND hour < $2 ORDER BY hour DESC LIMIT $3))
        RETURNING hour""",
        workspace, before, limit,
    )  # fmt: skip
    return sorted({record["hour"] for record in records})
