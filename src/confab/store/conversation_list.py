"""The list of conversations: pages by key, each account and status one range of one index, merged.

The merge costs (accounts x statuses) short ranges whatever lies behind them, so a page takes the same time with a thousand
conversations as with ten million. A label is a filter over at most `SCANNED` of the newest; what lies further back comes with
the next page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, LiteralString
from uuid import UUID

from confab.model.inbox import WINDOW, Conversation, ConversationStatus, Viewer
from confab.store import conversations
from confab.store.db import Conn

SCANNED = 2000

View = Literal["all", "unread", "mine", "unassigned"]
Sort = Literal["newest", "ending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a page ended: the sort key and the id of the last conversation looked at."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which conversations, in which order, after which position (None: from the beginning)."""

    view: View
    statuses: Sequence[ConversationStatus]
    accounts: Sequence[UUID]
    assignee: UUID | None
    label: str | None
    sort: Sort
    is_archived: bool = False
    after: Position | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page and where the next one begins; None when this was the last."""

    items: list[Conversation]
    next: Position | None


_RANGES: LiteralString = """
    SELECT page.id, page.at, page.labels
    FROM unnest($2::uuid[]) AS a (account_id) CROSS JOIN unnest($3::text[]) AS s (status) CROSS JOIN LATERAL (
        SELECT c.id, c.{key} AS at, c.labels FROM conversations c
        WHERE c.workspace_id = $1 AND c.account_id = a.account_id AND c.status = s.status AND c.archived_at IS NULL AND {which}
        ORDER BY {order} LIMIT $6) page
    ORDER BY {outer} LIMIT $6
"""
_NEWEST: LiteralString = (
    _RANGES.replace("{key}", "last_message_at")
    .replace("{which}", "(c.last_message_at, c.id) < ($4, $5) AND {view}")
    .replace("{order}", "c.last_message_at DESC, c.id DESC")
    .replace("{outer}", "page.at DESC, page.id DESC")
)
_ENDING: LiteralString = (
    _RANGES.replace("{key}", "window_opened_at")
    .replace("{which}", "c.window_opened_at IS NOT NULL AND (c.window_opened_at, c.id) > ($4, $5) AND {view}")
    .replace("{order}", "c.window_opened_at, c.id")
    .replace("{outer}", "page.at, page.id")
)
_ALL: LiteralString = "$7::uuid IS NULL"
_UNREAD: LiteralString = "c.unread_count > 0 AND $7::uuid IS NULL"
_ASSIGNED: LiteralString = "c.assignee_id = $7"
_UNASSIGNED: LiteralString = "c.assignee_id IS NULL AND $7::uuid IS NULL"
# An index range of NULLs counts as ordered only when the query orders by the NULL column too.
_SQL: dict[tuple[Sort, str], LiteralString] = {
    ("newest", "all"): _NEWEST.replace("{view}", _ALL),
    ("newest", "unread"): _NEWEST.replace("{view}", _UNREAD),
    ("newest", "assigned"): _NEWEST.replace("{view}", _ASSIGNED),
    ("newest", "unassigned"): _NEWEST.replace("{view}", _UNASSIGNED).replace("ORDER BY c.last", "ORDER BY c.assignee_id, c.last"),
    ("ending", "all"): _ENDING.replace("{view}", _ALL),
    ("ending", "unread"): _ENDING.replace("{view}", _UNREAD),
    ("ending", "assigned"): _ENDING.replace("{view}", _ASSIGNED),
    ("ending", "unassigned"): _ENDING.replace("{view}", _UNASSIGNED),
}
_ARCHIVED: dict[tuple[Sort, str], LiteralString] = {
    chosen: sql.replace("c.archived_at IS NULL", "c.archived_at IS NOT NULL") for chosen, sql in _SQL.items()
}

_LAST = UUID(int=2**128 - 1)


async def page(conn: Conn, viewer: Viewer, wanted: Wanted, now: datetime) -> Page:
    """One page. Indexes: conversation_list, conversation_unread, conversation_assigned, conversation_ending.

    In the archive it is conversation_archived, and a view is a filter over what that gives in order.
    """
    assignee = wanted.assignee or (viewer.agent_id if wanted.view == "mine" else None)
    kind = "assigned" if assignee is not None else wanted.view
    start = wanted.after or _beginning(wanted.sort, now)
    looked_at = SCANNED if wanted.label is not None else wanted.limit
    found = await conn.fetch(
        (_ARCHIVED if wanted.is_archived else _SQL)[wanted.sort, kind],
        viewer.workspace_id, list(wanted.accounts), list(wanted.statuses), start.at, start.id, looked_at, assignee,
    )  # fmt: skip
    shown = [record for record in found if wanted.label is None or wanted.label in record["labels"]][: wanted.limit]
    values = await conversations.by_ids(conn, [(viewer.workspace_id, record["id"]) for record in shown])
    last = shown[-1] if len(shown) == wanted.limit else found[-1] if len(found) == looked_at else None
    return Page(
        items=[values[record["id"]][1] for record in shown],
        next=Position(at=last["at"], id=last["id"]) if last is not None else None,
    )


def _beginning(sort: Sort, now: datetime) -> Position:
    if sort == "ending":
        return Position(at=now - WINDOW, id=UUID(int=0))
    return Position(at=datetime.max.replace(tzinfo=now.tzinfo), id=_LAST)
