"""Comments and posts as lists, for whoever looks: each a range of an index, whatever else there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, LiteralString
from uuid import UUID

from confab.model.comments import Comment
from confab.model.inbox import AccountId, Viewer
from confab.store.comments import VIEW, shown
from confab.store.db import Conn

CommentView = Literal["all", "open", "mine", "unassigned", "done", "hidden", "mentions"]
_MOST_COUNTED = 1000

_OPEN: LiteralString = "k.done_at IS NULL AND k.deleted_at IS NULL AND NOT k.is_own AND NOT k.is_archived"
_CONDITIONS: dict[CommentView, LiteralString] = {
    "all": "NOT k.is_archived AND NOT (k.is_own AND k.parent_ig_id IS NOT NULL)",
    "open": _OPEN,
    "mine": _OPEN + " AND k.assignee_id = $6",
    "unassigned": _OPEN + " AND k.assignee_id IS NULL",
    "done": "k.done_at IS NOT NULL AND NOT k.is_archived",
    "hidden": "k.hidden AND k.deleted_at IS NULL AND NOT k.is_archived",
    "mentions": "k.kind = 'mention' AND NOT k.is_archived",
}
_PAGE: LiteralString = """JOIN (SELECT page.id FROM unnest($2::uuid[]) AS t (account_id) CROSS JOIN LATERAL (
        SELECT k.id, k.created_at FROM comments k
        WHERE k.workspace_id = $1 AND k.account_id = t.account_id AND (k.created_at, k.id) < ($3, $4){condition}
        ORDER BY k.created_at DESC, k.id DESC LIMIT $5) page
        ORDER BY page.created_at DESC, page.id DESC LIMIT $5) wanted ON wanted.id = c.id
    WHERE c.workspace_id = $1 AND $6::uuid IS NOT DISTINCT FROM $6 AND $7::text IS NOT DISTINCT FROM $7
    ORDER BY c.created_at DESC, c.id DESC"""
_OF: dict[str, LiteralString] = {"": "", "post": " AND k.media_ig_id = $7", "author": " AND k.author_ig_id = $7"}

_ALL: dict[CommentView | None, LiteralString] = {**_CONDITIONS, None: "true"}
_STATEMENTS: dict[tuple[CommentView | None, str], LiteralString] = {
    (view, of): VIEW + _PAGE.replace("{condition}", " AND " + condition + more)
    for view, condition in _ALL.items()
    for of, more in _OF.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which comments: of these accounts, in this view (None: archived ones too), under a post or by an author of Meta's id."""

    accounts: Sequence[AccountId]
    view: CommentView | None = None
    media_ig_id: str | None = None
    author_ig_id: str | None = None


async def page(conn: Conn, viewer: Viewer, wanted: Wanted, *, before: tuple[datetime, UUID], limit: int) -> list[Comment]:
    """The newest `limit` before a position, newest first: one range for each account.

    Indexes: comment_open for what is open, comment_post of a post, comment_author of a person, comment_current, comment_page.
    `done`, `hidden` and `mentions` of all posts read on in comment_current until there are enough.
    """
    of = "post" if wanted.media_ig_id is not None else "author" if wanted.author_ig_id is not None else ""
    records = await conn.fetch(
        _STATEMENTS[wanted.view, of], viewer.workspace_id, list(wanted.accounts), *before, limit,
        viewer.agent_id if wanted.view == "mine" else None, wanted.media_ig_id or wanted.author_ig_id,
    )  # fmt: skip
    return [shown(record) for record in records]


async def replies(conn: Conn, viewer: Viewer, account: UUID, parents: Sequence[str], limit: int) -> list[Comment]:
    """What stands under these comments (Meta's ids) of an account, oldest first, at most `limit`. Index: comment_replies."""
    records = await conn.fetch(
        VIEW + """WHERE c.workspace_id = $1 AND c.account_id = $2 AND c.parent_ig_id = ANY($3)
        ORDER BY c.created_at, c.id LIMIT $4""",
        viewer.workspace_id, account, list(parents), limit,
    )  # fmt: skip
    return [shown(record) for record in records]


async def answers(conn: Conn, viewer: Viewer, account: UUID, parents: Sequence[str], limit: int) -> list[Comment]:
    """The same, of what we wrote ourselves."""
    records = await conn.fetch(
        VIEW + """WHERE c.workspace_id = $1 AND c.account_id = $2 AND c.parent_ig_id = ANY($3) AND c.is_own
        ORDER BY c.created_at, c.id LIMIT $4""",
        viewer.workspace_id, account, list(parents), limit,
    )  # fmt: skip
    return [shown(record) for record in records]


async def by_keys(conn: Conn, viewer: Viewer, account: UUID, keys: Sequence[str]) -> list[Comment]:
    """Comments of an account by Meta's ids. Index: the unique key."""
    records = await conn.fetch(
        VIEW + "WHERE c.workspace_id = $1 AND c.account_id = $2 AND c.comment_key = ANY($3)",
        viewer.workspace_id, account, list(keys),
    )  # fmt: skip
    return [shown(record) for record in records]


async def count_open(conn: Conn, viewer: Viewer, accounts: Sequence[AccountId]) -> int:
    """How many nobody has dealt with, counted up to 1000. Index: comment_open."""
    found = await conn.fetchval(
        """SELECT count(*) FROM (SELECT FROM unnest($2::uuid[]) AS t (account_id) CROSS JOIN LATERAL (
            SELECT FROM comments k WHERE k.workspace_id = $1 AND k.account_id = t.account_id AND k.done_at IS NULL
                AND k.deleted_at IS NULL AND NOT k.is_own AND NOT k.is_archived LIMIT $3) found LIMIT $3) counted""",
        viewer.workspace_id, list(accounts), _MOST_COUNTED,
    )  # fmt: skip
    return found or 0
