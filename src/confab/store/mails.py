"""Mails to send: sealed until they are sent, and forgotten then."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.store.db import Conn, row, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A mail as it waits; `sealed` is None once it is too late to send it."""

    sealed: bytes | None = field(repr=False)
    expires_at: datetime


async def enqueue(
    conn: Conn, workspace: WorkspaceId, mail: UUID, purpose: str, sealed: bytes, *, expires_at: datetime, now: datetime
) -> None:
    """Have a mail sent at once; after `expires_at` it is of no use any more."""
    await run(
        conn,
        "INSERT INTO mails (workspace_id, id, purpose, sealed, expires_at, due_at) VALUES ($1, $2, $3, $4, $5, $6)",
        workspace, mail, purpose, sealed, expires_at, now,
    )  # fmt: skip


async def get(conn: Conn, workspace: WorkspaceId, mail: UUID) -> Waiting | None:
    """A mail that waits; None when it is gone."""
    return await row(
        conn, Waiting, "SELECT sealed, expires_at FROM mails WHERE workspace_id = $1 AND id = $2", workspace, mail
    )  # fmt: skip


async def blank(conn: Conn, workspace: WorkspaceId, mail: UUID) -> None:
    """It will not be sent: what it says is forgotten, that there was one is not."""
    await run(conn, "UPDATE mails SET sealed = NULL WHERE workspace_id = $1 AND id = $2", workspace, mail)
