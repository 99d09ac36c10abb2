"""Access tokens as due rows: when each is to be renewed, and what came of it. Only the worker's door reads the token itself."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString

from confab.model.inbox import AccountId, AgentId, IgId, MetaAppId, Platform, WorkspaceId
from confab.store.db import Conn, row, rows, run

_SEALED: LiteralString = """
    SELECT i.workspace_id, i.account_id, a.ig_id, i.access_token, i.issued_at, i.expires_at, i.node_id, i.user_token,
        i.user_token_expires_at, i.due_at, i.error,
        (SELECT r.app_id FROM account_routes r WHERE r.ig_id = a.ig_id AND r.workspace_id = a.workspace_id) AS app_id
    FROM integrations i JOIN accounts a ON a.workspace_id = i.workspace_id AND a.id = i.account_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedToken:
    """An access token as it is stored, with its times.

    `due_at`: when it is renewed, None: never, because it is dead for the reason `error`. `app_id`: the Meta app it is of.
    """

    workspace_id: WorkspaceId
    account_id: AccountId
    ig_id: IgId
    access_token: bytes = field(repr=False)
    issued_at: datetime
    expires_at: datetime | None
    node_id: str | None
    user_token: bytes | None = field(repr=False)
    user_token_expires_at: datetime | None
    due_at: datetime | None
    error: str | None
    app_id: MetaAppId | None

    @property
    def ends_at(self) -> datetime | None:
        """When the link ends: a Page's token has no date, but the person's behind it has."""
        return self.user_token_expires_at if self.user_token is not None else self.expires_at

    @property
    def is_dead(self) -> bool:
        """Whether it is known that it can neither be used nor renewed."""
        return self.due_at is None and self.error is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How a login connected an account: all but its token. As the columns of `integrations`."""

    platform: Platform = "instagram"
    node_id: str | None = None
    scopes: list[str] | None = None
    user_id: AgentId | None = None
    scoped_id: str | None = None
    user_token: bytes | None = field(default=None, repr=False)
    user_token_expires_at: datetime | None = None


async def lock(conn: Conn, workspace: WorkspaceId, account: AccountId) -> None:
    """Until the transaction ends nobody renews or forgets the account's token. Comes before the account's own row."""
    await run(
        conn,
        "SELECT FROM integrations WHERE workspace_id = $1 AND account_id = $2 FOR NO KEY UPDATE",
        workspace, account,
    )  # fmt: skip


async def put(  # noqa: PLR0913 -- the columns of a row
    conn: Conn,
    workspace: WorkspaceId,
    account: AccountId,
    *,
    sealed: bytes,
    expires_at: datetime | None,
    link: Link,
    due_at: datetime,
    now: datetime,
) -> None:
    """Store the account's sealed token in place of the one before, to be renewed at `due_at`."""
    await run(
        conn,
        """INSERT INTO integrations (workspace_id, account_id, access_token, expires_at, issued_at, due_at, updated_at,
            platform, node_id, scopes, user_id, scoped_id, user_token, user_token_expires_at)
        VALUES ($1, $2, $3, $4, $6, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (workspace_id, account_id) DO UPDATE SET access_token = $3, expires_at = $4, issued_at = $6,
            refreshed_at = NULL, due_at = $5, attempts = 0, error = NULL, updated_at = $6, mending_until = NULL,
            platform = $7, node_id = $8, scopes = $9, user_id = $10, scoped_id = $11, user_token = $12,
            user_token_expires_at = $13, missing = NULL""",
        workspace, account, sealed, expires_at, due_at, now, link.platform, link.node_id, link.scopes, link.user_id,
        link.scoped_id, link.user_token, link.user_token_expires_at,
    )  # fmt: skip


async def get(conn: Conn, workspace: WorkspaceId, account: AccountId) -> SealedToken | None:
    """The account's token, for the vault to open; None without one, or when it was disconnected."""
    return await row(
        conn,
        SealedToken,
        _SEALED + "WHERE i.workspace_id = $1 AND i.account_id = $2 AND a.disconnected_at IS NULL",
        workspace, account,
    )  # fmt: skip


async def of_left(conn: Conn, workspace: WorkspaceId, account: AccountId) -> SealedToken | None:
    """The token of an account that was disconnected, to say farewell with."""
    return await row(conn, SealedToken, _SEALED + "WHERE i.workspace_id = $1 AND i.account_id = $2", workspace, account)


async def forget(conn: Conn, workspace: WorkspaceId, account: AccountId) -> None:
    """The account has no token any more."""
    await run(conn, "DELETE FROM integrations WHERE workspace_id = $1 AND account_id = $2", workspace, account)


async def set_missing(conn: Conn, workspace: WorkspaceId, account: AccountId, missing: list[str]) -> None:
    """What a test of each permission found not to work, a sentence each."""
    await run(
        conn,
        "UPDATE integrations SET missing = $3 WHERE workspace_id = $1 AND account_id = $2",
        workspace, account, missing,
    )  # fmt: skip


async def every(conn: Conn) -> list[SealedToken]:
    """Every token under lock, in the order of their keys. Across workspaces: for renewing the encryption."""
    return await rows(conn, SealedToken, _SEALED + "ORDER BY 1, 2 FOR NO KEY UPDATE OF i")


async def reseal(conn: Conn, workspace: WorkspaceId, account: AccountId, sealed: bytes, user_token: bytes | None = None) -> None:
    """Replace a token, and that of the person behind it, by itself under another key."""
    await run(
        conn,
        "UPDATE integrations SET access_token = $3, user_token = $4 WHERE workspace_id = $1 AND account_id = $2",
        workspace, account, sealed, user_token,
    )  # fmt: skip


async def renewed(  # noqa: PLR0913 -- the columns of a row
    conn: Conn, before: SealedToken, *, sealed: bytes, expires_at: datetime | None, due_at: datetime, now: datetime,
    user_token: bytes | None = None, user_token_expires_at: datetime | None = None,
) -> bool:  # fmt: skip
    """Put the renewed token in the place of the one that was renewed; False when somebody has put another there meanwhile."""
    changed = await run(
        conn,
        """UPDATE integrations SET access_token = $4, issued_at = $7, refreshed_at = $7, updated_at = $7, expires_at = $5,
            due_at = $6, attempts = 0, error = NULL, mending_until = NULL, user_token = coalesce($8, user_token),
            user_token_expires_at = CASE WHEN $8::bytea IS NULL THEN user_token_expires_at ELSE $9 END
        WHERE workspace_id = $1 AND account_id = $2 AND access_token = $3""",
        before.workspace_id, before.account_id, before.access_token, sealed, expires_at, due_at, now, user_token,
        user_token_expires_at,
    )  # fmt: skip
    return changed > 0


async def put_off(conn: Conn, of: SealedToken, due_at: datetime | None, error: str | None) -> int:
    """Look at this very token again then (None: never), and why."""
    return await run(
        conn,
        """UPDATE integrations SET due_at = $4, attempts = 0, error = $5
        WHERE workspace_id = $1 AND account_id = $2 AND access_token = $3""",
        of.workspace_id, of.account_id, of.access_token, due_at, error,
    )  # fmt: skip


async def renew_soon(conn: Conn, of: SealedToken, now: datetime) -> bool:
    """This very token is renewed at once, where its turn would come later; False when it is being renewed."""
    changed = await run(
        conn,
        """UPDATE integrations SET due_at = $4
        WHERE workspace_id = $1 AND account_id = $2 AND access_token = $3 AND attempts = 0 AND error IS NULL AND due_at > $4""",
        of.workspace_id, of.account_id, of.access_token, now,
    )  # fmt: skip
    return changed > 0


async def begin_mending(conn: Conn, of: SealedToken, until: datetime, now: datetime) -> bool:
    """Find out about this very token, alone among all workers until then; False while another does."""
    changed = await run(
        conn,
        """UPDATE integrations SET mending_until = $4
        WHERE workspace_id = $1 AND account_id = $2 AND access_token = $3 AND (mending_until IS NULL OR mending_until <= $5)""",
        of.workspace_id, of.account_id, of.access_token, until, now,
    )  # fmt: skip
    return changed > 0


async def end_mending(conn: Conn, of: SealedToken, until: datetime) -> int:
    """What begun until then is over."""
    return await run(
        conn,
        "UPDATE integrations SET mending_until = NULL WHERE workspace_id = $1 AND account_id = $2 AND mending_until = $3",
        of.workspace_id, of.account_id, until,
    )  # fmt: skip


async def make_due(conn: Conn, before: datetime, now: datetime) -> int:
    """Every token that ends before then, and is given out for more than a day, is due at once; how many. Across workspaces."""
    return await run(
        conn,
        """UPDATE integrations SET due_at = $2 WHERE due_at > $2 AND due_at <> 'infinity'
            AND (CASE WHEN user_token IS NULL THEN expires_at ELSE user_token_expires_at END) < $1
            AND issued_at < $2 - interval '1 day'""",
        before, now,
    )  # fmt: skip
