"""Accounts, and the routes that say whose an Instagram account is."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from confab.errors import NotFound
from confab.model.inbox import Account, AccountId, IgId, MetaAppId, Viewer, WorkspaceId
from confab.model.media import MediaMode
from confab.store.db import Conn, row, rows, run

_VIEW: LiteralString = """
    SELECT a.id, a.ig_id, a.username, a.name, a.human_agent, a.health, a.health_reason, a.media_mode,
        i.expires_at AS token_expires_at, i.error AS token_error,
        a.complete_up_to, a.incomplete_reason, a.receiving, a.polling_since,
        a.restricted_until, a.restricted_reason, a.shows_indicators,
        a.connects_customers, a.acknowledges_every_s, a.version
    FROM accounts a LEFT JOIN integrations i ON i.workspace_id = a.workspace_id AND i.account_id = a.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Whose an Instagram account is, and which Meta app signs for it (None: the environment's)."""

    workspace_id: WorkspaceId
    account_id: AccountId
    app_id: MetaAppId | None = None


async def all_for_viewer(conn: Conn, viewer: Viewer) -> list[Account]:
    """Every account of the viewer's workspace, by username."""
    return await of_workspace(conn, viewer.workspace_id)


async def of_workspace(conn: Conn, workspace: WorkspaceId) -> list[Account]:
    """Every account of a workspace, by username."""
    return await rows(conn, Account, _VIEW + "WHERE a.workspace_id = $1 ORDER BY a.username, a.id", workspace)


async def for_workspace(conn: Conn, workspace: WorkspaceId, account: AccountId) -> Account:
    """One account. Raises NotFound also when it belongs to another workspace."""
    found = await row(conn, Account, _VIEW + "WHERE a.workspace_id = $1 AND a.id = $2", workspace, account)
    if found is None:
        raise NotFound("There is no such account.")
    return found


async def connected_at(conn: Conn, workspace: WorkspaceId, account: AccountId) -> datetime:
    """Since when the account is this workspace's. Raises NotFound."""
    found = await conn.fetchval("SELECT created_at FROM accounts WHERE workspace_id = $1 AND id = $2", workspace, account)
    if found is None:
        raise NotFound("There is no such account.")
    return found


async def set_human_agent(conn: Conn, workspace: WorkspaceId, account: AccountId, *, human_agent: bool) -> bool:
    """Switch Meta's Human Agent feature on or off for an account; False when it already was so, or is not there."""
    changed = await run(
        conn,
        """UPDATE accounts SET human_agent = $3, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND human_agent <> $3""",
        workspace, account, human_agent,
    )  # fmt: skip
    return changed > 0


async def set_indicators(conn: Conn, workspace: WorkspaceId, account: AccountId, *, shown: bool) -> bool:
    """Whether participants see that somebody types or has seen; False when it already was so, or the account is not there."""
    changed = await run(
        conn,
        """UPDATE accounts SET shows_indicators = $3, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND shows_indicators <> $3""",
        workspace, account, shown,
    )  # fmt: skip
    return changed > 0


async def set_media_mode(conn: Conn, workspace: WorkspaceId, account: AccountId, mode: MediaMode | None) -> bool:
    """Whether copies of its media are kept; False when it already was so, or is not there."""
    changed = await run(
        conn,
        """UPDATE accounts SET media_mode = $3, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND media_mode IS DISTINCT FROM $3""",
        workspace, account, mode,
    )  # fmt: skip
    return changed > 0


async def set_connects_customers(conn: Conn, workspace: WorkspaceId, account: AccountId, *, is_on: bool) -> bool:
    """Whether who writes is shown how to connect; False when it already was so, or the account is not there."""
    changed = await run(
        conn,
        """UPDATE accounts SET connects_customers = $3, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND connects_customers <> $3""",
        workspace, account, is_on,
    )  # fmt: skip
    return changed > 0


async def set_acknowledges_every(conn: Conn, workspace: WorkspaceId, account: AccountId, every_s: int | None) -> bool:
    """How often a customer is told at most that something came; None: every time. False when it already was so."""
    changed = await run(
        conn,
        """UPDATE accounts SET acknowledges_every_s = $3, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND acknowledges_every_s IS DISTINCT FROM $3""",
        workspace, account, every_s,
    )  # fmt: skip
    return changed > 0


async def put(conn: Conn, workspace: WorkspaceId, account: AccountId, *, ig_id: IgId, username: str, now: datetime) -> None:
    """Create the account, or note its username and that its link is sound again."""
    await run(
        conn,
        """INSERT INTO accounts (workspace_id, id, ig_id, username, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (workspace_id, id) DO UPDATE
        SET username = EXCLUDED.username, version = accounts.version + 1,
            health = CASE WHEN accounts.health = 'reconnect' THEN 'ok' ELSE accounts.health END,
            health_reason = CASE WHEN accounts.health = 'reconnect' THEN NULL ELSE accounts.health_reason END""",
        workspace, account, ig_id, username, now,
    )  # fmt: skip


async def date_back(conn: Conn, workspace: WorkspaceId, account: AccountId, at: datetime) -> int:
    """The account has been connected since then, if that is earlier: what came since counts as answered here."""
    return await run(
        conn,
        "UPDATE accounts SET created_at = $3 WHERE workspace_id = $1 AND id = $2 AND created_at > $3",
        workspace,
        account,
        at,
    )


async def lock_route(conn: Conn, ig_id: IgId) -> None:
    """Until the transaction ends nobody else connects this account. No workspace: it may be anybody's."""
    await run(conn, "SELECT pg_advisory_xact_lock(hashtextextended('route ' || $1, 0))", ig_id)


async def route(conn: Conn, ig_id: IgId) -> Route | None:
    """Whose the account is, None when nobody's. No workspace: this is what finds it."""
    return await row(conn, Route, "SELECT workspace_id, account_id, app_id FROM account_routes WHERE ig_id = $1", ig_id)


async def put_route(conn: Conn, workspace: WorkspaceId, account: AccountId, ig_id: IgId, app: MetaAppId | None) -> None:
    """Let the account's events into the workspace, if its Meta app signed them (None: the environment's)."""
    await run(
        conn,
        """INSERT INTO account_routes (ig_id, workspace_id, account_id, app_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (ig_id) DO UPDATE SET app_id = excluded.app_id""",
        ig_id, workspace, account, app,
    )  # fmt: skip
