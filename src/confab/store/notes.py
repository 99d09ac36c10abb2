"""Notes and labels: what a team adds to its conversations."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from confab.model.inbox import AgentId, AgentRef, ConversationId, Note, Viewer, WorkspaceId
from confab.store.db import Conn, Record, run


async def insert(conn: Conn, workspace: WorkspaceId, note: Note) -> None:
    """Keep a note."""
    await run(
        conn,
        "INSERT INTO notes (workspace_id, id, conversation_id, agent_id, text, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        workspace, note.id, note.conversation_id, note.author.id, note.text, note.created_at,
    )  # fmt: skip


async def of_conversation(conn: Conn, viewer: Viewer, conversation: ConversationId, limit: int) -> list[Note]:
    """The newest `limit` notes, oldest first. Index: note_page."""
    records = await conn.fetch(
        """SELECT n.id, n.conversation_id, n.agent_id, g.name, n.text, n.created_at
        FROM notes n JOIN agents g ON g.id = n.agent_id
        WHERE n.workspace_id = $1 AND n.conversation_id = $2 ORDER BY n.created_at DESC, n.id DESC LIMIT $3""",
        viewer.workspace_id, conversation, limit,
    )  # fmt: skip
    return [_note(record) for record in reversed(records)]


async def values(conn: Conn, viewer: Viewer, wanted: Sequence[UUID]) -> dict[UUID, Note]:
    """Notes by id; who is not there is left out."""
    records = await conn.fetch(
        """SELECT n.id, n.conversation_id, n.agent_id, g.name, n.text, n.created_at
        FROM notes n JOIN agents g ON g.id = n.agent_id
        WHERE n.workspace_id = $1 AND n.id = ANY($2::uuid[])""",
        viewer.workspace_id, list(wanted),
    )  # fmt: skip
    return {record["id"]: _note(record) for record in records}


def _note(record: Record) -> Note:
    return Note(
        id=record["id"], conversation_id=record["conversation_id"],
        author=AgentRef(id=record["agent_id"], name=record["name"]), text=record["text"], created_at=record["created_at"],
    )  # fmt: skip


async def add_labels(conn: Conn, workspace: WorkspaceId, names: Sequence[str], now: datetime) -> None:
    """Labels become known to the workspace; known ones stay as they are."""
    await run(
        conn,
        """INSERT INTO labels (workspace_id, name, created_at)
        SELECT $1, name, $3 FROM unnest($2::text[]) AS name ON CONFLICT DO NOTHING""",
        workspace, list(names), now,
    )  # fmt: skip


async def labels(conn: Conn, viewer: Viewer) -> list[str]:
    """Every label of the workspace, by name."""
    return [
        r["name"]
        for r in await conn.fetch("SELECT name FROM labels WHERE workspace_id = $1 ORDER BY name LIMIT 500", viewer.workspace_id)
    ]


async def is_member(conn: Conn, workspace: WorkspaceId, agent: AgentId) -> bool:
    """Whether the agent belongs to the workspace."""
    return bool(
        await conn.fetchval("SELECT EXISTS (SELECT FROM memberships WHERE workspace_id = $1 AND agent_id = $2)", workspace, agent)
    )
