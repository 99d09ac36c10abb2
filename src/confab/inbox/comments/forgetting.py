"""A comment that was deleted keeps who and when; what was said is nowhere any more. Rules CM4, SE4."""

from confab.model.inbox import WorkspaceId
from confab.store import changes, comment_calls, search
from confab.store.comments import CommentRow
from confab.store.db import Conn


async def forget(conn: Conn, row: CommentRow) -> None:
    """Its words leave the row, our calls, the index and the feed; the caller writes the row and tells that it is gone."""
    row.text = None
    await comment_calls.erase(conn, WorkspaceId(row.workspace_id), row.id)
    await search.forget(conn, [(row.workspace_id, search.COMMENT, row.id)])
    await changes.supersede(conn, [(row.workspace_id, row.id)])
