"""What has been read of conversations at Instagram, and what somebody still wants to be read. The worker's: across workspaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.model.events import HistoryRead
from confab.model.inbox import Earlier, WorkspaceId
from confab.store.db import Conn, row, run
from confab.store.rows import ConversationRow

_SETTLED = timedelta(seconds=5)  # Meta's times are to the second: in the last ones more may have come than was read


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A conversation of which somebody wants earlier messages."""

    account_id: UUID
    igsid: str


async def incomplete(conn: Conn, workspace: WorkspaceId, account: UUID, listed: Sequence[tuple[str, datetime]]) -> set[str]:
    """Of conversations as Instagram lists them, (IGSID, last activity), those of which not everything was read.

    One statement a page: two probes of unique indexes for each.
    """
    records = await conn.fetch(
        """SELECT t.igsid FROM unnest($3::text[], $4::timestamptz[]) AS t (igsid, updated_at)
        WHERE NOT EXISTS (
            SELECT FROM participants p
            JOIN conversations c ON c.workspace_id = $1 AND c.account_id = $2 AND c.participant_id = p.id
            WHERE p.workspace_id = $1 AND p.account_id = $2 AND p.igsid = t.igsid AND c.history_up_to >= t.updated_at)""",
        workspace,
        account,
        [igsid for igsid, _ in listed],
        [updated_at for _, updated_at in listed],
    )
    return {record["igsid"] for record in records}


async def known(conn: Conn, workspace: WorkspaceId, account: UUID, digests: Sequence[UUID]) -> dict[UUID, datetime]:
    """Which of these digests of mids are messages here, and when those were sent. Index: message_mid."""
    records = await conn.fetch(
        """SELECT m.mid_digest, m.sent_at FROM messages m
        WHERE m.workspace_id = $1 AND m.account_id = $2 AND m.mid_digest = ANY($3::uuid[])""",
        workspace, account, digests,
    )  # fmt: skip
    return {record["mid_digest"]: record["sent_at"] for record in records}


async def note(conn: Conn, read: Sequence[tuple[ConversationRow, HistoryRead]], now: datetime) -> None:
    """What was read of conversations that are locked. That a conversation begins here, or that more is hidden, stays known."""
    await conn.execute(
        """WITH given AS (
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[])
                AS t (workspace_id, id, participant_id, username, updated_at, earlier)
        ), named AS (
            UPDATE participants p SET username = g.username FROM given g
            WHERE p.workspace_id = g.workspace_id AND p.id = g.participant_id AND p.username IS NULL AND g.username IS NOT NULL
        )
        UPDATE conversations c
        SET history_up_to = CASE WHEN g.updated_at < $7 THEN greatest(c.history_up_to, g.updated_at) ELSE c.history_up_to END,
            earlier = CASE WHEN c.earlier = 'asking' OR (c.earlier IN ('none', 'hidden') AND g.earlier = 'more')
                THEN c.earlier ELSE g.earlier END,
            earlier_reason = CASE WHEN c.earlier = 'asking' THEN c.earlier_reason END
        FROM given g WHERE c.workspace_id = g.workspace_id AND c.id = g.id""",
        [conversation.workspace_id for conversation, _ in read],
        [conversation.id for conversation, _ in read],
        [conversation.participant_id for conversation, _ in read],
        [history.username for _, history in read],
        [history.updated_at for _, history in read],
        [history.earlier for _, history in read],
        now - _SETTLED,
    )


async def ask_for_earlier(conn: Conn, workspace: WorkspaceId, conversation: UUID, now: datetime) -> int:
    """Have the messages before the oldest read; 0 when that is under way, or known to be in vain. The conversation is locked."""
    return await run(
        conn,
        """WITH asking AS (
            UPDATE conversations SET earlier = 'asking', earlier_reason = NULL, version = version + 1
            WHERE workspace_id = $1 AND id = $2 AND earlier IN ('unknown', 'more', 'refused') RETURNING workspace_id, id
        )
        INSERT INTO earlier_fetches (workspace_id, conversation_id, due_at) SELECT workspace_id, id, $3 FROM asking
        ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0, error = NULL""",
        workspace, conversation, now,
    )  # fmt: skip


async def wanted(conn: Conn, workspace: WorkspaceId, conversation: UUID) -> Wanted | None:
    """Whose earlier messages are wanted; None when nobody waits any more."""
    return await row(
        conn,
        Wanted,
        """SELECT c.account_id, p.igsid FROM conversations c
        JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
        WHERE c.workspace_id = $1 AND c.id = $2 AND c.earlier = 'asking'""",
        workspace, conversation,
    )  # fmt: skip


async def settle_earlier(conn: Conn, workspace: WorkspaceId, conversation: UUID, earlier: Earlier, reason: str | None) -> int:
    """Whoever asked learns what Instagram has before the oldest message."""
    return await run(
        conn,
        """UPDATE conversations SET earlier = $3, earlier_reason = $4, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND earlier = 'asking'""",
        workspace, conversation, earlier, reason,
    )  # fmt: skip
