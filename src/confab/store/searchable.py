"""What there is to search: what each thing says as it is now, what changed, and what is older than what was seen."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.store.db import Conn, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a thing says: its texts, in which conversation."""

    subject_id: UUID
    conversation_id: UUID | None
    texts: list[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The things that the change feed tells of."""

    messages: list[UUID]
    conversations: list[UUID]
    notes: list[UUID]
    comments: list[UUID]


async def changed(conn: Conn, workspace: WorkspaceId, after: int, up_to: int) -> Changed:
    """What the feed tells of after a number, up to another. Index: the primary key of each day's partition."""
    records = await conn.fetch(
        r"""SELECT DISTINCT type LIKE 'message\_%' OR type = 'superseded' AS is_message,
            type IN ('conversation_updated', 'superseded') AS is_conversation, type = 'note_added' AS is_note,
            type LIKE 'comment\_%' OR type = 'superseded' AS is_comment, subject_id
        FROM changes WHERE workspace_id = $1 AND seq > $2 AND seq <= $3""",
        workspace, after, up_to,
    )  # fmt: skip
    return Changed(
        messages=sorted({record["subject_id"] for record in records if record["is_message"]}),
        conversations=sorted({record["subject_id"] for record in records if record["is_conversation"]}),
        notes=sorted({record["subject_id"] for record in records if record["is_note"]}),
        comments=sorted({record["subject_id"] for record in records if record["is_comment"]}),
    )


Older = Callable[[Conn, WorkspaceId, UUID, int], Awaitable[list[UUID]]]
"""The newest of a kind before one, at most so many. Index: the primary key."""


def _older(table: LiteralString) -> Older:
    query: LiteralString = f"SELECT id FROM {table} WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"

    async def older(conn: Conn, workspace: WorkspaceId, before: UUID, limit: int) -> list[UUID]:
        return [record["id"] for record in await conn.fetch(query, workspace, before, limit)]

    return older


older_messages = _older("messages")
older_conversations = _older("conversations")
older_notes = _older("notes")
older_comments = _older("comments")


async def messages(conn: Conn, workspace: WorkspaceId, wanted: Sequence[UUID]) -> list[Said]:
    """What messages say, and the titles of what they carry. One that was unsent or discarded says nothing and is left out."""
    return await rows(
        conn,
        Said,
        """SELECT m.id AS subject_id, m.conversation_id, ARRAY[m.text] || ARRAY(
            SELECT a.title FROM attachments a WHERE a.workspace_id = m.workspace_id AND a.message_id = m.id AND a.title <> ''
        ) AS texts
        FROM messages m
        WHERE m.workspace_id = $1 AND m.id = ANY($2::uuid[]) AND m.deleted_at IS NULL AND m.status <> 'discarded'""",
        workspace, list(wanted),
    )  # fmt: skip


async def people(conn: Conn, workspace: WorkspaceId, wanted: Sequence[UUID]) -> list[Said]:
    """What the people of conversations are called."""
    return await rows(
        conn,
        Said,
        """SELECT c.id AS subject_id, c.id AS conversation_id,
            ARRAY[p.username, p.name, p.igsid, replace(replace(p.username, '.', ''), '_', '')] AS texts
        FROM conversations c JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
        WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[])""",
        workspace, list(wanted),
    )  # fmt: skip


async def labels(conn: Conn, workspace: WorkspaceId, wanted: Sequence[UUID]) -> list[Said]:
    """The labels of conversations."""
    return await rows(
        conn,
        Said,
        """SELECT c.id AS subject_id, c.id AS conversation_id, c.labels AS texts
        FROM conversations c WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[]) AND c.labels <> '{}'""",
        workspace, list(wanted),
    )  # fmt: skip


async def notes(conn: Conn, workspace: WorkspaceId, wanted: Sequence[UUID]) -> list[Said]:
    """What notes say."""
    return await rows(
        conn,
        Said,
        """SELECT n.id AS subject_id, n.conversation_id, ARRAY[n.text] AS texts
        FROM notes n WHERE n.workspace_id = $1 AND n.id = ANY($2::uuid[])""",
        workspace, list(wanted),
    )  # fmt: skip


async def comments(conn: Conn, workspace: WorkspaceId, wanted: Sequence[UUID]) -> list[Said]:
    """What comments say. One that was deleted says nothing and is left out."""
    return await rows(
        conn,
        Said,
        """SELECT c.id AS subject_id, NULL::uuid AS conversation_id, ARRAY[c.text] AS texts
        FROM comments c WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[]) AND c.deleted_at IS NULL AND c.text <> ''""",
        workspace, list(wanted),
    )  # fmt: skip
