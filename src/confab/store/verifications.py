"""Tokens by which a customer connects a profile. A token is live until it is used, expires, or another takes its place.

Whoever makes, offers or uses one has the participant's conversation locked: `conversations.lock`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from confab.model.inbox import ConversationId, MessageId, WorkspaceId
from confab.store import ids
from confab.store.db import Conn, row, rows, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it is stored: what follows from `seed` and a key of the installation has this SHA-256."""

    workspace_id: UUID
    id: UUID
    account_id: UUID
    participant_id: UUID
    digest: bytes
    seed: bytes = field(repr=False)
    message_id: UUID | None
    event_id: str
    created_at: datetime
    expires_at: datetime
    consumed_at: datetime | None = None
    replaced_at: datetime | None = None
    offers: int = 0
    offer_id: UUID | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it still connects."""
        return self.consumed_at is None and self.replaced_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Whose profile a token connects; `ig_id` is the profile's."""

    workspace_id: WorkspaceId
    id: UUID
    account_id: UUID
    participant_id: UUID
    conversation_id: ConversationId
    ig_id: str
    expires_at: datetime
    consumed_at: datetime | None
    replaced_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Whether it still connects."""
        return self.consumed_at is None and self.replaced_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A conversation that one of our accounts has with a profile."""

    workspace_id: WorkspaceId
    account_id: UUID
    account_ig_id: str
    participant_id: UUID
    conversation_id: ConversationId


_COLUMNS: LiteralString = """workspace_id, id, account_id, participant_id, digest, seed, message_id, event_id, created_at,
    expires_at, consumed_at, replaced_at, offers, offer_id"""


async def find_by_digest(conn: Conn, digest: bytes) -> Found | None:
    """What the token with this SHA-256 is for. No workspace: only who has the token can ask.

    Index: verification_tokens_digest.
    """
    return await row(conn, Found, "SELECT * FROM find_verification($1)", digest)


async def lines_of(conn: Conn, ig_id: str) -> Sequence[Line]:
    """Who of our accounts has a conversation with this profile. Across workspaces: for our own services."""
    return await rows(conn, Line, "SELECT * FROM conversations_with($1)", ig_id)


async def get(conn: Conn, workspace: WorkspaceId, token: UUID) -> Token | None:
    """A token by id."""
    return await row(
        conn, Token, f"SELECT {_COLUMNS} FROM verification_tokens WHERE workspace_id = $1 AND id = $2", workspace, token
    )


async def open_one(conn: Conn, workspace: WorkspaceId, participant: UUID) -> Token | None:
    """The participant's token that is neither used nor replaced; it may have expired. Index: verification_tokens_live."""
    return await row(
        conn,
        Token,
        f"""SELECT {_COLUMNS} FROM verification_tokens
        WHERE workspace_id = $1 AND participant_id = $2 AND consumed_at IS NULL AND replaced_at IS NULL""",
        workspace, participant,
    )  # fmt: skip


async def create(conn: Conn, new: Token) -> None:
    """Keep a new token in place of one that has expired. A live one beside it raises: the database allows one."""
    await run(
        conn,
        """UPDATE verification_tokens SET replaced_at = $3
        WHERE workspace_id = $1 AND participant_id = $2 AND consumed_at IS NULL AND replaced_at IS NULL AND expires_at <= $3""",
        new.workspace_id, new.participant_id, new.created_at,
    )  # fmt: skip
    await run(
        conn,
        """INSERT INTO verification_tokens (workspace_id, id, account_id, participant_id, digest, seed, message_id, event_id,
            created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        new.workspace_id, new.id, new.account_id, new.participant_id, new.digest, new.seed, new.message_id, new.event_id,
        new.created_at, new.expires_at,
    )  # fmt: skip


async def made_since(conn: Conn, workspace: WorkspaceId, participant: UUID, since: datetime) -> list[datetime]:
    """When the participant's tokens were made since then, the oldest first. Index: verification_tokens_day."""
    found = await conn.fetch(
        """SELECT created_at FROM verification_tokens
        WHERE workspace_id = $1 AND participant_id = $2 AND created_at > $3 ORDER BY created_at""",
        workspace, participant, since,
    )  # fmt: skip
    return [record["created_at"] for record in found]


async def forget_ended(conn: Conn, before: datetime, limit: int) -> int:
    """Remove at most so many tokens that expired before then, whatever became of them; how many. Across workspaces.

    A token expires an hour after it was made, and its id begins with that moment: one range of each workspace's primary key.
    """
    return await run(
        conn,
        """DELETE FROM verification_tokens WHERE ctid = ANY(ARRAY(
            SELECT o.ctid FROM workspaces w CROSS JOIN LATERAL (
                SELECT t.ctid FROM verification_tokens t
                WHERE t.workspace_id = w.workspace_id AND t.id < $2 AND t.expires_at <= $1 ORDER BY t.id LIMIT $3
            ) o LIMIT $3))""",
        before, ids.first(before), limit,
    )  # fmt: skip


async def offers_since(conn: Conn, workspace: WorkspaceId, participant: UUID, since: datetime) -> int:
    """How many links the participant was sent of tokens made since then. Index: verification_tokens_day."""
    return await conn.fetchval(
        """SELECT coalesce(sum(offers), 0)::int FROM verification_tokens
        WHERE workspace_id = $1 AND participant_id = $2 AND created_at > $3""",
        workspace, participant, since,
    )  # fmt: skip


async def offer(conn: Conn, workspace: WorkspaceId, token: UUID, message: MessageId) -> None:
    """This message carries the token's link: its call says which token, and the token which message."""
    await run(
        conn,
        """WITH call AS (
            UPDATE outbound_messages SET payload = payload || jsonb_build_object('verification', $2::uuid::text)
            WHERE workspace_id = $1 AND message_id = $3
        )
        UPDATE verification_tokens SET offers = offers + 1, offer_id = $3 WHERE workspace_id = $1 AND id = $2""",
        workspace, token, message,
    )  # fmt: skip


async def is_offered(conn: Conn, workspace: WorkspaceId, token: UUID) -> bool:
    """Whether the participant has its link, or will have: the newest message with it neither failed nor was given up."""
    return bool(
        await conn.fetchval(
            """SELECT true FROM verification_tokens t
            JOIN messages m ON m.workspace_id = t.workspace_id AND m.id = t.offer_id
            WHERE t.workspace_id = $1 AND t.id = $2 AND m.status NOT IN ('failed', 'discarded')""",
            workspace, token,
        )
    )  # fmt: skip


async def consume(conn: Conn, workspace: WorkspaceId, token: UUID, user_id: str, now: datetime) -> bool:
    """Use the token up and connect its participant to the user, at once; False when it was not live (any more).

    The conversation's version grows: publish it.
    """
    used = await run(
        conn,
        """WITH used AS (
            UPDATE verification_tokens SET consumed_at = $4
            WHERE workspace_id = $1 AND id = $2 AND consumed_at IS NULL AND replaced_at IS NULL AND expires_at > $4
            RETURNING workspace_id, participant_id
        ), person AS (
            UPDATE participants p SET connected_user_id = $3, connected_at = $4 FROM used u
            WHERE p.workspace_id = u.workspace_id AND p.id = u.participant_id RETURNING p.workspace_id, p.id, p.account_id
        )
        UPDATE conversations c SET version = c.version + 1 FROM person p
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id""",
        workspace, token, user_id, now,
    )  # fmt: skip
    return used > 0


async def disconnect(conn: Conn, workspace: WorkspaceId, participant: UUID, user_id: str) -> bool:
    """The participant is nobody's any more; False when they were not this user's.

    The conversation's version grows: publish it.
    """
    changed = await run(
        conn,
        """WITH person AS (
            UPDATE participants SET connected_user_id = NULL, connected_at = NULL
            WHERE workspace_id = $1 AND id = $2 AND connected_user_id = $3 RETURNING workspace_id, id, account_id
        )
        UPDATE conversations c SET version = c.version + 1 FROM person p
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id""",
        workspace, participant, user_id,
    )  # fmt: skip
    return changed > 0
