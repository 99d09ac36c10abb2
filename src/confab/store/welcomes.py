"""Messages from customers who may have to be shown how to connect, or told that they came: due rows, and what decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confab.model.inbox import ConversationId, WorkspaceId
from confab.store.claims import Due
from confab.store.db import Conn, row, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who wrote, and what their account says. `acknowledged_at`: when they were last told that something came."""

    connects_customers: bool
    acknowledges_every_s: int | None
    connected_user_id: str | None
    acknowledged_at: datetime | None


async def enqueue(conn: Conn, messages: Sequence[tuple[UUID, UUID, UUID, UUID]], now: datetime) -> int:
    """New messages of (workspace, account, conversation, message), where the account connects customers; how many were taken.

    Across workspaces.
    """
    return await run(
        conn,
        """INSERT INTO welcomes (workspace_id, message_id, conversation_id, due_at)
        SELECT t.workspace_id, t.message_id, t.conversation_id, $5
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) AS t (workspace_id, account_id, conversation_id, message_id)
        JOIN accounts a ON a.workspace_id = t.workspace_id AND a.id = t.account_id
        WHERE a.connects_customers""",
        *[[given[index] for given in messages] for index in range(4)],
        now,
    )


async def conversation_of(conn: Conn, workspace: WorkspaceId, message: UUID) -> ConversationId | None:
    """Where the message waits to be answered; None once it was."""
    found = await conn.fetchval(
        "SELECT conversation_id FROM welcomes WHERE workspace_id = $1 AND message_id = $2", workspace, message
    )
    return None if found is None else ConversationId(found)


async def take(conn: Conn, due: Due) -> bool:
    """The message is being answered in this transaction; False when it was, or when somebody else has claimed it since."""
    taken = await run(
        conn, "DELETE FROM welcomes WHERE workspace_id = $1 AND message_id = $2 AND attempts = $3", *due.key, due.attempts
    )
    return taken > 0


async def customer(conn: Conn, workspace: WorkspaceId, conversation: ConversationId) -> Customer:
    """What decides over a conversation's answer; the conversation is locked."""
    found = await row(
        conn,
        Customer,
        """SELECT a.connects_customers, a.acknowledges_every_s, p.connected_user_id, p.acknowledged_at FROM conversations c
        JOIN accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
        JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
        WHERE c.workspace_id = $1 AND c.id = $2""",
        workspace, conversation,
    )  # fmt: skip
    assert found is not None  # noqa: S101 -- it is locked
    return found


async def note_acknowledged(conn: Conn, workspace: WorkspaceId, participant: UUID, now: datetime) -> None:
    """They were told that something came."""
    await run(
        conn, "UPDATE participants SET acknowledged_at = $3 WHERE workspace_id = $1 AND id = $2", workspace, participant, now
    )
