"""Done because it was answered: what an answer does to its comment, and what is left of that when the answer comes to nothing.

The comment is locked. Rule CM21 of docs/spec/comments.md.
"""

from datetime import datetime
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.store import comments
from confab.store.comments import CommentRow
from confab.store.db import Conn


def by_answer(comment: CommentRow, by: str, now: datetime) -> None:
    """Nobody has to deal with it any more; what went wrong with it before is past."""
    if comment.done_at is None:
        comment.done_at, comment.done_by, comment.is_done_by_answer = now, by, True
    comment.error_code = comment.error_message = None


async def not_by(conn: Conn, comment: CommentRow, call: UUID) -> None:
    """The answer of this call did not go out, or will not: the comment is open again, unless somebody said that it is done, or
    another answer stands."""
    is_open = comment.is_done_by_answer and not await comments.is_answered(
        conn, WorkspaceId(comment.workspace_id), comment.id, call
    )
    if is_open:
        comment.done_at, comment.done_by, comment.is_done_by_answer = None, None, False
