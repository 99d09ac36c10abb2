"""Comments, live comments and mentions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from confab.errors import NotFound
from confab.model.inbox import AccountId, AccountRef, Comment, CommentAuthor, CommentMedia, Viewer, WorkspaceId
from confab.store.db import Conn, Record, columns, row


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComment:
    """A comment as apply found it."""

    workspace_id: UUID
    id: UUID
    account_id: UUID
    comment_key: str
    ig_id: str | None
    kind: str
    media_ig_id: str | None
    media: dict[str, Any]  # a model CommentMedia as JSON
    parent_ig_id: str | None
    author_ig_id: str | None
    author_username: str | None
    text: str | None
    is_own: bool
    created_at: datetime
    delivery_id: UUID | None


_VIEW: LiteralString = """
    SELECT c.workspace_id, c.id, c.ig_id, c.account_id, a.ig_id AS account_ig_id, a.username, c.media, c.parent_ig_id,
        c.author_ig_id, c.author_username, c.text, c.kind, c.is_own, c.created_at, c.hidden, c.deleted_at, c.is_archived
    FROM comments c JOIN accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAnswer:
    """A comment that somebody wants to answer in private. `is_answered`: a private reply went out, or is about to."""

    account_id: UUID
    ig_id: str | None
    kind: str
    author_ig_id: str | None
    is_own: bool
    created_at: datetime
    deleted_at: datetime | None
    is_answered: bool


async def to_answer(conn: Conn, workspace: WorkspaceId, comment: UUID, besides: UUID | None) -> ToAnswer:
    """A comment under lock; the call `besides` does not count as an answer. Raises NotFound. Index: outbound_private_reply."""
    found = await row(
        conn,
        ToAnswer,
        """SELECT c.account_id, c.ig_id, c.kind, c.author_ig_id, c.is_own, c.created_at, c.deleted_at, EXISTS (
                SELECT FROM outbound_messages o WHERE o.workspace_id = $1 AND o.comment_id = $2
                    AND o.state NOT IN ('failed', 'discarded') AND o.id IS DISTINCT FROM $3
            ) AS is_answered
        FROM comments c WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE OF c""",
        workspace, comment, besides,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such comment.")
    return found


async def insert(conn: Conn, new: Sequence[NewComment]) -> dict[UUID, tuple[WorkspaceId, Comment]]:
    """Those that were not there before, by id; a repeat of a comment's key changes nothing."""
    names = (
        "workspace_id", "id", "account_id", "comment_key", "ig_id", "kind", "media_ig_id", "media", "parent_ig_id",
        "author_ig_id", "author_username", "text", "is_own", "created_at", "delivery_id",
    )  # fmt: skip
    inserted = await conn.fetch(
        """INSERT INTO comments (workspace_id, id, account_id, comment_key, ig_id, kind, media_ig_id, media, parent_ig_id,
            author_ig_id, author_username, text, is_own, created_at, delivery_id)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[],
            $9::text[], $10::text[], $11::text[], $12::text[], $13::boolean[], $14::timestamptz[], $15::uuid[])
        ON CONFLICT DO NOTHING RETURNING workspace_id, id""",
        *columns(new, names),
    )
    return await by_ids(conn, [(record["workspace_id"], record["id"]) for record in inserted])


async def by_ids(conn: Conn, ids: Sequence[tuple[UUID, UUID]]) -> dict[UUID, tuple[WorkspaceId, Comment]]:
    """Comments by id, of (workspace, id) pairs."""
    records = await conn.fetch(
        _VIEW + "WHERE (c.workspace_id, c.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        [workspace for workspace, _ in ids],
        [comment for _, comment in ids],
    )
    return {record["id"]: (WorkspaceId(record["workspace_id"]), _comment(record)) for record in records}


async def page(
    conn: Conn, viewer: Viewer, *, accounts: Sequence[AccountId], before: tuple[datetime, UUID], limit: int
) -> list[Comment]:
    """The newest `limit` comments of these accounts before a position, newest first: one range of comment_page each."""
    records = await conn.fetch(
        _VIEW
        + """JOIN (SELECT page.id FROM unnest($2::uuid[]) AS t (account_id) CROSS JOIN LATERAL (
            SELECT k.id, k.created_at FROM comments k
            WHERE k.workspace_id = $1 AND k.account_id = t.account_id AND (k.created_at, k.id) < ($3, $4)
            ORDER BY k.created_at DESC, k.id DESC LIMIT $5) page
            ORDER BY page.created_at DESC, page.id DESC LIMIT $5) wanted ON wanted.id = c.id
        WHERE c.workspace_id = $1 ORDER BY c.created_at DESC, c.id DESC""",
        viewer.workspace_id, list(accounts), *before, limit,
    )  # fmt: skip
    return [_comment(record) for record in records]


def _comment(record: Record) -> Comment:
    return Comment(
        id=record["id"], ig_id=record["ig_id"],
        account=AccountRef(id=record["account_id"], ig_id=record["account_ig_id"], username=record["username"]),
        media=msgspec.convert(record["media"], CommentMedia), parent_ig_id=record["parent_ig_id"],
        author=CommentAuthor(ig_id=record["author_ig_id"], username=record["author_username"]), text=record["text"],
        kind=record["kind"], is_own=record["is_own"], created_at=record["created_at"], hidden=record["hidden"],
        deleted_at=record["deleted_at"], is_archived=record["is_archived"],
    )  # fmt: skip
