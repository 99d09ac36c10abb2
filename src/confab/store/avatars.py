"""Participants' pictures: where Meta has them, and which object of ours shows them. The worker's: across workspaces."""

from datetime import datetime
from uuid import UUID

from confab.model.inbox import Viewer, WorkspaceId
from confab.store import paths
from confab.store.db import Conn, row, run
from confab.store.media import AVATAR, Kept


async def enqueue(conn: Conn, workspace: WorkspaceId, participant: UUID, url: str, now: datetime) -> int:
    """The profile names this picture: fetch it. One that waits already is fetched from the newer address."""
    return await run(
        conn,
        """WITH person AS (
            UPDATE participants SET avatar_source_url = $3, avatar_error = NULL
            WHERE workspace_id = $1 AND id = $2 RETURNING workspace_id, id, account_id
        )
        INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at)
        SELECT workspace_id, id, $4, account_id, $5 FROM person
        ON CONFLICT (workspace_id, subject_id, position) DO UPDATE SET due_at = excluded.due_at, attempts = 0, error = NULL""",
        workspace, participant, url, AVATAR, now,
    )  # fmt: skip


async def wanted(conn: Conn, workspace: WorkspaceId, participant: UUID) -> str | None:
    """Where Meta has the picture; None when nobody wants it any more."""
    return await conn.fetchval(
        "SELECT avatar_source_url FROM participants WHERE workspace_id = $1 AND id = $2", workspace, participant
    )


async def show(conn: Conn, workspace: WorkspaceId, participant: UUID, kept: Kept, now: datetime) -> UUID | None:
    """The participant has this picture now; the one before leaves storage by a job. The conversation that shows it."""
    return await conn.fetchval(
        """WITH before AS (
            SELECT avatar_digest FROM participants WHERE workspace_id = $1 AND id = $2
        ), person AS (
            UPDATE participants SET avatar_digest = $3, avatar_error = NULL,
                avatar_url = '/media/avatars/' || account_id || '/' || id || $4
            WHERE workspace_id = $1 AND id = $2 RETURNING workspace_id, id, account_id
        ), unwanted AS (
            INSERT INTO media_removals (workspace_id, digest, due_at)
            SELECT $1, avatar_digest, $5 FROM before WHERE avatar_digest <> $3
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0
        )
        UPDATE conversations c SET version = c.version + 1 FROM person p
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id RETURNING c.id""",
        workspace, participant, kept.digest, paths.ending(kept.content_type, kept.digest), now,
    )  # fmt: skip


async def settle(conn: Conn, workspace: WorkspaceId, participant: UUID, reason: str | None) -> int:
    """No picture comes by itself any more, for this reason."""
    return await run(
        conn, "UPDATE participants SET avatar_error = $3 WHERE workspace_id = $1 AND id = $2", workspace, participant, reason
    )


async def for_viewer(conn: Conn, viewer: Viewer, account: UUID, participant: UUID) -> Kept | None:
    """The picture of a participant of the viewer's workspace."""
    return await row(
        conn,
        Kept,
        """SELECT o.digest, o.content_type, o.size_bytes, o.width, o.height, o.duration_ms, o.placeholder, o.has_thumbnail
        FROM participants p JOIN media_objects o ON o.workspace_id = p.workspace_id AND o.digest = p.avatar_digest
        WHERE p.workspace_id = $1 AND p.id = $3 AND p.account_id = $2""",
        viewer.workspace_id, account, participant,
    )  # fmt: skip
