"""Errands of accounts as due rows: a login that came back, a farewell at Meta, an erasure. And what people asked Meta for."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from confab.model.inbox import AccountId, AgentId, MetaAppId, Platform, WorkspaceId
from confab.store.db import Conn, Json, row, rows, run

ErrandState = Literal["away", "returned", "choosing", "chosen", "waiting", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One errand. `choices`: the Pages there are to choose from, `chosen` one of them; `said`: what came of it, for people, and
    `note` what they should know besides. `app_id`: by which Meta app a login goes, None: the environment's.
    """

    workspace_id: WorkspaceId
    id: UUID
    kind: Literal["login", "part", "erase"]
    state: ErrandState
    account_id: AccountId | None
    agent_id: AgentId | None
    platform: Platform | None
    app_id: MetaAppId | None
    secret: bytes | None = field(repr=False)
    choices: list[dict[str, Any]] | None  # as `accounts/oauth.py` wrote them
    chosen: str | None
    said: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How somebody left for Meta's login. `app_id`: which Meta app's, None: the environment's."""

    platform: Platform
    app_id: MetaAppId | None
    state_digest: bytes
    expires_at: datetime


async def leave(conn: Conn, workspace: WorkspaceId, errand: UUID, agent: AgentId, left: Left, now: datetime) -> None:
    """Somebody leaves for Meta's login, and may come back with this state until it expires."""
    await run(
        conn,
        """INSERT INTO account_errands (workspace_id, id, kind, state, agent_id, platform, state_digest, created_at, expires_at,
            app_id)
        VALUES ($1, $2, 'login', 'away', $3, $4, $5, $6, $7, $8)""",
        workspace, errand, agent, left.platform, left.state_digest, now, left.expires_at, left.app_id,
    )  # fmt: skip


async def come_back(conn: Conn, workspace: WorkspaceId, agent: AgentId, state_digest: bytes, now: datetime) -> UUID | None:
    """The login that this state belongs to, once: None when it is another's, too old, or was used."""
    return await conn.fetchval(
        """UPDATE account_errands SET state = 'failed', state_digest = NULL, said = 'Nobody let us in.'
        WHERE workspace_id = $1 AND agent_id = $2 AND state_digest = $3 AND state = 'away' AND expires_at > $4 RETURNING id""",
        workspace, agent, state_digest, now,
    )  # fmt: skip


async def go_on(conn: Conn, workspace: WorkspaceId, errand: UUID, sealed: bytes, now: datetime) -> None:
    """It came back with a code: to be redeemed at once."""
    await run(
        conn,
        """UPDATE account_errands SET state = 'returned', secret = $3, due_at = $4, said = NULL
        WHERE workspace_id = $1 AND id = $2""",
        workspace, errand, sealed, now,
    )  # fmt: skip


async def choose(
    conn: Conn, workspace: WorkspaceId, errand: UUID, agent: AgentId, chosen: str, now: datetime
) -> bool:  # fmt: skip
    """One of the Pages; False when there is nothing to choose any more, or this Page is not among them."""
    changed = await run(
        conn,
        """UPDATE account_errands SET state = 'chosen', chosen = $4, due_at = $5
        WHERE workspace_id = $1 AND id = $2 AND agent_id = $3 AND state = 'choosing' AND expires_at > $5
            AND choices @> jsonb_build_array(jsonb_build_object('page', $4::text))""",
        workspace, errand, agent, chosen, now,
    )  # fmt: skip
    return changed > 0


async def get(conn: Conn, workspace: WorkspaceId, errand: UUID) -> Errand | None:
    """One errand."""
    return await row(
        conn,
        Errand,
        """SELECT workspace_id, id, kind, state, account_id, agent_id, platform, app_id, secret, choices, chosen, said, note
        FROM account_errands WHERE workspace_id = $1 AND id = $2""",
        workspace, errand,
    )  # fmt: skip


async def offer(
    conn: Conn, workspace: WorkspaceId, errand: UUID, sealed: bytes, choices: list[dict[str, Any]]
) -> None:  # fmt: skip
    """There are several Pages: which one is for a person to say."""
    await run(
        conn,
        """UPDATE account_errands SET state = 'choosing', secret = $3, choices = $4, due_at = NULL, attempts = 0
        WHERE workspace_id = $1 AND id = $2""",
        workspace, errand, sealed, Json(choices),
    )  # fmt: skip


async def connected(conn: Conn, workspace: WorkspaceId, errand: UUID, account: AccountId, note: str | None) -> None:
    """The account is there; what is left to do can be repeated."""
    await run(
        conn,
        """UPDATE account_errands SET state = 'waiting', account_id = $3, note = $4, secret = NULL, choices = NULL
        WHERE workspace_id = $1 AND id = $2""",
        workspace, errand, account, note,
    )  # fmt: skip


async def settle(
    conn: Conn, workspace: WorkspaceId, errand: UUID, state: ErrandState, said: str | None, account: AccountId | None = None
) -> None:
    """It is over; its secret is forgotten."""
    await run(
        conn,
        """UPDATE account_errands SET state = $3, said = $4, account_id = coalesce($5, account_id), secret = NULL,
            choices = NULL, state_digest = NULL, due_at = NULL
        WHERE workspace_id = $1 AND id = $2""",
        workspace, errand, state, said, account,
    )  # fmt: skip


async def ask(
    conn: Conn, workspace: WorkspaceId, errand: UUID, kind: Literal["part", "erase"], account: AccountId, now: datetime,
    due_at: datetime,
) -> None:  # fmt: skip
    """Something is to be done for an account then."""
    await run(
        conn,
        """INSERT INTO account_errands (workspace_id, id, kind, state, account_id, created_at, due_at)
        VALUES ($1, $2, $3, 'waiting', $4, $5, $6)""",
        workspace, errand, kind, account, now, due_at,
    )  # fmt: skip


async def wait(conn: Conn, workspace: WorkspaceId, errand: UUID, until: datetime) -> None:
    """It cannot be done yet, which is nobody's failure."""
    await run(
        conn,
        "UPDATE account_errands SET due_at = $3, attempts = 0, error = NULL WHERE workspace_id = $1 AND id = $2",
        workspace, errand, until,
    )  # fmt: skip


async def drop(conn: Conn, workspace: WorkspaceId, account: AccountId) -> int:
    """What was to be done for an account when it left is not done: it is back."""
    return await run(
        conn,
        "DELETE FROM account_errands WHERE workspace_id = $1 AND account_id = $2 AND kind <> 'login'",
        workspace, account,
    )  # fmt: skip


async def forget_old(conn: Conn, before: datetime, limit: int) -> int:
    """At most so many errands that were over, or logins that never came back, before then are gone. Across workspaces.

    There are as many as people log in, and farewells: no index is worth it.
    """
    return await run(
        conn,
        """DELETE FROM account_errands WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM account_errands WHERE created_at < $1 AND due_at IS NULL LIMIT $2))""",
        before, limit,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asked Meta for. `user_digest`: the SHA-256 of how Meta names them to the app; `held_at`: since when a
    hold makes it wait.
    """

    id: UUID
    kind: Literal["deauthorize", "data_deletion"]
    user_digest: bytes
    done_at: datetime | None
    held_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """When somebody asked for the deletion of their data, when that was done, and since when it waits for a hold to end."""

    asked_at: datetime
    done_at: datetime | None
    held_at: datetime | None


async def keep_request(
    conn: Conn, request: UUID, kind: str, *, digest: bytes, code_digest: bytes | None, now: datetime
) -> None:  # fmt: skip
    """Keep what Meta told us of a person, to be done at once. Installation-wide."""
    await run(
        conn,
        """INSERT INTO meta_requests (id, kind, user_digest, code_digest, asked_at, due_at)
        VALUES ($1, $2, $3, $4, $5, $5)""",
        request, kind, digest, code_digest, now,
    )  # fmt: skip


async def request(conn: Conn, request: UUID) -> Asked | None:
    """What was asked. Installation-wide, for the worker."""
    return await row(conn, Asked, "SELECT id, kind, user_digest, done_at, held_at FROM meta_requests WHERE id = $1", request)


async def request_done(conn: Conn, request: UUID, now: datetime) -> None:
    """It is done. Installation-wide."""
    await run(
        conn, "UPDATE meta_requests SET done_at = $2, due_at = NULL, error = NULL, held_at = NULL WHERE id = $1", request, now
    )


async def hold_request(conn: Conn, request: UUID, now: datetime, until: datetime) -> None:
    """A team holds something of it: it is looked at again then. Installation-wide."""
    await run(
        conn,
        """UPDATE meta_requests SET held_at = coalesce(held_at, $2), due_at = $3, attempts = 0, error = NULL WHERE id = $1""",
        request, now, until,
    )  # fmt: skip


async def proof(conn: Conn, code_digest: bytes) -> Proof | None:
    """What became of a request, for whoever has its code. Installation-wide."""
    return await row(conn, Proof, "SELECT asked_at, done_at, held_at FROM meta_requests WHERE code_digest = $1", code_digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """An account that a person connected, and of which something may be left here."""

    workspace_id: WorkspaceId
    account_id: AccountId


async def owned_by(conn: Conn, digest: bytes) -> list[Owned]:
    """The accounts that this person connected. Index: accounts_owner. Across workspaces."""
    return await rows(
        conn, Owned, "SELECT workspace_id, id AS account_id FROM accounts WHERE owner_digest = $1 ORDER BY 1, 2", digest
    )
