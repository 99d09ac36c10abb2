"""Files whose time is over: stories that cannot stand any more, and copies older than an installation keeps them.

The jobs that look for them go across workspaces, one range of an index at a time.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.store.db import Conn, rows
from confab.store.media import Place

STORY = "story"
"""How the index calls what ends with its day; other files go by the first half of their content type."""


async def older(conn: Conn, kind: str, before: datetime, limit: int) -> list[Place]:
    """Files of this kind that were sent before, the oldest first. Index: attachments_age."""
    return await rows(
        conn,
        Place,
        """SELECT a.workspace_id, m.conversation_id, a.message_id, a.position
        FROM (
            SELECT workspace_id, message_id, position FROM attachments
            WHERE (state = 'stored' OR (available_until IS NOT NULL AND source_url IS NOT NULL))
                AND CASE WHEN available_until IS NOT NULL THEN 'story' ELSE split_part(content_type, '/', 1) END = $1
                AND sent_at < $2
            ORDER BY CASE WHEN available_until IS NOT NULL THEN 'story' ELSE split_part(content_type, '/', 1) END, sent_at
            LIMIT $3
        ) a JOIN messages m ON m.workspace_id = a.workspace_id AND m.id = a.message_id""",
        kind, before, limit,
    )  # fmt: skip


async def end_stories(conn: Conn, places: Sequence[Place], reason: str) -> None:
    """The stories are over, and where they were is forgotten. Their conversations are locked."""
    await conn.execute(
        """WITH over AS (
            UPDATE attachments a SET state = 'expired', error = $4, source_url = NULL,
                payload = payload - 'url' - 'story_media_url'
            FROM unnest($1::uuid[], $2::uuid[], $3::smallint[]) AS t (workspace_id, message_id, position)
            WHERE (a.workspace_id, a.message_id, a.position) = (t.workspace_id, t.message_id, t.position)
                AND a.available_until IS NOT NULL AND a.source_url IS NOT NULL
            RETURNING a.workspace_id, a.message_id, a.kind
        )
        UPDATE messages m SET reply_to_story_url = NULL FROM over o
        WHERE m.workspace_id = o.workspace_id AND m.id = o.message_id AND m.reply_to_story_url IS NOT NULL""",
        *_columns(places), reason,
    )  # fmt: skip


async def forget(conn: Conn, places: Sequence[Place], reason: str, now: datetime) -> None:
    """The copies are not shown any more, and leave storage unless something else shows them. Their conversations are locked."""
    await conn.execute(
        """WITH old AS (
            SELECT a.workspace_id, a.message_id, a.position, a.digest FROM attachments a
            JOIN unnest($1::uuid[], $2::uuid[], $3::smallint[]) AS t (workspace_id, message_id, position)
                USING (workspace_id, message_id, position)
            WHERE a.state = 'stored'
        ), gone AS (
            UPDATE attachments a SET state = 'expired', error = $4, digest = NULL, placeholder = NULL, has_thumbnail = false
            FROM old WHERE (a.workspace_id, a.message_id, a.position) = (old.workspace_id, old.message_id, old.position)
        )
        INSERT INTO media_removals (workspace_id, digest, due_at)
        SELECT DISTINCT workspace_id, digest, $5::timestamptz FROM old WHERE digest IS NOT NULL
        ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        *_columns(places), reason, now,
    )  # fmt: skip


async def old_avatars(conn: Conn, before: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """(Workspace, participant) whose pictures are kept since before, the oldest first. Index: participants_avatar_kept."""
    found = await conn.fetch(
        """SELECT workspace_id, id FROM participants
        WHERE avatar_digest IS NOT NULL AND avatar_kept_at < $1 ORDER BY avatar_kept_at LIMIT $2""",
        before, limit,
    )  # fmt: skip
    return [(record["workspace_id"], record["id"]) for record in found]


async def forget_avatars(
    conn: Conn, people: Sequence[tuple[UUID, UUID]], before: datetime, reason: str, now: datetime
) -> list[tuple[WorkspaceId, UUID]]:
    """Of these participants the pictures that are kept since before are not shown any more; the conversations that did.

    Their conversations are locked.
    """
    found = await conn.fetch(
        """WITH old AS (
            SELECT p.workspace_id, p.id, p.account_id, p.avatar_digest
            FROM unnest($2::uuid[], $5::uuid[]) AS t (workspace_id, id) JOIN participants p USING (workspace_id, id)
            WHERE p.avatar_digest IS NOT NULL AND p.avatar_kept_at < $1 FOR NO KEY UPDATE OF p
        ), gone AS (
            UPDATE participants p SET avatar_digest = NULL, avatar_url = NULL, avatar_kept_at = NULL, avatar_error = $3
            FROM old WHERE p.workspace_id = old.workspace_id AND p.id = old.id
        ), unwanted AS (
            INSERT INTO media_removals (workspace_id, digest, due_at)
            SELECT DISTINCT workspace_id, avatar_digest, $4::timestamptz FROM old
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0
        )
        UPDATE conversations c SET version = c.version + 1 FROM old
        WHERE c.workspace_id = old.workspace_id AND c.account_id = old.account_id AND c.participant_id = old.id
        RETURNING c.workspace_id, c.id""",
        before, [workspace for workspace, _ in people], reason, now, [participant for _, participant in people],
    )  # fmt: skip
    return [(WorkspaceId(record["workspace_id"]), record["id"]) for record in found]


def _columns(places: Sequence[Place]) -> tuple[list[UUID], list[UUID], list[int]]:
    return [p.workspace_id for p in places], [p.message_id for p in places], [p.position for p in places]
