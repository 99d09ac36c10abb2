"""Comments, live comments and mentions: as Instagram told them, and what the team does with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from confab.errors import NotFound
from confab.model.comments import Comment, CommentAuthor, CommentError, CommentMedia, CommentNote
from confab.model.inbox import AccountRef, AgentRef, WorkspaceId
from confab.store.db import Conn, Record, columns, row, rows, run


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
    status: str | None = None
    client_key: str | None = None
    client_digest: bytes | None = None
    written_by: str | None = None


@dataclass(slots=True, kw_only=True)
class CommentRow:
    """A comment under lock: what act, send and reading decide about. `post_is_own` None: nobody has read the post yet."""

    workspace_id: UUID
    id: UUID
    account_id: UUID
    comment_key: str
    ig_id: str | None
    kind: str
    media_ig_id: str | None
    parent_ig_id: str | None
    author_ig_id: str | None
    author_username: str | None
    text: str | None
    is_own: bool
    created_at: datetime
    edited_at: datetime | None
    hidden: bool
    is_liked: bool
    deleted_at: datetime | None
    is_archived: bool
    done_at: datetime | None
    done_by: str | None
    is_done_by_answer: bool
    assignee_id: UUID | None
    labels: list[str]
    notes: list[dict[str, Any]]  # as in CommentNote
    status: str | None
    client_digest: bytes | None
    written_by: str | None
    pending: str | None
    error_code: str | None
    error_message: str | None
    looked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAnswer:
    """A comment that somebody wants to answer in private. `is_answered`: a private reply went out, or is about to.

    `ended_at`: of a broadcast, since when it is known to be over.
    """

    account_id: UUID
    ig_id: str | None
    kind: str
    author_ig_id: str | None
    is_own: bool
    created_at: datetime
    deleted_at: datetime | None
    is_answered: bool
    ended_at: datetime | None


VIEW: LiteralString = """
    SELECT c.workspace_id, c.id, c.ig_id, c.account_id, a.ig_id AS account_ig_id, a.username, p.id AS post_id, c.media,
        c.parent_ig_id, c.author_ig_id, c.author_username, c.text, c.kind, c.is_own, c.created_at, c.edited_at, c.hidden,
        c.is_liked, c.deleted_at, c.is_archived, c.done_at, c.done_by, c.assignee_id, g.name AS assignee_name, c.labels, c.notes,
        c.status, c.client_key, c.written_by, c.pending, c.error_code, c.error_message, c.version, (
            SELECT o.conversation_id FROM outbound_messages o WHERE o.workspace_id = c.workspace_id AND o.comment_id = c.id
                AND o.state NOT IN ('failed', 'discarded')) AS private_conversation_id
    FROM comments c JOIN accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
    LEFT JOIN posts p ON p.workspace_id = c.workspace_id AND p.account_id = c.account_id AND p.ig_id = c.media_ig_id
    LEFT JOIN agents g ON g.id = c.assignee_id
"""

_ROW: LiteralString = """workspace_id, id, account_id, comment_key, ig_id, kind, media_ig_id, parent_ig_id, author_ig_id,
    author_username, text, is_own, created_at, edited_at, hidden, is_liked, deleted_at, is_archived, done_at, done_by,
    is_done_by_answer, assignee_id, labels, notes, status, client_digest, written_by, pending, error_code, error_message,
    looked_at"""


async def account_of(conn: Conn, workspace: WorkspaceId, comment: UUID) -> UUID:
    """Whose post, or whom, it is about. Raises NotFound."""
    found = await conn.fetchval("SELECT account_id FROM comments WHERE workspace_id = $1 AND id = $2", workspace, comment)
    if found is None:
        raise NotFound("There is no such comment.")
    return found


async def to_answer(conn: Conn, workspace: WorkspaceId, comment: UUID, besides: UUID | None) -> ToAnswer:
    """A comment under lock; the call `besides` does not count as an answer. Raises NotFound. Index: outbound_private_reply."""
    found = await row(
        conn,
        ToAnswer,
        """SELECT c.account_id, c.ig_id, c.kind, c.author_ig_id, c.is_own, c.created_at, c.deleted_at, EXISTS (
                SELECT FROM outbound_messages o WHERE o.workspace_id = $1 AND o.comment_id = $2
                    AND o.state NOT IN ('failed', 'discarded') AND o.id IS DISTINCT FROM $3
            ) AS is_answered, (
                SELECT p.ended_at FROM posts p WHERE p.workspace_id = $1 AND p.account_id = c.account_id
                    AND p.ig_id = c.media_ig_id
            ) AS ended_at
        FROM comments c WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE OF c""",
        workspace, comment, besides,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such comment.")
    return found


async def insert(conn: Conn, new: Sequence[NewComment]) -> set[UUID]:
    """The ids of those that were not there before; a repeat of a comment's key changes nothing."""
    names = (
        "workspace_id", "id", "account_id", "comment_key", "ig_id", "kind", "media_ig_id", "media", "parent_ig_id",
        "author_ig_id", "author_username", "text", "is_own", "created_at", "delivery_id", "status", "client_key",
        "client_digest", "written_by",
    )  # fmt: skip
    inserted = await conn.fetch(
        """INSERT INTO comments (workspace_id, id, account_id, comment_key, ig_id, kind, media_ig_id, media, parent_ig_id,
            author_ig_id, author_username, text, is_own, created_at, delivery_id, status, client_key, client_digest, written_by)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[],
            $9::text[], $10::text[], $11::text[], $12::text[], $13::boolean[], $14::timestamptz[], $15::uuid[], $16::text[],
            $17::text[], $18::bytea[], $19::text[])
        ON CONFLICT DO NOTHING RETURNING id""",
        *columns(new, names),
    )
    return {record["id"] for record in inserted}


async def told(conn: Conn, again: Sequence[NewComment]) -> dict[tuple[UUID, str], UUID]:
    """Of these, which a webhook tells of for the first time because they had only been read until now: ids by account and key.

    Once: from then on the delivery is theirs.
    """
    records = await conn.fetch(
        """UPDATE comments c SET delivery_id = t.delivery_id
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[]) AS t (workspace_id, account_id, comment_key, delivery_id)
        WHERE c.workspace_id = t.workspace_id AND c.account_id = t.account_id AND c.comment_key = t.comment_key
            AND c.delivery_id IS NULL AND c.client_key IS NULL AND c.deleted_at IS NULL
        RETURNING c.account_id, c.comment_key, c.id""",
        *columns(again, ("workspace_id", "account_id", "comment_key", "delivery_id")),
    )
    return {(record["account_id"], record["comment_key"]): record["id"] for record in records}


async def by_ids(conn: Conn, wanted: Sequence[tuple[UUID, UUID]]) -> dict[UUID, tuple[WorkspaceId, Comment]]:
    """Comments of (workspace, id) pairs as everybody sees them, by id."""
    if not wanted:
        return {}
    records = await conn.fetch(
        VIEW + "WHERE (c.workspace_id, c.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        [workspace for workspace, _ in wanted],
        [comment for _, comment in wanted],
    )
    return {record["id"]: (WorkspaceId(record["workspace_id"]), shown(record)) for record in records}


async def get(conn: Conn, workspace: WorkspaceId, comment: UUID) -> Comment:
    """One comment as everybody sees it. Raises NotFound also for somebody else's."""
    found = await by_ids(conn, [(workspace, comment)])
    if comment not in found:
        raise NotFound("There is no such comment.")
    return found[comment][1]


async def lock(conn: Conn, workspace: WorkspaceId, comment: UUID) -> CommentRow:
    """A comment that stays as it is until the transaction ends. Raises NotFound."""
    found = await row(
        conn, CommentRow, f"SELECT {_ROW} FROM comments WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE", workspace, comment
    )
    if found is None:
        raise NotFound("There is no such comment.")
    return found


async def lock_keys(conn: Conn, workspace: WorkspaceId, account: UUID, keys: Sequence[str]) -> list[CommentRow]:
    """Those of the account with these keys, locked: what is answered before its answers, as everybody takes them."""
    return await rows(
        conn,
        CommentRow,
        f"""SELECT {_ROW} FROM comments WHERE workspace_id = $1 AND account_id = $2 AND comment_key = ANY($3)
        ORDER BY parent_ig_id IS NOT NULL, id FOR NO KEY UPDATE""",
        workspace, account, list(keys),
    )  # fmt: skip


async def by_client_key(conn: Conn, workspace: WorkspaceId, key: str) -> CommentRow | None:
    """What was written here under this key. Index: comment_client_key."""
    return await row(conn, CommentRow, f"SELECT {_ROW} FROM comments WHERE workspace_id = $1 AND client_key = $2", workspace, key)


async def write(conn: Conn, changed: CommentRow) -> None:
    """Write what act, send and reading decide; the comment is locked, and is newer than before."""
    await run(
        conn,
        """UPDATE comments SET comment_key = $3, ig_id = $4, kind = $5, parent_ig_id = $6, author_username = $7, text = $8,
            created_at = $9, edited_at = $10, hidden = $11, is_liked = $12, deleted_at = $13, is_archived = $14, done_at = $15,
            done_by = $16, assignee_id = $17, labels = $18, notes = $19, status = $20, pending = $21, error_code = $22,
            error_message = $23, looked_at = $24, is_done_by_answer = $25, version = version + 1
        WHERE workspace_id = $1 AND id = $2""",
        changed.workspace_id, changed.id, changed.comment_key, changed.ig_id, changed.kind, changed.parent_ig_id,
        changed.author_username, changed.text, changed.created_at, changed.edited_at, changed.hidden, changed.is_liked,
        changed.deleted_at, changed.is_archived, changed.done_at, changed.done_by, changed.assignee_id, changed.labels,
        changed.notes, changed.status, changed.pending, changed.error_code, changed.error_message, changed.looked_at,
        changed.is_done_by_answer,
    )  # fmt: skip


async def is_answered(conn: Conn, workspace: WorkspaceId, comment: UUID, besides: UUID) -> bool:
    """Whether an answer, public or private, stands or is about to; the call `besides` does not count.

    Indexes: comment_calls_comment, outbound_private_reply.
    """
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT FROM comment_calls WHERE workspace_id = $1 AND comment_id = $2 AND id <> $3
                    AND kind IN ('reply', 'mention_reply') AND state NOT IN ('failed', 'discarded'))
                OR EXISTS (SELECT FROM outbound_messages WHERE workspace_id = $1 AND comment_id = $2 AND id <> $3
                    AND state NOT IN ('failed', 'discarded'))""",
            workspace, comment, besides,
        )
    )  # fmt: skip


async def remove(conn: Conn, double: CommentRow) -> None:
    """A row that turned out to be another one's double is gone."""
    await run(conn, "DELETE FROM comment_looks WHERE workspace_id = $1 AND comment_id = $2", double.workspace_id, double.id)
    await run(conn, "DELETE FROM comments WHERE workspace_id = $1 AND id = $2", double.workspace_id, double.id)


async def reopen(conn: Conn, answered: Sequence[NewComment]) -> list[tuple[WorkspaceId, Comment]]:
    """Those above these new replies that are archived come back: somebody goes on talking. Index: the unique key."""
    found = await conn.fetch(
        """UPDATE comments c SET is_archived = false, version = version + 1
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (workspace_id, account_id, comment_key)
        WHERE c.workspace_id = t.workspace_id AND c.account_id = t.account_id AND c.comment_key = t.comment_key AND c.is_archived
        RETURNING c.workspace_id, c.id""",
        [one.workspace_id for one in answered],
        [one.account_id for one in answered],
        [one.parent_ig_id for one in answered],
    )
    return list((await by_ids(conn, [(record["workspace_id"], record["id"]) for record in found])).values())


async def become_mentions(conn: Conn, workspace: WorkspaceId, account: UUID, media_ig_id: str) -> list[Comment]:
    """The post is somebody else's: what stands under it are mentions. Those that were taken for comments. Rule K7."""
    found = await conn.fetch(
        """UPDATE comments SET kind = 'mention', version = version + 1
        WHERE workspace_id = $1 AND account_id = $2 AND media_ig_id = $3 AND kind = 'comment' AND NOT is_archived
        RETURNING id""",
        workspace, account, media_ig_id,
    )  # fmt: skip
    shown_ = await by_ids(conn, [(workspace, record["id"]) for record in found])
    return [comment for _, comment in shown_.values()]


_KNOWN: LiteralString = """id, comment_key, text, hidden, created_at, parent_ig_id, is_archived,
    deleted_at IS NOT NULL AS is_deleted, pending IS NOT NULL AS is_pending"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a comment that a reading of its post has to do with."""

    id: UUID
    comment_key: str
    text: str | None
    hidden: bool
    created_at: datetime
    parent_ig_id: str | None
    is_archived: bool
    is_deleted: bool
    is_pending: bool


async def open_and_known(
    conn: Conn, workspace: WorkspaceId, account: UUID, media_ig_id: str, *, read: Sequence[str], since: datetime, until: datetime
) -> list[Known]:
    """Of what a page shows (`read`) all that we have; and what is open here and should be there: of that time, or under it.

    Archived ones only as far as they were read. Indexes: the unique key, comment_post, comment_replies.
    """
    return await rows(
        conn,
        Known,
        f"""SELECT {_KNOWN} FROM comments WHERE workspace_id = $1 AND account_id = $2 AND comment_key = ANY($4)
        UNION
        SELECT {_KNOWN} FROM comments WHERE workspace_id = $1 AND account_id = $2 AND media_ig_id = $3 AND created_at >= $5
            AND created_at < $6 AND NOT is_archived AND deleted_at IS NULL AND ig_id IS NOT NULL AND parent_ig_id IS NULL
        UNION
        SELECT {_KNOWN} FROM comments WHERE workspace_id = $1 AND account_id = $2 AND parent_ig_id = ANY($4) AND NOT is_archived
            AND deleted_at IS NULL AND ig_id IS NOT NULL""",
        workspace, account, media_ig_id, list(read), since, until,
    )  # fmt: skip


async def below(conn: Conn, workspace: WorkspaceId, account: UUID, parent_ig_id: str) -> list[UUID]:
    """What hangs on a comment at Instagram and is not archived, as far as it is known to be there. Index: comment_replies."""
    records = await conn.fetch(
        """SELECT id FROM comments WHERE workspace_id = $1 AND account_id = $2 AND parent_ig_id = $3 AND deleted_at IS NULL
            AND ig_id IS NOT NULL AND NOT is_archived ORDER BY id""",
        workspace, account, parent_ig_id,
    )  # fmt: skip
    return [record["id"] for record in records]


async def look(conn: Conn, wanted: Sequence[tuple[UUID, UUID]], due_at: datetime, not_since: datetime) -> int:
    """Read these (workspace, id) again at Instagram, unless that was done, or asked for, after `not_since`. How many will be."""
    return await run(
        conn,
        """WITH due AS (
            UPDATE comments c SET looked_at = $3 FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, id)
            WHERE c.workspace_id = t.workspace_id AND c.id = t.id AND c.ig_id IS NOT NULL AND c.deleted_at IS NULL
                AND (c.looked_at IS NULL OR c.looked_at < $4)
            RETURNING c.workspace_id, c.id
        )
        INSERT INTO comment_looks (workspace_id, comment_id, due_at) SELECT workspace_id, id, $3 FROM due
        ON CONFLICT (workspace_id, comment_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        [workspace for workspace, _ in wanted],
        [comment for _, comment in wanted],
        due_at,
        not_since,
    )


def shown(record: Record) -> Comment:
    """A record of VIEW as everybody sees it."""
    assignee = record["assignee_name"]
    return Comment(
        id=record["id"], ig_id=record["ig_id"],
        account=AccountRef(id=record["account_id"], ig_id=record["account_ig_id"], username=record["username"]),
        post_id=record["post_id"], media=CommentMedia(**record["media"]), parent_ig_id=record["parent_ig_id"],
        author=CommentAuthor(ig_id=record["author_ig_id"], username=record["author_username"]), text=record["text"],
        kind=record["kind"], is_own=record["is_own"], created_at=record["created_at"], edited_at=record["edited_at"],
        hidden=record["hidden"], is_liked=record["is_liked"], deleted_at=record["deleted_at"], is_archived=record["is_archived"],
        done_at=record["done_at"], done_by=record["done_by"],
        assignee=AgentRef(id=record["assignee_id"], name=assignee) if assignee else None, labels=record["labels"],
        notes=msgspec.convert(record["notes"], list[CommentNote]) if record["notes"] else [], status=record["status"],
        client_key=record["client_key"],
        written_by=record["written_by"], pending=record["pending"],
        error=CommentError(code=record["error_code"], message=record["error_message"] or "") if record["error_code"] else None,
        private_conversation_id=record["private_conversation_id"], version=record["version"],
    )  # fmt: skip
