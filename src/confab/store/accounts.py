"""Accounts, and the routes that say whose an Instagram account is."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from confab.errors import NotFound
from confab.model.inbox import Account, AccountId, AgentId, IgId, MetaAppId, Viewer, WorkspaceId
from confab.model.media import MediaMode
from confab.store.db import Conn, row, rows, run

VIEW: LiteralString = """
    SELECT a.id, a.ig_id, a.username, a.name, a.human_agent, a.health, a.health_reason, a.media_mode,
        coalesce(i.user_token_expires_at, i.expires_at) AS token_expires_at, i.error AS token_error,
        a.complete_up_to, a.incomplete_reason, a.receiving, a.polling_since,
        a.restricted_until, a.restricted_reason, a.shows_indicators,
        a.connects_customers, a.acknowledges_every_s, a.version,
        a.is_development, a.disconnected_at, a.disconnected_by, a.erase_at, a.stopped_at, a.stopped_by,
        (SELECT w.stopped_at FROM workspaces w WHERE w.workspace_id = a.workspace_id) AS all_stopped_at,
        (SELECT w.stopped_by FROM workspaces w WHERE w.workspace_id = a.workspace_id) AS all_stopped_by,
        (SELECT m.name FROM account_routes r JOIN meta_apps m ON m.id = r.app_id
            WHERE r.ig_id = a.ig_id AND r.workspace_id = a.workspace_id) AS meta_app,
        i.platform, i.scopes, i.missing
    FROM accounts a LEFT JOIN integrations i ON i.workspace_id = a.workspace_id AND i.account_id = a.id
"""
"""An account as everybody sees it; a condition is to follow."""


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
    return await rows(conn, Account, VIEW + "WHERE a.workspace_id = $1 ORDER BY a.username, a.id", workspace)


async def for_workspace(conn: Conn, workspace: WorkspaceId, account: AccountId) -> Account:
    """One account. Raises NotFound also when it belongs to another workspace."""
    found = await row(conn, Account, VIEW + "WHERE a.workspace_id = $1 AND a.id = $2", workspace, account)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """An account as it is connected; `connected_by` None: by the command line or the environment.

    `owner_digest`: the SHA-256 of how Meta names its owner to the app; None: as it was known before.
    """

    ig_id: IgId
    username: str
    connected_by: AgentId | None
    is_development: bool
    owner_digest: bytes | None


async def put(conn: Conn, workspace: WorkspaceId, account: AccountId, new: New, now: datetime) -> None:
    """Create the account, or note how it is connected now and that its link is sound again."""
    await run(
        conn,
        """INSERT INTO accounts (workspace_id, id, ig_id, username, created_at, connected_by, is_development, owner_digest)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (workspace_id, id) DO UPDATE
        SET username = EXCLUDED.username, version = accounts.version + 1, connected_by = EXCLUDED.connected_by,
            is_development = EXCLUDED.is_development,
            owner_digest = coalesce(EXCLUDED.owner_digest, accounts.owner_digest),
            disconnected_at = NULL, disconnected_by = NULL, erase_at = NULL,
            health = CASE WHEN accounts.health = 'reconnect' THEN 'ok' ELSE accounts.health END,
            health_reason = CASE WHEN accounts.health = 'reconnect' THEN NULL ELSE accounts.health_reason END""",
        workspace, account, new.ig_id, new.username, now, new.connected_by, new.is_development, new.owner_digest,
    )  # fmt: skip


async def named(conn: Conn, workspace: WorkspaceId, ig_id: IgId) -> AccountId | None:
    """The workspace's account of this name at Meta, connected or not."""
    return await conn.fetchval("SELECT id FROM accounts WHERE workspace_id = $1 AND ig_id = $2", workspace, ig_id)


async def drop_route(conn: Conn, workspace: WorkspaceId, account: AccountId) -> None:
    """What comes for the account belongs to nobody from now on."""
    await run(conn, "DELETE FROM account_routes WHERE workspace_id = $1 AND account_id = $2", workspace, account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """How an account leaves; `by` None: its owner removed the app at Instagram. `gives_way`: to an account that is no
    development account, and may come back.
    """

    erase_at: datetime
    reason: str
    by: str | None
    gives_way: bool = False


async def leave(conn: Conn, workspace: WorkspaceId, account: AccountId, how: Leaving, now: datetime) -> bool:
    """The account is disconnected; False when it already was, or is not there."""
    changed = await run(
        conn,
        """UPDATE accounts SET disconnected_at = $3, erase_at = $4, health = 'reconnect', health_reason = $5,
            disconnected_by = $6, is_development = is_development AND $7, version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND disconnected_at IS NULL""",
        workspace, account, now, how.erase_at, how.reason, how.by, how.gives_way,
    )  # fmt: skip
    return changed > 0


async def development(conn: Conn, workspace: WorkspaceId) -> list[AccountId]:
    """The development accounts that are connected."""
    found = await conn.fetch(
        "SELECT id FROM accounts WHERE workspace_id = $1 AND is_development AND disconnected_at IS NULL", workspace
    )
    return [AccountId(record["id"]) for record in found]


async def was_left_for_good(conn: Conn, workspace: WorkspaceId, ig_id: IgId) -> bool:
    """Whether a person disconnected this account, rather than another taking its place as a development account."""
    return await conn.fetchval(
        """SELECT EXISTS (SELECT FROM accounts WHERE workspace_id = $1 AND ig_id = $2 AND disconnected_at IS NOT NULL
            AND NOT is_development)""",
        workspace, ig_id,
    )  # fmt: skip


async def is_any_connected(conn: Conn) -> bool:
    """Whether there is an account that is connected and no development account. Across workspaces."""
    return await conn.fetchval("SELECT EXISTS (SELECT FROM accounts WHERE disconnected_at IS NULL AND NOT is_development)")


async def is_erased(conn: Conn, workspace: WorkspaceId, account: AccountId) -> None:
    """Nothing of it is left but its name and its settings."""
    await run(
        conn,
        """UPDATE accounts SET erase_at = NULL, complete_up_to = NULL, incomplete_reason = NULL, receiving = 'webhooks',
            polling_since = NULL, owner_digest = NULL, version = version + 1
        WHERE workspace_id = $1 AND id = $2""",
        workspace, account,
    )  # fmt: skip


async def stop(conn: Conn, workspace: WorkspaceId, account: AccountId, by: str | None, now: datetime) -> bool:
    """A person stops the account's sending, or lets it go on (None); False when it already was so, or is not there."""
    changed = await run(
        conn,
        """UPDATE accounts SET stopped_at = CASE WHEN $3::text IS NULL THEN NULL ELSE $4::timestamptz END, stopped_by = $3,
            version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND (stopped_by IS NULL) <> ($3::text IS NULL)""",
        workspace, account, by, now,
    )  # fmt: skip
    return changed > 0


async def stop_all(conn: Conn, workspace: WorkspaceId, by: str | None, now: datetime) -> bool:
    """A person stops all sending of the workspace, or lets it go on (None); False when it already was so."""
    changed = await run(
        conn,
        """UPDATE workspaces SET stopped_at = CASE WHEN $2::text IS NULL THEN NULL ELSE $3::timestamptz END, stopped_by = $2
        WHERE workspace_id = $1 AND (stopped_by IS NULL) <> ($2::text IS NULL)""",
        workspace, by, now,
    )  # fmt: skip
    if changed:
        await run(conn, "UPDATE accounts SET version = version + 1 WHERE workspace_id = $1", workspace)
    return changed > 0


async def let_go_on(conn: Conn, workspace: WorkspaceId, accounts: list[AccountId], now: datetime) -> int:
    """What waited because people had stopped it is due at once; how many messages."""
    await run(
        conn,
        """UPDATE comment_calls SET due_at = $3
        WHERE workspace_id = $1 AND account_id = ANY($2::uuid[]) AND state = 'queued' AND due_at > $3
            AND error_code = 'sending_stopped'""",
        workspace, accounts, now,
    )  # fmt: skip
    return await run(
        conn,
        """UPDATE outbound_messages SET due_at = $3
        WHERE workspace_id = $1 AND account_id = ANY($2::uuid[]) AND state = 'queued' AND due_at > $3
            AND error_code = 'sending_stopped'""",
        workspace, accounts, now,
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
