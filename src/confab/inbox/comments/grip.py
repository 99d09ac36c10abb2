"""A call under lock, with the comment or post that it is about and the answer that it becomes."""

from dataclasses import dataclass
from uuid import UUID

from confab.inbox.comments import facts
from confab.inbox.comments.facts import Facts
from confab.model.inbox import WorkspaceId
from confab.store import comment_calls, comments, events, posts
from confab.store.comment_calls import CallRow
from confab.store.comments import CommentRow
from confab.store.db import Conn
from confab.store.posts import PostRow


@dataclass(slots=True, kw_only=True)
class Grip:
    """All of it as it is until the transaction ends. Of an answer `made` is the comment that it becomes."""

    call: CallRow
    comment: CommentRow | None
    post: PostRow | None
    made: CommentRow | None

    @property
    def workspace(self) -> WorkspaceId:
        """Whose it is."""
        return WorkspaceId(self.call.workspace_id)


async def take(conn: Conn, workspace: WorkspaceId, call_id: UUID, *, with_account: bool = False) -> Grip | None:
    """The call as it is now; None when there is none. `with_account`: what Instagram tells of the account waits meanwhile."""
    known = await comment_calls.get(conn, workspace, call_id)
    if known is None:
        return None
    if with_account:
        await events.lock_accounts(conn, [known.account_id])
    comment = await comments.lock(conn, workspace, known.comment_id) if known.comment_id is not None else None
    post = await posts.lock(conn, workspace, known.post_id) if known.post_id is not None else None
    made = await comments.lock(conn, workspace, known.reply_id) if known.reply_id is not None else None
    call = await comment_calls.lock(conn, workspace, call_id)
    if call is None or call.reply_id != known.reply_id:  # it was discarded between the two looks: the next one knows
        return None
    return Grip(call=call, comment=comment, post=post, made=made)


async def facts_of(conn: Conn, grip: Grip) -> Facts:
    """What the gate has to know of it."""
    if grip.comment is not None:
        return await facts.of_comment(conn, grip.comment)
    assert grip.post is not None  # noqa: S101 -- one of the two is there
    return await facts.of_post(conn, grip.post)
