"""A comment that was deleted keeps who and when; what was said is nowhere any more. Rules CM4, SE4."""

from datetime import datetime

from confab.model.inbox import WorkspaceId
from confab.store import changes, comment_calls, comments, search
from confab.store.comments import CommentRow
from confab.store.db import Conn


async def forget(conn: Conn, row: CommentRow, now: datetime) -> None:
    """Its words leave the row, our calls, the index and the feed; the caller writes the row and tells that it is gone.

    What hangs on it went with it at Instagram, where no list has it any more: each is looked at by itself (K16).
    """
    row.text = None
    await comment_calls.erase(conn, WorkspaceId(row.workspace_id), row.id)
    await search.forget(conn, [(row.workspace_id, search.COMMENT, row.id)])
    if row.ig_id is not None:
        below = await comments.below(conn, WorkspaceId(row.workspace_id), row.account_id, row.ig_id)
        await comments.look(conn, [(row.workspace_id, one) for one in below], now, now)
    await changes.supersede(conn, [(row.workspace_id, row.id)])
