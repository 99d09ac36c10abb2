"""Access tokens as due rows: when each is to be renewed, and what came of it. Only the worker's door reads the token itself."""

from dataclasses import dataclass, field
from datetime import datetime

from confab.model.inbox import AccountId, IgId, WorkspaceId
from confab.store.db import Conn, row, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A sealed token with its times."""

    workspace_id: WorkspaceId
    account_id: AccountId
    ig_id: IgId
    access_token: bytes = field(repr=False)
    issued_at: datetime
    expires_at: datetime | None


async def get(conn: Conn, workspace: WorkspaceId, account: AccountId) -> Kept | None:
    """The account's token under lock; None when it has none."""
    return await row(
        conn,
        Kept,
        """SELECT i.workspace_id, i.account_id, a.ig_id, i.access_token, i.issued_at, i.expires_at
        FROM integrations i JOIN accounts a ON a.workspace_id = i.workspace_id AND a.id = i.account_id
        WHERE i.workspace_id = $1 AND i.account_id = $2 FOR NO KEY UPDATE OF i""",
        workspace, account,
    )  # fmt: skip


async def renewed(
    conn: Conn, before: Kept, *, sealed: bytes, expires_at: datetime | None, due_at: datetime, now: datetime
) -> bool:
    """Put the renewed token in the place of the one that was renewed; False when somebody has put another there meanwhile."""
    changed = await run(
        conn,
        """UPDATE integrations SET access_token = $4, issued_at = $7, refreshed_at = $7, updated_at = $7, expires_at = $5,
            due_at = $6, attempts = 0, error = NULL
        WHERE workspace_id = $1 AND account_id = $2 AND access_token = $3""",
        before.workspace_id, before.account_id, before.access_token, sealed, expires_at, due_at, now,
    )  # fmt: skip
    return changed > 0


async def put_off(conn: Conn, of: Kept, due_at: datetime | None, error: str | None) -> int:
    """Look at this very token again then (None: never), and why."""
    return await run(
        conn,
        """UPDATE integrations SET due_at = $4, attempts = 0, error = $5
        WHERE workspace_id = $1 AND account_id = $2 AND access_token = $3""",
        of.workspace_id, of.account_id, of.access_token, due_at, error,
    )  # fmt: skip


async def make_due(conn: Conn, before: datetime, now: datetime) -> int:
    """Every token that ends before then, and is given out for more than a day, is due at once; how many. Across workspaces."""
    return await run(
        conn,
        """UPDATE integrations SET due_at = $2 WHERE due_at > $2 AND due_at <> 'infinity'
            AND expires_at < $1 AND issued_at < $2 - interval '1 day'""",
        before, now,
    )  # fmt: skip
