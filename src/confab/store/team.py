"""Agents, their memberships and sessions, the set-up link, and who tried to sign in too often.

Agents and sessions belong to the installation, not to a workspace, so most functions here take none; what they may
reach is guarded by a secret in hand (a session's digest) or by a password that was checked before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from confab.model.inbox import Agent, AgentId, Role, Viewer, Workspace, WorkspaceId
from confab.store import checkups
from confab.store.db import Conn, row, rows, run

SessionKind = Literal["browser", "token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a sign-in is checked against; no hash: this agent cannot sign in with a password."""

    id: AgentId
    password_hash: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in or a bearer token, and who holds it."""

    id: UUID
    viewer: Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token as its owner knows it; the secret itself is kept nowhere. `expires_at` None: until it is revoked."""

    id: UUID
    workspace: str
    label: str
    created_at: datetime
    expires_at: datetime | None


async def viewer_of(conn: Conn, digest: bytes, now: datetime) -> Session | None:
    """Who holds the secret with this digest, None when nobody does any more. No workspace: this is what finds it."""
    record = await conn.fetchrow("SELECT * FROM viewer_of($1, $2)", digest, now)
    if record is None:
        return None
    viewer = Viewer(
        workspace_id=WorkspaceId(record["workspace_id"]),
        agent_id=AgentId(record["agent_id"]),
        name=record["name"],
        email=record["email"],
        role=record["role"],
    )
    return Session(id=record["session_id"], viewer=viewer)


async def credentials(conn: Conn, email: str) -> Credentials | None:
    """How the agent with this address (in lower case) signs in. No workspace: nobody is signed in yet."""
    return await row(conn, Credentials, "SELECT id, password_hash FROM agents WHERE email = $1", email)


async def workspaces_of(conn: Conn, agent: AgentId) -> list[WorkspaceId]:
    """Where the agent works, the first joined first. No workspace: this is what finds them."""
    return [record["workspace_id"] for record in await conn.fetch("SELECT workspace_id FROM workspaces_of($1)", agent)]


async def open_session(  # noqa: PLR0913 -- a row has as many columns as it has
    conn: Conn,
    workspace: WorkspaceId,
    agent: AgentId,
    *,
    id: UUID,  # noqa: A002 -- the column's name
    digest: bytes,
    kind: SessionKind,
    label: str,
    now: datetime,
    expires_at: datetime | None,
) -> None:
    """Let the holder of the secret with this digest in, until `expires_at` (None: until revoked)."""
    await run(
        conn,
        """INSERT INTO sessions (digest, id, kind, agent_id, workspace_id, label, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        digest, id, kind, agent, workspace, label, now, expires_at,
    )  # fmt: skip


async def end_session(conn: Conn, workspace: WorkspaceId, session: UUID) -> bool:
    """Sign out; whether there was such a session."""
    return await run(conn, "DELETE FROM sessions WHERE workspace_id = $1 AND id = $2", workspace, session) > 0


async def tokens_of(conn: Conn, agent: AgentId, now: datetime) -> list[Token]:
    """The bearer tokens that act as the agent, oldest first. Across workspaces: through the worker's door."""
    return await rows(
        conn,
        Token,
        """SELECT s.id, w.name AS workspace, s.label, s.created_at, s.expires_at
        FROM sessions s JOIN workspaces w USING (workspace_id)
        WHERE s.agent_id = $1 AND s.kind = 'token' AND (s.expires_at IS NULL OR s.expires_at > $2)
        ORDER BY s.created_at, s.id""",
        agent, now,
    )  # fmt: skip


async def end_token(conn: Conn, token: UUID) -> bool:
    """Revoke a bearer token; whether there was such a one. Across workspaces: for the command line."""
    return await run(conn, "DELETE FROM sessions WHERE id = $1 AND kind = 'token'", token) > 0


async def forget_ended_sessions(conn: Conn, now: datetime) -> int:
    """Remove what has expired, in every workspace; how many."""
    return await run(conn, "DELETE FROM sessions WHERE expires_at <= $1", now)


async def lock_subjects(conn: Conn, subjects: Sequence[str]) -> None:
    """Until the transaction ends nobody else counts or records attempts of these subjects."""
    await run(
        conn,
        "SELECT pg_advisory_xact_lock(hashtextextended(s, 0)) FROM (SELECT unnest($1::text[]) AS s ORDER BY 1) AS t",
        list(subjects),
    )


async def attempts(conn: Conn, subject: str, since: datetime) -> list[datetime]:
    """When this subject tried to sign in, since then, oldest first. Index: the primary key."""
    found = await conn.fetch(
        "SELECT attempted_at FROM sign_in_attempts WHERE subject = $1 AND attempted_at > $2 ORDER BY attempted_at",
        subject, since,
    )  # fmt: skip
    return [record["attempted_at"] for record in found]


async def record_attempt(conn: Conn, subjects: Sequence[str], attempt: UUID, now: datetime) -> None:
    """Count an attempt against each subject."""
    await run(
        conn,
        "INSERT INTO sign_in_attempts (subject, attempted_at, id) SELECT unnest($1::text[]), $2, $3",
        list(subjects), now, attempt,
    )  # fmt: skip


async def forgive(conn: Conn, subjects: Sequence[str], attempt: UUID) -> None:
    """Take an attempt back, because it succeeded."""
    await run(conn, "DELETE FROM sign_in_attempts WHERE subject = ANY($1::text[]) AND id = $2", list(subjects), attempt)


async def forget_attempts(conn: Conn, before: datetime) -> int:
    """Remove attempts that count no longer; how many."""
    return await run(conn, "DELETE FROM sign_in_attempts WHERE attempted_at <= $1", before)


async def has_agents(conn: Conn) -> bool:
    """Whether anybody can sign in at all. No workspace: it asks about the installation."""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM agents)"))


async def offer_setup(conn: Conn, digest: bytes, now: datetime, expires_at: datetime) -> None:
    """Let the holder of the secret with this digest become the first owner. No workspace: there is none yet."""
    await run(
        conn,
        "INSERT INTO setup_links (digest, created_at, expires_at) VALUES ($1, $2, $3)",
        digest, now, expires_at,
    )  # fmt: skip


async def is_setup_offered(conn: Conn, digest: bytes, now: datetime) -> bool:
    """Whether this link still opens. No workspace: there is none yet."""
    found = await conn.fetchval("SELECT true FROM setup_links WHERE digest = $1 AND expires_at > $2", digest, now)
    return bool(found)


async def consume_setup(conn: Conn, digest: bytes, now: datetime) -> bool:
    """Use the link up, together with every other; whether it was valid. Locks: two at once cannot both succeed."""
    await run(conn, "LOCK TABLE setup_links IN EXCLUSIVE MODE")
    if not await is_setup_offered(conn, digest, now):
        return False
    await run(conn, "DELETE FROM setup_links")
    return not await has_agents(conn)


async def create_workspace(conn: Conn, workspace: WorkspaceId, name: str, now: datetime) -> None:
    """A new team, empty, with its change feed and a doctor who comes at once."""
    await run(conn, "INSERT INTO workspaces (workspace_id, name, created_at) VALUES ($1, $2, $3)", workspace, name, now)
    await run(conn, "INSERT INTO change_counters (workspace_id) VALUES ($1)", workspace)
    await checkups.ensure(conn, workspace, now)


async def workspace(conn: Conn, workspace: WorkspaceId) -> Workspace | None:
    """The team by its id."""
    return await row(conn, Workspace, "SELECT workspace_id AS id, name FROM workspaces WHERE workspace_id = $1", workspace)


async def workspaces(conn: Conn) -> list[Workspace]:
    """Every team there is, by name. Across workspaces: for the command line, through the worker's door."""
    return await rows(conn, Workspace, "SELECT workspace_id AS id, name FROM workspaces ORDER BY name, workspace_id")


async def create_agent(conn: Conn, agent: AgentId, *, email: str, name: str, password_hash: str | None, now: datetime) -> bool:
    """A new person; False when the address is taken. No workspace: a person may work in several."""
    done = await run(
        conn,
        """INSERT INTO agents (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (email) DO NOTHING""",
        agent, email, name, password_hash, now,
    )  # fmt: skip
    return done > 0


async def join(conn: Conn, workspace: WorkspaceId, agent: AgentId, role: Role, now: datetime) -> bool:
    """Make the agent a member; False when they already are one."""
    done = await run(
        conn,
        """INSERT INTO memberships (workspace_id, agent_id, role, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING""",
        workspace, agent, role, now,
    )  # fmt: skip
    return done > 0


async def agents(conn: Conn, workspace: WorkspaceId) -> list[Agent]:
    """The members of a team, by name."""
    return await rows(
        conn,
        Agent,
        """SELECT a.id, a.name, a.email, m.role FROM memberships m JOIN agents a ON a.id = m.agent_id
        WHERE m.workspace_id = $1 ORDER BY a.name, a.id""",
        workspace,
    )


async def roles_of(conn: Conn, sessions: Sequence[UUID], now: datetime) -> dict[UUID, str]:
    """The role behind each of these sessions; those that are over are missing. Across workspaces, by secrets once shown."""
    found = await conn.fetch("SELECT session_id, role FROM live_roles($1::uuid[], $2)", list(sessions), now)
    return {record["session_id"]: record["role"] for record in found}
