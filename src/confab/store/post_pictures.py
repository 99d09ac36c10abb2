"""Pictures of an account's posts, for its insights: where Meta has them, and which object of ours shows them."""

from datetime import datetime
from uuid import UUID

from confab.model.inbox import Viewer, WorkspaceId
from confab.store.avatars import Pictured
from confab.store.db import Conn, row, run
from confab.store.media import Kept, Relayed


async def wanted(conn: Conn, workspace: WorkspaceId, post: UUID) -> Pictured | None:
    """Where Meta has the picture; None when nobody wants it any more."""
    return await row(
        conn,
        Pictured,
        """SELECT m.account_id, m.picture_url AS source_url, a.media_mode FROM insight_media m
        JOIN accounts a ON a.workspace_id = m.workspace_id AND a.id = m.account_id
        WHERE m.workspace_id = $1 AND m.id = $2 AND m.picture_url IS NOT NULL""",
        workspace, post,
    )  # fmt: skip


async def show(conn: Conn, workspace: WorkspaceId, post: UUID, digest: bytes) -> int:
    """The post has this picture now."""
    return await run(
        conn, "UPDATE insight_media SET picture_digest = $3 WHERE workspace_id = $1 AND id = $2", workspace, post, digest
    )


async def let_go(conn: Conn, workspace: WorkspaceId, account: UUID, now: datetime) -> int:
    """The account keeps no copies any more: its posts' leave storage."""
    return await run(
        conn,
        """WITH kept AS (
            SELECT id, picture_digest FROM insight_media
            WHERE workspace_id = $1 AND account_id = $2 AND picture_digest IS NOT NULL FOR NO KEY UPDATE
        ), gone AS (
            UPDATE insight_media m SET picture_digest = NULL FROM kept WHERE m.workspace_id = $1 AND m.id = kept.id)
        INSERT INTO media_removals (workspace_id, digest, due_at)
        SELECT DISTINCT $1::uuid, picture_digest, $3::timestamptz FROM kept
        ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        workspace, account, now,
    )  # fmt: skip


async def forget(conn: Conn, before: datetime, now: datetime, limit: int) -> int:
    """Copies of at most so many posts that were published before are not kept any longer. Across workspaces."""
    return await run(
        conn,
        """WITH old AS (
            SELECT workspace_id, id, picture_digest FROM insight_media
            WHERE picture_digest IS NOT NULL AND published_at < $1 LIMIT $3 FOR NO KEY UPDATE
        ), gone AS (
            UPDATE insight_media m SET picture_digest = NULL, picture_url = NULL FROM old
            WHERE m.workspace_id = old.workspace_id AND m.id = old.id)
        INSERT INTO media_removals (workspace_id, digest, due_at)
        SELECT DISTINCT workspace_id, picture_digest, $2::timestamptz FROM old
        ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        before, now, limit,
    )  # fmt: skip


async def for_viewer(conn: Conn, viewer: Viewer, post: UUID) -> Kept | None:
    """Our copy of the picture of a post of the viewer's workspace."""
    return await row(
        conn,
        Kept,
        """SELECT o.digest, o.content_type, o.size_bytes, o.width, o.height, o.duration_ms, o.placeholder, o.has_thumbnail
        FROM insight_media m JOIN media_objects o ON o.workspace_id = m.workspace_id AND o.digest = m.picture_digest
        WHERE m.workspace_id = $1 AND m.id = $2""",
        viewer.workspace_id, post,
    )  # fmt: skip


async def relayed_for_viewer(conn: Conn, viewer: Viewer, post: UUID) -> Relayed | None:
    """Where to have the picture from, of a post of an account that keeps no copies."""
    return await row(
        conn,
        Relayed,
        """SELECT m.picture_url AS source_url, NULL::text AS content_type, false AS is_voice FROM insight_media m
        JOIN accounts a ON a.workspace_id = m.workspace_id AND a.id = m.account_id
        WHERE m.workspace_id = $1 AND m.id = $2 AND m.picture_digest IS NULL AND m.picture_url IS NOT NULL
            AND a.media_mode_now = 'reference'""",
        viewer.workspace_id, post,
    )  # fmt: skip
