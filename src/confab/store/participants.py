"""Participants and the profiles we read of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confab.errors import NotFound
from confab.model.inbox import WorkspaceId
from confab.store.db import Conn, row, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom to ask for, and on whose behalf."""

    account_id: UUID
    igsid: str


async def get(conn: Conn, workspace: WorkspaceId, participant: UUID) -> Known:
    """A participant by id."""
    found = await row(
        conn,
        Known,
        "SELECT account_id, igsid FROM participants WHERE workspace_id = $1 AND id = $2",
        workspace,
        participant,
    )
    if found is None:
        raise NotFound("There is no such participant.")
    return found


async def write_profile(
    conn: Conn,
    workspace: WorkspaceId,
    participant: UUID,
    *,
    username: str | None,
    name: str | None,
    follower_count: int | None,
) -> UUID | None:
    """Keep what Meta told; the conversation that shows it, with its version raised. What Meta left out stays as it was."""
    return await conn.fetchval(
        """WITH person AS (
            UPDATE participants SET username = coalesce($3, username), name = coalesce($4, name),
                follower_count = coalesce($5, follower_count)
            WHERE workspace_id = $1 AND id = $2 RETURNING workspace_id, id, account_id
        )
        UPDATE conversations c SET version = c.version + 1 FROM person p
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id RETURNING c.id""",
        workspace, participant, username, name, follower_count,
    )  # fmt: skip


async def ask_again(conn: Conn, people: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """Who has written may be asked for at Meta again, where they were refused before (rule P3). Across workspaces."""
    await conn.execute(
        """UPDATE profile_fetches SET state = 'due', due_at = $3 WHERE state = 'waiting'
            AND (workspace_id, participant_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))""",
        [workspace for workspace, _ in people],
        [participant for _, participant in people],
        now,
    )


async def settle_fetch(conn: Conn, workspace: WorkspaceId, participant: UUID, attempts: int, *, state: str, error: str) -> int:
    """The fetch is over for now: `waiting` for the participant's next message, or dead."""
    return await run(
        conn,
        """UPDATE profile_fetches SET state = $4, error = $5, attempts = 0
        WHERE workspace_id = $1 AND participant_id = $2 AND attempts = $3""",
        workspace, participant, attempts, state, error,
    )  # fmt: skip
