"""What is older than it may get: counted, or deleted with all that hangs on it. Across workspaces; the worker's.

A walk goes over conversations, comments or people, by key. What is held is left out of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.store.archive import Place
from confab.store.db import Conn, Record, run
from confab.store.holds import IS_FREE, IS_FREE_OF_ACCOUNT

_NEXT: LiteralString = """SELECT c.* FROM conversations c
    WHERE (c.workspace_id, c.id) > ($2, $3) AND ($4::uuid IS NULL OR c.workspace_id = $4)
    ORDER BY c.workspace_id, c.id LIMIT $5"""
_OF_MESSAGES: LiteralString = """SELECT count(*) FROM messages m
    WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.sent_at < $1
        AND m.status IN ('received', 'sent', 'failed', 'discarded')"""
_OF_NOTES: LiteralString = """SELECT count(*) FROM notes m
    WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.created_at < $1"""
_WALK: LiteralString = f"""SELECT c.workspace_id, c.id, CASE WHEN {IS_FREE} THEN ({{count}}) ELSE 0 END AS count
    FROM ({_NEXT}) c ORDER BY c.workspace_id, c.id"""
_MESSAGES: LiteralString = _WALK.replace("{count}", _OF_MESSAGES)
_NOTES: LiteralString = _WALK.replace("{count}", _OF_NOTES)

# People `p` with their conversation, as `c`: `{is_gone}` where nothing else is left of them here. What was done with them last
# counts: that they wrote, tapped or saw, that they were answered, connected, or met. Who wants no more automatic texts stays.
_PEOPLE: LiteralString = f"""SELECT c.workspace_id, c.person_id, c.account_id, c.id AS conversation_id, c.last_at < $1
        AND c.connected_user_id IS NULL AND {IS_FREE}
        AND NOT EXISTS (SELECT FROM messages m WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id)
        AND NOT EXISTS (SELECT FROM notes n WHERE n.workspace_id = c.workspace_id AND n.conversation_id = c.id)
        AND NOT EXISTS (SELECT FROM snoozes s WHERE s.workspace_id = c.workspace_id AND s.conversation_id = c.id)
        AND NOT EXISTS (SELECT FROM library_sources l WHERE l.workspace_id = c.workspace_id AND l.conversation_id = c.id)
        AND NOT EXISTS (SELECT FROM rule_people r WHERE r.workspace_id = c.workspace_id AND r.conversation_id = c.id
            AND r.opted_out_at IS NOT NULL)
        AND NOT EXISTS (SELECT FROM comments k WHERE k.workspace_id = c.workspace_id AND k.account_id = c.account_id
            AND k.author_ig_id = c.igsid) AS is_gone
    FROM (
        SELECT p.workspace_id, p.id AS person_id, p.account_id, p.igsid, p.connected_user_id, v.id,
            greatest(p.created_at, p.connected_at, v.window_opened_at, v.read_up_to, v.seen_up_to) AS last_at
        FROM ({{people}}) p LEFT JOIN conversations v
            ON v.workspace_id = p.workspace_id AND v.account_id = p.account_id AND v.participant_id = p.id
    ) c ORDER BY c.workspace_id, c.person_id"""
_NEXT_PEOPLE: LiteralString = _PEOPLE.replace(
    "{people}",
    """SELECT * FROM participants WHERE (workspace_id, id) > ($2, $3) AND ($4::uuid IS NULL OR workspace_id = $4)
            ORDER BY workspace_id, id LIMIT $5""",
)
_THESE_PEOPLE: LiteralString = _PEOPLE.replace(
    "{people}",
    """SELECT q.* FROM unnest($2::uuid[], $3::uuid[]) AS t (workspace_id, id)
            JOIN participants q USING (workspace_id, id)""",
)

Counted = dict[tuple[UUID, UUID], int]


async def old_messages(
    conn: Conn, only: WorkspaceId | None, before: datetime, place: Place, limit: int
) -> tuple[Counted, Place | None]:
    """How many old messages each of the next conversations has that nothing holds, and where to go on. Index: message_page."""
    return _counted(await conn.fetch(_MESSAGES, before, place.workspace_id, place.id, only, limit), limit)


async def old_notes(
    conn: Conn, only: WorkspaceId | None, before: datetime, place: Place, limit: int
) -> tuple[Counted, Place | None]:
    """The same of notes. Index: note_page."""
    return _counted(await conn.fetch(_NOTES, before, place.workspace_id, place.id, only, limit), limit)


async def old_comments(
    conn: Conn, only: WorkspaceId | None, before: datetime, place: Place, limit: int
) -> tuple[list[tuple[UUID, UUID]], Place | None]:
    """The old ones among the next comments, that nothing holds, and where to go on. Index: the primary key."""
    records = await conn.fetch(
        f"""SELECT c.workspace_id, c.id, c.created_at < $1 AND {IS_FREE_OF_ACCOUNT} AS is_old FROM (
            SELECT c.* FROM comments c WHERE (c.workspace_id, c.id) > ($2, $3) AND ($4::uuid IS NULL OR c.workspace_id = $4)
            ORDER BY c.workspace_id, c.id LIMIT $5) c ORDER BY c.workspace_id, c.id""",
        before, place.workspace_id, place.id, only, limit,
    )  # fmt: skip
    found = [(record["workspace_id"], record["id"]) for record in records if record["is_old"]]
    return found, Place(workspace_id=records[-1]["workspace_id"], id=records[-1]["id"]) if len(records) == limit else None


async def is_free(conn: Conn, workspace: UUID, conversation: UUID) -> bool:
    """Whether nothing holds it, now that it is locked."""
    return bool(
        await conn.fetchval(
            f"SELECT {IS_FREE} FROM conversations c WHERE c.workspace_id = $1 AND c.id = $2", workspace, conversation
        )
    )


async def delete_messages(
    conn: Conn, workspace: WorkspaceId, conversation: UUID, before: datetime, limit: int, now: datetime
) -> list[UUID]:
    """Delete some old messages of a locked conversation with their files and calls, and have the ledger blanked; which."""
    records = await conn.fetch(
        """WITH doomed AS MATERIALIZED (
            SELECT m.id, m.account_id, m.mid, m.mid_digest, m.delivery_id FROM messages m
            WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.sent_at < $3
                AND m.status IN ('received', 'sent', 'failed', 'discarded')
            ORDER BY m.sent_at, m.id LIMIT $4
        ), files AS (
            DELETE FROM attachments a USING doomed d WHERE a.workspace_id = $1 AND a.message_id = d.id RETURNING a.digest
        ), looked AS (
            INSERT INTO media_removals AS r (workspace_id, digest, due_at)
            SELECT DISTINCT $1::uuid, digest, $5::timestamptz FROM files WHERE digest IS NOT NULL
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = least(r.due_at, excluded.due_at), attempts = 0
        ), calls AS (DELETE FROM outbound_messages o USING doomed d WHERE o.workspace_id = $1 AND o.message_id = d.id
        ), fetches AS (DELETE FROM media_fetches f USING doomed d WHERE f.workspace_id = $1 AND f.subject_id = d.id
        ), sources AS (
            INSERT INTO message_sources (workspace_id, account_id, mid_digest, delivery_id)
            SELECT $1, account_id, mid_digest, delivery_id FROM doomed
            WHERE mid IS NOT NULL AND delivery_id IS NOT NULL ON CONFLICT DO NOTHING
        ), blanked AS (
            INSERT INTO erasures (workspace_id, account_id, mid_digest, mid, due_at)
            SELECT $1, account_id, mid_digest, mid, $5 FROM doomed WHERE mid IS NOT NULL AND delivery_id IS NOT NULL
            ON CONFLICT DO NOTHING
        )
        DELETE FROM messages m USING doomed d WHERE m.workspace_id = $1 AND m.id = d.id RETURNING m.id""",
        workspace, conversation, before, limit, now,
    )  # fmt: skip
    return sorted(record["id"] for record in records)


async def delete_notes(conn: Conn, workspace: WorkspaceId, conversation: UUID, before: datetime) -> list[UUID]:
    """Delete the old notes of a locked conversation; which."""
    records = await conn.fetch(
        "DELETE FROM notes WHERE workspace_id = $1 AND conversation_id = $2 AND created_at < $3 RETURNING id",
        workspace, conversation, before,
    )  # fmt: skip
    return sorted(record["id"] for record in records)


async def delete_comments(conn: Conn, wanted: Sequence[tuple[UUID, UUID]]) -> int:
    """Delete comments; private replies to them stay as what they are, messages."""
    return await run(
        conn,
        """WITH doomed AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, id)),
        calls AS (
            UPDATE outbound_messages o SET comment_id = NULL FROM doomed d
            WHERE o.workspace_id = d.workspace_id AND o.comment_id = d.id),
        looks AS (DELETE FROM comment_looks l USING doomed d WHERE l.workspace_id = d.workspace_id AND l.comment_id = d.id),
        about AS (
            DELETE FROM comment_calls k USING doomed d
            WHERE k.workspace_id = d.workspace_id AND (k.comment_id = d.id OR k.reply_id = d.id))
        DELETE FROM comments c USING doomed d WHERE c.workspace_id = d.workspace_id AND c.id = d.id""",
        [workspace for workspace, _ in wanted],
        [comment for _, comment in wanted],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """Somebody of whom nothing is left but who they were, and perhaps an empty conversation."""

    workspace_id: UUID
    person_id: UUID
    account_id: UUID
    conversation_id: UUID | None


async def old_people(
    conn: Conn, only: WorkspaceId | None, before: datetime, place: Place, limit: int
) -> tuple[list[Alone], Place | None]:
    """Those among the next people of whom nothing else is left since before, and where to go on.

    Indexes: the primary key; for each one comment_author, message_page, note_page.
    """
    records = await conn.fetch(_NEXT_PEOPLE, before, place.workspace_id, place.id, only, limit)
    found = [_alone(record) for record in records if record["is_gone"]]
    return found, Place(workspace_id=records[-1]["workspace_id"], id=records[-1]["person_id"]) if len(records) == limit else None


async def still_alone(conn: Conn, before: datetime, people: Sequence[Alone]) -> list[Alone]:
    """Those of whom still nothing is left, now that their accounts and conversations are locked."""
    records = await conn.fetch(
        _THESE_PEOPLE, before, [one.workspace_id for one in people], [one.person_id for one in people]
    )  # fmt: skip
    return [_alone(record) for record in records if record["is_gone"]]


async def delete_people(conn: Conn, people: Sequence[Alone], now: datetime) -> list[tuple[UUID, UUID]]:
    """Delete locked people with their pictures and empty conversations; (workspace, object) pairs that the feed spoke of."""
    records = await conn.fetch(
        """WITH people AS MATERIALIZED (
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS t (workspace_id, person_id, conversation_id)
        ), empty AS MATERIALIZED (SELECT workspace_id, conversation_id FROM people WHERE conversation_id IS NOT NULL
        ), looked AS (
            INSERT INTO media_removals AS r (workspace_id, digest, due_at)
            SELECT DISTINCT p.workspace_id, p.avatar_digest, $4::timestamptz FROM people d
            JOIN participants p ON p.workspace_id = d.workspace_id AND p.id = d.person_id WHERE p.avatar_digest IS NOT NULL
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = least(r.due_at, excluded.due_at), attempts = 0
        ), profiles AS (
            DELETE FROM profile_fetches f USING people d WHERE f.workspace_id = d.workspace_id AND f.participant_id = d.person_id
        ), pictures AS (
            DELETE FROM media_fetches f USING people d WHERE f.workspace_id = d.workspace_id AND f.subject_id = d.person_id
        ), links AS (
            DELETE FROM verification_tokens v USING people d
            WHERE v.workspace_id = d.workspace_id AND v.participant_id = d.person_id
        ), settled AS (
            DELETE FROM closings k USING empty d
            WHERE k.workspace_id = d.workspace_id AND k.conversation_id = d.conversation_id
        ), read AS (
            DELETE FROM earlier_fetches e USING empty d
            WHERE e.workspace_id = d.workspace_id AND e.conversation_id = d.conversation_id
        ), happened AS (
            DELETE FROM activities a USING empty d
            WHERE a.workspace_id = d.workspace_id AND a.conversation_id = d.conversation_id RETURNING a.workspace_id, a.event_key
        ), emptied AS (
            DELETE FROM conversations c USING empty d WHERE c.workspace_id = d.workspace_id AND c.id = d.conversation_id
            RETURNING c.workspace_id, c.id
        ), fired AS (
            DELETE FROM rule_fires f USING people d JOIN participants p ON p.workspace_id = d.workspace_id AND p.id = d.person_id
            WHERE (f.workspace_id, f.account_id, f.person) = (p.workspace_id, p.account_id, p.igsid)
        ), gone AS (DELETE FROM participants p USING people d WHERE p.workspace_id = d.workspace_id AND p.id = d.person_id)
        SELECT * FROM emptied UNION ALL SELECT * FROM happened""",
        [one.workspace_id for one in people], [one.person_id for one in people], [one.conversation_id for one in people], now,
    )  # fmt: skip
    return [(record["workspace_id"], record["id"]) for record in records]


def _alone(record: Record) -> Alone:
    return Alone(
        workspace_id=record["workspace_id"], person_id=record["person_id"], account_id=record["account_id"],
        conversation_id=record["conversation_id"],
    )  # fmt: skip


def _counted(records: Sequence[Mapping[str, Any]], limit: int) -> tuple[Counted, Place | None]:
    found = {(record["workspace_id"], record["id"]): record["count"] for record in records if record["count"]}
    return found, Place(workspace_id=records[-1]["workspace_id"], id=records[-1]["id"]) if len(records) == limit else None
