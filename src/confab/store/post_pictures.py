"""Pictures of posts: where Meta has them, and which object of ours shows them. Whoever shows a post shows the same one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confab.model.inbox import Viewer, WorkspaceId
from confab.model.media import MediaMode
from confab.store import paths
from confab.store.db import Conn, row, run
from confab.store.media import POST, Kept, Relayed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """Where Meta has a post's picture. `media_mode` is its account's own."""

    account_id: UUID
    source_url: str
    media_mode: MediaMode | None
    published_at: datetime | None
    product_type: str | None


async def name(conn: Conn, workspace: WorkspaceId, post: UUID, url: str, now: datetime) -> int:
    """Meta has the picture there: fetch it."""
    return await run(
        conn,
        """WITH named AS (
            UPDATE posts SET picture_source_url = $3, picture_error = NULL WHERE workspace_id = $1 AND id = $2
            RETURNING workspace_id, id, account_id
        )
        INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at, host)
        SELECT workspace_id, id, $4, account_id, $5, $6 FROM named
        ON CONFLICT (workspace_id, subject_id, position)
            DO UPDATE SET due_at = excluded.due_at, attempts = 0, error = NULL, host = excluded.host""",
        workspace, post, url, POST, now, paths.host(url),
    )  # fmt: skip


async def wanted(conn: Conn, workspace: WorkspaceId, post: UUID) -> Pictured | None:
    """Where Meta has the picture; None when nobody wants it any more."""
    return await row(
        conn,
        Pictured,
        """SELECT p.account_id, p.picture_source_url AS source_url, a.media_mode, p.published_at, p.product_type FROM posts p
        JOIN accounts a ON a.workspace_id = p.workspace_id AND a.id = p.account_id
        WHERE p.workspace_id = $1 AND p.id = $2 AND p.picture_source_url IS NOT NULL""",
        workspace, post,
    )  # fmt: skip


async def show(
    conn: Conn, workspace: WorkspaceId, post: UUID, *, used: str, digest: bytes | None, content_type: str, now: datetime
) -> int:
    """The post has this picture: our copy, or without a digest the one behind the link that was used."""
    ending = paths.ending(content_type, digest or paths.version(used))
    return await run(
        conn,
        """WITH before AS (SELECT picture_digest FROM posts WHERE workspace_id = $1 AND id = $2), unwanted AS (
            INSERT INTO media_removals (workspace_id, digest, due_at)
            SELECT $1, picture_digest, $5 FROM before WHERE picture_digest IS DISTINCT FROM $3 AND picture_digest IS NOT NULL
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0
        )
        UPDATE posts SET picture_digest = $3, picture_error = NULL, version = version + 1,
            picture_kept_at = CASE WHEN $3::bytea IS NOT NULL THEN $5::timestamptz END,
            picture_url = '/media/posts/' || account_id || '/' || id || $4
        WHERE workspace_id = $1 AND id = $2 AND picture_source_url = $6""",
        workspace, post, digest, ending, now, used,
    )  # fmt: skip


async def lose(conn: Conn, workspace: WorkspaceId, post: UUID, used: str, reason: str) -> int:
    """It cannot be had from there: what is kept stays, what was passed on is gone. 0 when Meta's link is another by now."""
    return await run(
        conn,
        """UPDATE posts SET picture_error = $4, picture_url = CASE WHEN picture_digest IS NOT NULL THEN picture_url END,
            version = version + 1
        WHERE workspace_id = $1 AND id = $2 AND picture_source_url = $3""",
        workspace, post, used, reason,
    )  # fmt: skip


async def let_go(conn: Conn, workspace: WorkspaceId, account: UUID, now: datetime) -> list[UUID]:
    """The account keeps nothing any more: its posts' pictures are passed on. Those that changed."""
    found = await conn.fetch(
        """WITH kept AS (
            SELECT id, picture_digest FROM posts WHERE workspace_id = $1 AND account_id = $2 AND picture_digest IS NOT NULL
        ), unwanted AS (
            INSERT INTO media_removals (workspace_id, digest, due_at)
            SELECT DISTINCT $1::uuid, picture_digest, $3::timestamptz FROM kept
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0
        )
        UPDATE posts p SET picture_digest = NULL, picture_kept_at = NULL, version = version + 1 FROM kept
        WHERE p.workspace_id = $1 AND p.id = kept.id RETURNING p.id""",
        workspace, account, now,
    )  # fmt: skip
    return [record["id"] for record in found]


async def keep(conn: Conn, workspace: WorkspaceId, account: UUID, now: datetime) -> int:
    """The account keeps files from now on: pictures that were passed on are read again, and kept."""
    return await run(
        conn,
        """INSERT INTO post_fetches (workspace_id, post_id, due_at)
        SELECT workspace_id, id, $3 FROM posts
        WHERE workspace_id = $1 AND account_id = $2 AND picture_digest IS NULL AND picture_source_url IS NOT NULL
        ON CONFLICT DO NOTHING""",
        workspace, account, now,
    )  # fmt: skip


async def for_viewer(conn: Conn, viewer: Viewer, account: UUID, post: UUID) -> Kept | Relayed | None:
    """The picture of a post of the viewer's workspace: our copy, or where to have it from."""
    kept = await row(
        conn,
        Kept,
        """SELECT o.digest, o.content_type, o.size_bytes, o.width, o.height, o.duration_ms, o.placeholder, o.has_thumbnail
        FROM posts p JOIN media_objects o ON o.workspace_id = p.workspace_id AND o.digest = p.picture_digest
        WHERE p.workspace_id = $1 AND p.id = $3 AND p.account_id = $2""",
        viewer.workspace_id, account, post,
    )  # fmt: skip
    if kept is not None:
        return kept
    return await row(
        conn,
        Relayed,
        """SELECT picture_source_url AS source_url, NULL::text AS content_type, false AS is_voice FROM posts
        WHERE workspace_id = $1 AND id = $3 AND account_id = $2 AND picture_digest IS NULL AND picture_url IS NOT NULL
            AND picture_source_url IS NOT NULL""",
        viewer.workspace_id, account, post,
    )  # fmt: skip


async def forget(conn: Conn, before: datetime, reason: str, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Copies of posts' pictures that are kept since before leave; (workspace, post) of those. Index: posts_kept."""
    found = await conn.fetch(
        """WITH old AS (
            SELECT workspace_id, id, picture_digest FROM posts
            WHERE picture_digest IS NOT NULL AND picture_kept_at < $1 ORDER BY picture_kept_at LIMIT $4 FOR NO KEY UPDATE
        ), unwanted AS (
            INSERT INTO media_removals (workspace_id, digest, due_at)
            SELECT DISTINCT workspace_id, picture_digest, $3::timestamptz FROM old
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0
        )
        UPDATE posts p SET picture_digest = NULL, picture_kept_at = NULL, picture_url = NULL, picture_error = $2,
            version = p.version + 1
        FROM old WHERE p.workspace_id = old.workspace_id AND p.id = old.id RETURNING p.workspace_id, p.id""",
        before, reason, now, limit,
    )  # fmt: skip
    return [(record["workspace_id"], record["id"]) for record in found]
