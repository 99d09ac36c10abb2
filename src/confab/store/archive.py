"""What goes into the archive: conversations that are settled and old, and old messages that were answered. Across workspaces.

Nothing is deleted. A walk over all conversations goes by key, a few hundred at a time, and keeps no transaction open between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.store.db import Conn, run

_KEPT_OUT = 50  # of each conversation that goes on, so many of the newest stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a walk is: the workspace and the thing that was looked at last."""

    workspace_id: UUID
    id: UUID

    @classmethod
    def first(cls) -> "Place":
        """Before everything."""
        return cls(workspace_id=UUID(int=0), id=UUID(int=0))


_IS_SETTLED: LiteralString = """c.archived_at IS NULL AND c.last_message_at < $1 AND c.unread_count = 0 AND c.status <> 'snoozed'
    AND (c.status = 'closed' OR (c.last_message_direction = 'outbound' AND c.last_message_status IN ('sent', 'seen')))
    AND (c.kept_open_since IS NULL OR c.kept_open_since < $1)"""
_HAS_CALLS: LiteralString = """SELECT FROM outbound_messages o WHERE o.workspace_id = c.workspace_id
    AND o.conversation_id = c.id AND o.state IN ('queued', 'sending', 'in_doubt')
    UNION ALL SELECT FROM outbound_messages o WHERE o.workspace_id = c.workspace_id
    AND o.conversation_id = c.id AND o.state IN ('scheduled', 'held')"""
_WALK: LiteralString = """
    SELECT c.* FROM conversations c
    WHERE (c.workspace_id, c.id) > ($2, $3) AND ($4::uuid IS NULL OR c.workspace_id = $4)
    ORDER BY c.workspace_id, c.id LIMIT $5"""


async def settled(
    conn: Conn, only: WorkspaceId | None, before: datetime, place: Place, limit: int
) -> tuple[list[tuple[UUID, UUID]], Place | None]:
    """Among the next `limit` conversations those that may be archived, and where to go on. Index: the primary key."""
    records = await conn.fetch(
        f"SELECT c.workspace_id, c.id, {_IS_SETTLED} AS is_settled FROM ({_WALK}) c ORDER BY c.workspace_id, c.id",
        before, place.workspace_id, place.id, only, limit,
    )  # fmt: skip
    found = [(record["workspace_id"], record["id"]) for record in records if record["is_settled"]]
    return found, Place(workspace_id=records[-1]["workspace_id"], id=records[-1]["id"]) if len(records) == limit else None


async def open_ones(
    conn: Conn, only: WorkspaceId | None, before: datetime, place: Place, limit: int
) -> tuple[list[tuple[UUID, UUID]], Place | None]:
    """Among the next `limit` conversations those that are not archived and began before, and where to go on."""
    records = await conn.fetch(
        f"""SELECT c.workspace_id, c.id, c.archived_at IS NULL AND c.created_at < $1 AS is_open FROM ({_WALK}) c
        ORDER BY c.workspace_id, c.id""",
        before, place.workspace_id, place.id, only, limit,
    )  # fmt: skip
    found = [(record["workspace_id"], record["id"]) for record in records if record["is_open"]]
    return found, Place(workspace_id=records[-1]["workspace_id"], id=records[-1]["id"]) if len(records) == limit else None


async def lock_settled(conn: Conn, wanted: Sequence[tuple[UUID, UUID]], before: datetime) -> list[tuple[UUID, UUID]]:
    """Those that may be archived still, locked until the transaction ends; what others hold is left for the next time."""
    records = await conn.fetch(
        f"""SELECT c.workspace_id, c.id FROM unnest($2::uuid[], $3::uuid[]) AS t (workspace_id, id)
        JOIN conversations c USING (workspace_id, id)
        WHERE {_IS_SETTLED} AND NOT EXISTS ({_HAS_CALLS})
        ORDER BY c.workspace_id, c.id FOR NO KEY UPDATE OF c SKIP LOCKED""",
        before,
        [workspace for workspace, _ in wanted],
        [conversation for _, conversation in wanted],
    )
    return [(record["workspace_id"], record["id"]) for record in records]


async def take_messages(conn: Conn, held: Sequence[tuple[UUID, UUID]], limit: int) -> int:
    """Archive some of the messages of locked conversations; how many. Index: message_open."""
    return await run(
        conn,
        """UPDATE messages m SET is_archived = true
        FROM (SELECT n.workspace_id, n.id FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, id) CROSS JOIN LATERAL (
            SELECT n.workspace_id, n.id FROM messages n
            WHERE n.workspace_id = t.workspace_id AND n.conversation_id = t.id AND NOT n.is_archived LIMIT $3) n LIMIT $3) old
        WHERE m.workspace_id = old.workspace_id AND m.id = old.id""",
        [workspace for workspace, _ in held],
        [conversation for _, conversation in held],
        limit,
    )


async def take_all_messages(conn: Conn, workspace: WorkspaceId, conversation: UUID) -> int:
    """Archive all messages of one locked conversation. Index: message_open."""
    return await run(
        conn,
        "UPDATE messages SET is_archived = true WHERE workspace_id = $1 AND conversation_id = $2 AND NOT is_archived",
        workspace, conversation,
    )  # fmt: skip


async def take_answered(conn: Conn, wanted: Sequence[tuple[UUID, UUID]], before: datetime, limit: int) -> int:
    """Archive some messages up to the last answer that was sent before, of conversations that go on; how many.

    The newest of each stay, and so does what is unread. What others hold is left for the next time. Indexes: message_page,
    message_open.
    """
    return await run(
        conn,
        """WITH held AS MATERIALIZED (
            SELECT c.workspace_id, c.id, c.read_up_to FROM unnest($2::uuid[], $3::uuid[]) AS t (workspace_id, id)
            JOIN conversations c USING (workspace_id, id) WHERE c.archived_at IS NULL AND EXISTS (
                SELECT FROM messages n WHERE n.workspace_id = c.workspace_id AND n.conversation_id = c.id AND NOT n.is_archived
                    AND n.sent_at < $1)
            ORDER BY c.workspace_id, c.id FOR NO KEY UPDATE OF c SKIP LOCKED
        ), answered AS MATERIALIZED (
            SELECT h.workspace_id, h.id, least(a.sent_at, k.sent_at, h.read_up_to) AS up_to FROM held h CROSS JOIN LATERAL (
                SELECT n.sent_at FROM messages n WHERE n.workspace_id = h.workspace_id AND n.conversation_id = h.id
                    AND n.sent_at < $1 AND n.direction = 'outbound' AND n.status = 'sent'
                ORDER BY n.sent_at DESC, n.id DESC LIMIT 1
            ) a CROSS JOIN LATERAL (
                SELECT min(n.sent_at) AS sent_at FROM (
                    SELECT n.sent_at FROM messages n WHERE n.workspace_id = h.workspace_id AND n.conversation_id = h.id
                    ORDER BY n.sent_at DESC, n.id DESC LIMIT $5) n
            ) k
        )
        UPDATE messages m SET is_archived = true
        FROM (SELECT n.workspace_id, n.id FROM answered a CROSS JOIN LATERAL (
            SELECT n.workspace_id, n.id FROM messages n
            WHERE n.workspace_id = a.workspace_id AND n.conversation_id = a.id AND NOT n.is_archived AND n.sent_at < a.up_to
                AND n.status IN ('received', 'sent', 'failed', 'discarded')
            LIMIT $4) n LIMIT $4) old
        WHERE m.workspace_id = old.workspace_id AND m.id = old.id""",
        before,
        [workspace for workspace, _ in wanted],
        [conversation for _, conversation in wanted],
        limit,
        _KEPT_OUT,
    )


async def close(conn: Conn, held: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """Locked conversations whose messages are archived leave the list."""
    await run(
        conn,
        """UPDATE conversations c SET archived_at = $3, version = c.version + 1
        FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, id) WHERE c.workspace_id = t.workspace_id AND c.id = t.id""",
        [workspace for workspace, _ in held],
        [conversation for _, conversation in held],
        now,
    )


async def keep_open(conn: Conn, workspace: WorkspaceId, conversation: UUID, now: datetime) -> None:
    """A locked conversation that somebody brought back stays for as long as if it had been written to now."""
    await run(
        conn, "UPDATE conversations SET kept_open_since = $3 WHERE workspace_id = $1 AND id = $2", workspace, conversation, now
    )


async def take_comments(
    conn: Conn, only: WorkspaceId | None, before: datetime, place: Place, limit: int
) -> tuple[list[tuple[UUID, UUID]], Place | None]:
    """Archive those of the next `limit` comments that are old and dealt with; which, and where to go on."""
    records = await conn.fetch(
        """SELECT c.workspace_id, c.id FROM comments c
        WHERE (c.workspace_id, c.id) > ($1, $2) AND ($3::uuid IS NULL OR c.workspace_id = $3)
        ORDER BY c.workspace_id, c.id LIMIT $4""",
        place.workspace_id, place.id, only, limit,
    )  # fmt: skip
    taken = await conn.fetch(
        """UPDATE comments c SET is_archived = true, version = c.version + 1
        FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, id)
        WHERE c.workspace_id = t.workspace_id AND c.id = t.id AND c.created_at < $3 AND NOT c.is_archived
            AND (c.done_at IS NOT NULL OR c.is_own OR c.deleted_at IS NOT NULL)
            AND c.pending IS NULL AND (c.status IS NULL OR c.status = 'sent')
        RETURNING c.workspace_id, c.id""",
        [record["workspace_id"] for record in records],
        [record["id"] for record in records],
        before,
    )
    found = [(record["workspace_id"], record["id"]) for record in taken]
    return found, Place(workspace_id=records[-1]["workspace_id"], id=records[-1]["id"]) if len(records) == limit else None
