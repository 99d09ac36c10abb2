"""Posts: what Instagram says of them. Comments stand under them, and insights count what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from confab.errors import NotFound
from confab.model.comments import CommentError, Post
from confab.model.inbox import AccountId, AccountRef, Viewer, WorkspaceId
from confab.store.db import Conn, Record, row, rows, run
from confab.store.media import POST


@dataclass(slots=True, kw_only=True)
class PostRow:
    """A post under lock."""

    workspace_id: UUID
    id: UUID
    account_id: UUID
    ig_id: str
    is_own: bool | None
    product_type: str | None
    media_type: str | None
    caption: str | None
    permalink: str | None
    owner_username: str | None
    published_at: datetime | None
    comments_enabled: bool | None
    comments_count: int | None
    ended_at: datetime | None
    read_at: datetime | None
    refused: str | None
    picture_source_url: str | None
    picture_url: str | None
    picture_digest: bytes | None
    picture_error: str | None
    pending: str | None
    error_code: str | None
    error_message: str | None
    last_comment_at: datetime | None
    synced_at: datetime | None


_VIEW: LiteralString = """
    SELECT p.workspace_id, p.id, p.ig_id, p.account_id, a.ig_id AS account_ig_id, a.username, p.is_own, p.product_type,
        p.media_type, p.caption, p.permalink, p.owner_username, p.published_at, p.comments_enabled, p.comments_count, p.ended_at,
        p.picture_url, p.refused, p.pending, p.error_code, p.error_message, p.last_comment_at, p.version
    FROM posts p JOIN accounts a ON a.workspace_id = p.workspace_id AND a.id = p.account_id
"""
_ROW: LiteralString = """workspace_id, id, account_id, ig_id, is_own, product_type, media_type, caption, permalink,
    owner_username, published_at, comments_enabled, comments_count, ended_at, read_at, refused, picture_source_url, picture_url,
    picture_digest, picture_error, pending, error_code, error_message, last_comment_at, synced_at"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """A post that a comment or a reading names."""

    workspace_id: UUID
    id: UUID
    account_id: UUID
    ig_id: str
    product_type: str | None
    last_comment_at: datetime | None


async def meet(conn: Conn, named: Sequence[NewPost], now: datetime) -> list[tuple[WorkspaceId, Post]]:
    """Posts under which something was said: new ones are read at Instagram, once. Those that are new, or newer than before."""
    if not named:
        return []
    ordered = sorted(named, key=lambda one: (one.workspace_id, one.account_id, one.ig_id))
    found = await conn.fetch(
        """WITH met AS (
            INSERT INTO posts AS p (workspace_id, id, account_id, ig_id, product_type, last_comment_at)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[])
            ON CONFLICT (workspace_id, account_id, ig_id) DO UPDATE
                SET last_comment_at = excluded.last_comment_at, version = p.version + 1
                WHERE p.last_comment_at IS NULL OR excluded.last_comment_at > p.last_comment_at
            RETURNING workspace_id, id, read_at IS NULL AND refused IS NULL AS is_unread
        ), due AS (
            INSERT INTO post_fetches (workspace_id, post_id, due_at) SELECT workspace_id, id, $7 FROM met WHERE is_unread
            ON CONFLICT DO NOTHING
        )
        SELECT workspace_id, id FROM met""",
        [one.workspace_id for one in ordered],
        [one.id for one in ordered],
        [one.account_id for one in ordered],
        [one.ig_id for one in ordered],
        [one.product_type for one in ordered],
        [one.last_comment_at for one in ordered],
        now,
    )
    return await by_ids(conn, [(record["workspace_id"], record["id"]) for record in found])


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A post of the account's own as Instagram lists it. `picture_source_url`: where it has its picture; None: none is shown."""

    id: UUID
    ig_id: str
    product_type: str
    caption: str | None
    permalink: str | None
    published_at: datetime
    picture_source_url: str | None


async def list_up(conn: Conn, workspace: WorkspaceId, account: UUID, listed: Sequence[Published], now: datetime) -> list[UUID]:
    """Note what the account published, and have pictures fetched that are not here. Those that are new or different."""
    ordered = sorted({one.ig_id: one for one in listed}.values(), key=lambda one: one.ig_id)
    found = await conn.fetch(
        """WITH listed AS (
            INSERT INTO posts AS p (workspace_id, account_id, is_own, id, ig_id, product_type, caption, permalink, published_at,
                picture_source_url)
            SELECT $1, $2, true, * FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
                $9::text[])
            ON CONFLICT (workspace_id, account_id, ig_id) DO UPDATE
            SET is_own = true, product_type = coalesce(p.product_type, excluded.product_type), caption = excluded.caption,
                permalink = excluded.permalink, published_at = excluded.published_at, version = p.version + 1,
                picture_source_url = coalesce(excluded.picture_source_url, p.picture_source_url)
            WHERE (p.is_own, p.caption, p.permalink, p.published_at)
                    IS DISTINCT FROM (true, excluded.caption, excluded.permalink, excluded.published_at)
                OR (p.picture_digest IS NULL AND excluded.picture_source_url <> coalesce(p.picture_source_url, ''))
            RETURNING id, picture_source_url, picture_digest, picture_url
        ), due AS (
            INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at, host)
            SELECT $1, id, $10, $2, $11, split_part(picture_source_url, '/', 3) FROM listed
            WHERE picture_digest IS NULL AND picture_url IS NULL AND picture_source_url IS NOT NULL
            ON CONFLICT (workspace_id, subject_id, position)
                DO UPDATE SET due_at = excluded.due_at, attempts = 0, error = NULL, host = excluded.host
        )
        SELECT id FROM listed""",
        workspace, account, [one.id for one in ordered], [one.ig_id for one in ordered],
        [one.product_type for one in ordered], [one.caption for one in ordered], [one.permalink for one in ordered],
        [one.published_at for one in ordered], [one.picture_source_url for one in ordered], POST, now,
    )  # fmt: skip
    return [record["id"] for record in found]


async def by_ids(conn: Conn, wanted: Sequence[tuple[UUID, UUID]]) -> list[tuple[WorkspaceId, Post]]:
    """Posts of (workspace, id) pairs as everybody sees them."""
    records = await conn.fetch(
        _VIEW + "WHERE (p.workspace_id, p.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        [workspace for workspace, _ in wanted],
        [post for _, post in wanted],
    )
    return [(WorkspaceId(record["workspace_id"]), _post(record)) for record in records]


async def get(conn: Conn, workspace: WorkspaceId, post: UUID) -> Post:
    """One post as everybody sees it. Raises NotFound also for somebody else's."""
    found = await by_ids(conn, [(workspace, post)])
    if not found:
        raise NotFound("There is no such post.")
    return found[0][1]


async def lock(conn: Conn, workspace: WorkspaceId, post: UUID) -> PostRow:
    """A post that stays as it is until the transaction ends. Raises NotFound."""
    found = await row(
        conn, PostRow, f"SELECT {_ROW} FROM posts WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE", workspace, post
    )
    if found is None:
        raise NotFound("There is no such post.")
    return found


async def of_media(conn: Conn, workspace: WorkspaceId, account: UUID, ig_id: str | None) -> PostRow | None:
    """A post by Meta's id, as it is."""
    return await row(
        conn,
        PostRow,
        f"SELECT {_ROW} FROM posts WHERE workspace_id = $1 AND account_id = $2 AND ig_id = $3",
        workspace, account, ig_id,
    )  # fmt: skip


async def write(conn: Conn, changed: PostRow) -> None:
    """Write what act, send and reading decide; the post is locked, and is newer than before."""
    await run(
        conn,
        """UPDATE posts SET is_own = $3, product_type = $4, media_type = $5, caption = $6, permalink = $7, owner_username = $8,
            published_at = $9, comments_enabled = $10, comments_count = $11, ended_at = $12, read_at = $13, refused = $14,
            pending = $15, error_code = $16, error_message = $17, version = version + 1
        WHERE workspace_id = $1 AND id = $2""",
        changed.workspace_id, changed.id, changed.is_own, changed.product_type, changed.media_type, changed.caption,
        changed.permalink, changed.owner_username, changed.published_at, changed.comments_enabled, changed.comments_count,
        changed.ended_at, changed.read_at, changed.refused, changed.pending, changed.error_code, changed.error_message,
    )  # fmt: skip


async def read_again(conn: Conn, workspace: WorkspaceId, post: UUID, due_at: datetime) -> None:
    """Read it at Instagram, at that time."""
    await run(
        conn,
        """INSERT INTO post_fetches (workspace_id, post_id, due_at) VALUES ($1, $2, $3)
        ON CONFLICT (workspace_id, post_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0, error = NULL""",
        workspace, post, due_at,
    )  # fmt: skip


async def page(
    conn: Conn, viewer: Viewer, *, accounts: Sequence[AccountId], before: tuple[datetime, UUID], limit: int
) -> list[Post]:
    """Posts that were talked under, the newest talk first. Index: posts_newest."""
    records = await conn.fetch(
        _VIEW + """WHERE p.workspace_id = $1 AND p.account_id = ANY($2::uuid[]) AND (p.last_comment_at, p.id) < ($3, $4)
        ORDER BY p.last_comment_at DESC NULLS LAST, p.id DESC LIMIT $5""",
        viewer.workspace_id, list(accounts), *before, limit,
    )  # fmt: skip
    return [_post(record) for record in records]


async def with_open(conn: Conn, viewer: Viewer, accounts: Sequence[AccountId], limit: int) -> list[tuple[Post, int]]:
    """Posts with comments that nobody has dealt with, the newest of those first, and how many. Index: comment_open alone."""
    records = await conn.fetch(
        """WITH waiting AS (
            SELECT account_id, media_ig_id, count(*) AS open, max(created_at) AS newest FROM comments
            WHERE workspace_id = $1 AND account_id = ANY($2::uuid[]) AND done_at IS NULL AND deleted_at IS NULL AND NOT is_own
                AND NOT is_archived
            GROUP BY account_id, media_ig_id ORDER BY newest DESC LIMIT $3
        )
        SELECT v.*, w.open FROM waiting w JOIN (""" + _VIEW + """) v ON v.workspace_id = $1 AND v.account_id = w.account_id
            AND v.ig_id = w.media_ig_id
        ORDER BY w.newest DESC, v.id DESC""",
        viewer.workspace_id, list(accounts), limit,
    )  # fmt: skip
    return [(_post(record), record["open"]) for record in records]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is known of a post that Instagram lists. `has_current`: something stands under it that is not archived."""

    id: UUID
    ig_id: str
    comments_count: int | None
    synced_at: datetime | None
    has_current: bool


async def compared(conn: Conn, workspace: WorkspaceId, account: UUID, ig_ids: Sequence[str]) -> Mapping[str, Compared]:
    """What is known of these posts, by Meta's ids. Indexes: the unique key, comment_post."""
    found = await rows(
        conn,
        Compared,
        """SELECT p.id, p.ig_id, p.comments_count, p.synced_at, EXISTS (
            SELECT FROM comments c WHERE c.workspace_id = $1 AND c.account_id = $2 AND c.media_ig_id = p.ig_id
                AND NOT c.is_archived
        ) AS has_current
        FROM posts p WHERE p.workspace_id = $1 AND p.account_id = $2 AND p.ig_id = ANY($3)""",
        workspace, account, list(ig_ids),
    )  # fmt: skip
    return {one.ig_id: one for one in found}


async def was_synced(conn: Conn, workspace: WorkspaceId, post: UUID, count: int | None, now: datetime) -> int:
    """All its comments were read when Instagram counted so many."""
    return await run(
        conn,
        """UPDATE posts SET synced_at = $4, comments_count = coalesce($3, comments_count), version = version + 1
        WHERE workspace_id = $1 AND id = $2""",
        workspace, post, count, now,
    )  # fmt: skip


def _post(record: Record) -> Post:
    return Post(
        id=record["id"], ig_id=record["ig_id"],
        account=AccountRef(id=record["account_id"], ig_id=record["account_ig_id"], username=record["username"]),
        is_own=record["is_own"], product_type=record["product_type"], media_type=record["media_type"], caption=record["caption"],
        permalink=record["permalink"], owner_username=record["owner_username"], published_at=record["published_at"],
        comments_enabled=record["comments_enabled"], comments_count=record["comments_count"], ended_at=record["ended_at"],
        picture_url=record["picture_url"], refused=record["refused"], pending=record["pending"],
        error=CommentError(code=record["error_code"], message=record["error_message"] or "") if record["error_code"] else None,
        last_comment_at=record["last_comment_at"], version=record["version"],
    )  # fmt: skip
