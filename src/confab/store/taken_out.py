"""What an export reads: pages by key, oldest first, of one workspace. The worker's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from confab.model.inbox import Message, WorkspaceId
from confab.store import messages
from confab.store.db import Conn, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFile:
    """A file of a message of which we have a copy."""

    message_id: UUID
    position: int
    digest: bytes
    content_type: str
    size_bytes: int


async def of_account(conn: Conn, workspace: WorkspaceId, account: UUID, after: UUID, limit: int) -> list[tuple[UUID, UUID]]:
    """(participant, conversation) of an account, from one participant on. Index: that of its unique key."""
    records = await conn.fetch(
        """SELECT participant_id, id FROM conversations WHERE workspace_id = $1 AND account_id = $2 AND participant_id > $3
        ORDER BY participant_id LIMIT $4""",
        workspace, account, after, limit,
    )  # fmt: skip
    return [(record["participant_id"], record["id"]) for record in records]


async def of_person(conn: Conn, workspace: WorkspaceId, conversation: UUID) -> list[UUID]:
    """All conversations of the person of one: those of the same member, whichever account they wrote to."""
    records = await conn.fetch(
        """SELECT DISTINCT c.id FROM conversations k
        JOIN participants p ON p.workspace_id = k.workspace_id AND p.id = k.participant_id
        JOIN participants o ON o.workspace_id = p.workspace_id AND (o.id = p.id OR o.connected_user_id = p.connected_user_id)
        JOIN conversations c ON c.workspace_id = o.workspace_id AND c.account_id = o.account_id AND c.participant_id = o.id
        WHERE k.workspace_id = $1 AND k.id = $2 ORDER BY c.id""",
        workspace, conversation,
    )  # fmt: skip
    return [record["id"] for record in records]


async def messages_after(
    conn: Conn, workspace: WorkspaceId, conversation: UUID, after: tuple[datetime, UUID], up_to: datetime, limit: int
) -> list[Message]:
    """The oldest messages after a position that were sent up to then, the archive included. Index: message_page."""
    return await messages.oldest(conn, workspace, conversation, after, up_to, limit)


async def files(conn: Conn, workspace: WorkspaceId, wanted: Sequence[UUID]) -> list[TakenFile]:
    """The files of messages of which we have copies."""
    return await rows(
        conn,
        TakenFile,
        """SELECT a.message_id, a.position, a.digest, o.content_type, o.size_bytes FROM attachments a
        JOIN media_objects o ON o.workspace_id = a.workspace_id AND o.digest = a.digest
        WHERE a.workspace_id = $1 AND a.message_id = ANY($2::uuid[]) AND a.state = 'stored' ORDER BY a.message_id, a.position""",
        workspace, list(wanted),
    )  # fmt: skip


async def facts_about(conn: Conn, workspace: WorkspaceId, conversation: UUID) -> dict[str, Any]:
    """What we keep of the person of a conversation besides what was said: profile, connection, library. Without any secret."""
    found = await conn.fetchval(
        """SELECT jsonb_build_object(
            'profile', to_jsonb(p) - ARRAY['workspace_id', 'avatar_digest', 'avatar_source_url', 'profile_turn_at'],
            'connection_links', coalesce((SELECT jsonb_agg(jsonb_build_object('created_at', v.created_at,
                'expires_at', v.expires_at, 'consumed_at', v.consumed_at) ORDER BY v.created_at)
                FROM verification_tokens v WHERE v.workspace_id = p.workspace_id AND v.participant_id = p.id), '[]'),
            'members', coalesce((SELECT jsonb_agg(to_jsonb(m) - ARRAY['workspace_id']) FROM members m
                WHERE m.workspace_id = p.workspace_id AND m.user_id = p.connected_user_id), '[]'),
            'library', coalesce((SELECT jsonb_agg(to_jsonb(i) - ARRAY['workspace_id', 'key'] ORDER BY i.first_sent_at)
                FROM library_items i JOIN members m ON m.workspace_id = i.workspace_id AND m.id = i.member_id
                WHERE m.workspace_id = p.workspace_id AND m.user_id = p.connected_user_id), '[]'))
        FROM conversations c JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
        WHERE c.workspace_id = $1 AND c.id = $2""",
        workspace, conversation,
    )  # fmt: skip
    return found or {}


async def comments_of(
    conn: Conn,
    workspace: WorkspaceId,
    account: UUID,
    author: str | None,
    after: tuple[datetime, UUID],
    up_to: datetime,
    limit: int,
) -> list[dict[str, Any]]:
    """The oldest comments of an account after a position, of one author or of all."""
    records = await conn.fetch(
        """SELECT to_jsonb(c) - ARRAY['workspace_id', 'delivery_id', 'client_digest'] AS body, c.created_at, c.id FROM comments c
        WHERE c.workspace_id = $1 AND c.account_id = $2 AND ($3::text IS NULL OR c.author_ig_id = $3)
            AND (c.created_at, c.id) > ($4, $5) AND c.created_at <= $6 ORDER BY c.created_at, c.id LIMIT $7""",
        workspace, account, author, *after, up_to, limit,
    )  # fmt: skip
    return [{"at": record["created_at"], "key": record["id"], "body": record["body"]} for record in records]
