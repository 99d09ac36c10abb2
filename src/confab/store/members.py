"""Customers who connected: who they are, their sessions, and the codes that were mailed to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confab.model.inbox import ConversationId, WorkspaceId
from confab.model.library import Identity, Member, MemberId
from confab.store.db import Conn, rows, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A member's sign-in, and what their workspace is called."""

    id: UUID
    member: Member
    workspace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A workspace that somebody is a member of."""

    workspace_id: WorkspaceId
    workspace: str
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A profile that is connected, as its member knows it: theirs, and the account that they write to."""

    participant_id: UUID
    conversation_id: ConversationId
    username: str | None
    account: str


async def session_of(conn: Conn, digest: bytes, now: datetime) -> Session | None:
    """Who holds the secret with this digest, None when nobody does any more. No workspace: this is what finds it."""
    record = await conn.fetchrow("SELECT * FROM member_of($1, $2)", digest, now)
    if record is None:
        return None
    member = Member(
        id=MemberId(record["member_id"]), workspace_id=WorkspaceId(record["workspace_id"]), user_id=record["user_id"],
        email=record["email"],
    )  # fmt: skip
    return Session(id=record["session_id"], member=member, workspace=record["workspace"])


async def homes(conn: Conn, identity: Identity) -> list[Home]:
    """Where somebody is a member, the newest first. No workspace: they come back without a link."""
    email, user = (identity.email, None) if identity.way == "mail" else (None, identity.user_id)
    return await rows(conn, Home, "SELECT workspace_id, workspace, member_id FROM memberships_of($1, $2)", email, user)


async def admit(conn: Conn, workspace: WorkspaceId, new_id: UUID, identity: Identity, now: datetime) -> Member:
    """The member who this is, made if there is none. Two at once make one."""
    if identity.way == "mail":
        record = await conn.fetchrow(
            """INSERT INTO members AS m (workspace_id, id, way, user_id, email, created_at)
            VALUES ($1, $2, 'mail', $2::uuid::text, $3, $4)
            ON CONFLICT (workspace_id, email) WHERE way = 'mail' DO UPDATE SET email = m.email
            RETURNING id, workspace_id, user_id, email""",
            workspace, new_id, identity.email, now,
        )  # fmt: skip
    else:
        record = await conn.fetchrow(
            """INSERT INTO members AS m (workspace_id, id, way, user_id, email, created_at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (workspace_id, user_id) DO UPDATE SET email = coalesce(excluded.email, m.email)
            RETURNING id, workspace_id, user_id, email""",
            workspace, new_id, identity.way, identity.user_id, identity.email, now,
        )  # fmt: skip
    assert record is not None  # noqa: S101 -- both insert or update
    return Member(
        id=MemberId(record["id"]), workspace_id=WorkspaceId(record["workspace_id"]), user_id=record["user_id"],
        email=record["email"],
    )  # fmt: skip


async def open_session(
    conn: Conn, workspace: WorkspaceId, member: MemberId, session: UUID, digest: bytes, *, now: datetime, expires_at: datetime
) -> None:
    """Let the holder of the secret with this digest into the member's library, until then."""
    await run(
        conn,
        """INSERT INTO member_sessions (workspace_id, id, member_id, digest, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)""",
        workspace, session, member, digest, now, expires_at,
    )  # fmt: skip


async def end_session(conn: Conn, workspace: WorkspaceId, session: UUID) -> None:
    """Sign out."""
    await run(conn, "DELETE FROM member_sessions WHERE workspace_id = $1 AND id = $2", workspace, session)


async def end_sessions(conn: Conn, workspace: WorkspaceId, member: MemberId, besides: UUID | None = None) -> None:
    """Sign out everywhere, perhaps `besides` here."""
    await run(
        conn,
        "DELETE FROM member_sessions WHERE workspace_id = $1 AND member_id = $2 AND id IS DISTINCT FROM $3",
        workspace, member, besides,
    )  # fmt: skip


async def of_user(conn: Conn, workspace: WorkspaceId, user_id: str) -> MemberId | None:
    """The member whom participants name as their user."""
    return await conn.fetchval("SELECT id FROM members WHERE workspace_id = $1 AND user_id = $2", workspace, user_id)


async def by_ids(conn: Conn, workspace: WorkspaceId, ids: Sequence[UUID]) -> dict[UUID, Member]:
    """Members by id."""
    found = await rows(
        conn,
        Member,
        "SELECT id, workspace_id, user_id, email FROM members WHERE workspace_id = $1 AND id = ANY($2::uuid[])",
        workspace, list(ids),
    )  # fmt: skip
    return {member.id: member for member in found}


async def connected(conn: Conn, member: Member) -> list[Connected]:
    """The member's profiles that are connected."""
    return await rows(
        conn,
        Connected,
        """SELECT p.id AS participant_id, c.id AS conversation_id, p.username, a.username AS account
        FROM participants p
        JOIN accounts a ON a.workspace_id = p.workspace_id AND a.id = p.account_id
        JOIN conversations c ON c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
        WHERE p.workspace_id = $1 AND p.connected_user_id = $2 ORDER BY a.username, p.id""",
        member.workspace_id, member.user_id,
    )  # fmt: skip


async def forget(conn: Conn, member: Member) -> None:
    """The member is gone, with sessions, codes and mails. Their library is gone before."""
    if member.email is not None:
        await run(
            conn,
            """WITH codes AS (DELETE FROM member_codes WHERE workspace_id = $1 AND email = $2 RETURNING id)
            DELETE FROM mails m USING codes c WHERE m.workspace_id = $1 AND m.id = c.id""",
            member.workspace_id, member.email,
        )  # fmt: skip
    await run(conn, "DELETE FROM members WHERE workspace_id = $1 AND id = $2", member.workspace_id, member.id)


async def keep_code(conn: Conn, workspace: WorkspaceId, code: UUID, email: str, digest: bytes, expires_at: datetime) -> None:
    """A code was mailed to this address; `digest` is its keyed hash. Earlier ones stay: whoever asks cannot spoil another's."""
    await run(
        conn,
        "INSERT INTO member_codes (workspace_id, id, email, digest, expires_at) VALUES ($1, $2, $3, $4, $5)",
        workspace, code, email, digest, expires_at,
    )  # fmt: skip


async def try_code(conn: Conn, workspace: WorkspaceId, code: UUID, most: int, now: datetime) -> tuple[bytes, str] | None:
    """Count a try: the keyed hash to compare with, and the address; None when there is no such code, or no try left."""
    record = await conn.fetchrow(
        """UPDATE member_codes SET tries = tries + 1 WHERE workspace_id = $1 AND id = $2 AND tries < $3 AND expires_at > $4
        RETURNING digest, email""",
        workspace, code, most, now,
    )  # fmt: skip
    return None if record is None else (record["digest"], record["email"])


async def use_code(conn: Conn, workspace: WorkspaceId, code: UUID) -> bool:
    """The code was right and is used up, with its mail; whether nobody used it before."""
    found = await conn.fetchval(
        """WITH used AS (DELETE FROM member_codes WHERE workspace_id = $1 AND id = $2 RETURNING id),
        unsent AS (DELETE FROM mails m USING used u WHERE m.workspace_id = $1 AND m.id = u.id)
        SELECT true FROM used""",
        workspace, code,
    )  # fmt: skip
    return bool(found)


async def spend_state(conn: Conn, digest: bytes, now: datetime) -> bool:
    """A sign-in came back from whoever it was handed to; whether for the first time. No workspace: the installation's."""
    done = await run(
        conn, "INSERT INTO spent_states (digest, spent_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", digest, now
    )  # fmt: skip
    return done > 0


async def forget_ended(conn: Conn, now: datetime, states_before: datetime) -> None:
    """Remove sessions and codes that are over, and states that nobody could bring back. Across workspaces."""
    await run(conn, "DELETE FROM member_sessions WHERE expires_at <= $1", now)
    await run(conn, "DELETE FROM member_codes WHERE expires_at <= $1", now)
    await run(conn, "DELETE FROM spent_states WHERE spent_at <= $1", states_before)
