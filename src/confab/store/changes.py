"""The change feed: what became different in a workspace, in an order without gaps.

The number comes from one counter row, taken by the last statement of a transaction, so that the order of commits is the order
of numbers and a reader who has seen N has seen everything up to N.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from confab.model.changes import (
    Change,
    CheckupUpdated,
    CommentRemoved,
    CommentUpdated,
    LibraryItemRemoved,
    LibraryItemUpdated,
    PostUpdated,
    RunUpdated,
)
from confab.model.inbox import Seq, WorkspaceId
from confab.store.db import Conn, News, news_of, rows, run

_json = msgspec.json.Encoder()
_THE_WORKSPACES_OWN = UUID(int=0)  # there is one in each workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A change as it stands in the feed; `body` is its JSON without the number."""

    seq: Seq
    type: str
    body: bytes


def publish(conn: Conn, workspace: WorkspaceId, changes: Sequence[Change], now: datetime) -> None:
    """Append the changes of one workspace when its transaction commits: what was told earlier in it comes first."""
    publish_all(conn, {workspace: changes}, now)


def publish_all(conn: Conn, changes_by_workspace: Mapping[WorkspaceId, Sequence[Change]], now: datetime) -> None:
    """The same for many workspaces at once."""
    news_of(conn).extend(
        News(workspace_id=workspace, type=change.type, subject_id=_subject(change), body=_json.encode(change), at=now)
        for workspace, changes in changes_by_workspace.items()
        for change in changes
    )


async def after(conn: Conn, workspace: WorkspaceId, seq: int, limit: int) -> list[Kept]:
    """The changes after `seq`, oldest first, at most `limit`. Index: the primary key of each day's partition."""
    return await rows(
        conn,
        Kept,
        "SELECT seq, type, body FROM changes WHERE workspace_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        workspace, seq, limit,
    )  # fmt: skip


async def newest_seq(conn: Conn, workspace: WorkspaceId) -> Seq:
    """Up to where the feed goes. Read it before a snapshot: what the snapshot has beyond it is applied again, harmlessly."""
    found = await conn.fetchval("SELECT seq FROM change_counters WHERE workspace_id = $1", workspace)
    return Seq(found or 0)


async def reaches(conn: Conn, workspace: WorkspaceId, seq: int) -> bool:
    """Whether nothing after `seq` has been forgotten: the next change is still kept, or there is none."""
    newest = await newest_seq(conn, workspace)
    if seq >= newest:
        return seq == newest
    return bool(
        await conn.fetchval("SELECT EXISTS (SELECT FROM changes WHERE workspace_id = $1 AND seq = $2)", workspace, seq + 1)
    )


async def supersede(conn: Conn, subjects: Sequence[tuple[UUID, UUID]]) -> int:
    """Forget what the feed said so far of (workspace, object) pairs that were erased: their newest state follows it."""
    news, erased = news_of(conn), set(subjects)
    news[:] = [one for one in news if (one.workspace_id, one.subject_id) not in erased]
    return await run(
        conn,
        r"""UPDATE changes SET type = 'superseded', body = '\x7b2274797065223a2273757065727365646564227d'
        WHERE (workspace_id, subject_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND type <> 'superseded'""",
        [workspace for workspace, _ in subjects],
        [subject for _, subject in subjects],
    )


def _subject(change: Change) -> UUID:
    match change.type:
        case "message_added" | "message_updated":
            return change.message.id
        case "message_removed":
            return change.message_id
        case "conversation_updated":
            return change.conversation.id
        case "note_added" | "note_removed":
            return change.note.id if change.type == "note_added" else change.note_id
        case "activity_added":
            return change.activity.id
        case "comment_updated" | "comment_removed" | "post_updated":
            return _about_comments(change)
        case "account_updated" | "account_erased":
            return change.account.id if change.type == "account_updated" else change.account_id
        case "agent_updated":
            return change.agent.id
        case _:
            return _other(change)


def _about_comments(change: CommentUpdated | CommentRemoved | PostUpdated) -> UUID:
    if change.type == "comment_updated":
        return change.comment.id
    return change.comment_id if change.type == "comment_removed" else change.post.id


def _other(change: RunUpdated | LibraryItemUpdated | LibraryItemRemoved | CheckupUpdated) -> UUID:
    if change.type == "checkup_updated":
        return _THE_WORKSPACES_OWN
    if change.type == "run_updated":
        return change.run.id
    return change.item.id if change.type == "library_item_updated" else change.item_id
