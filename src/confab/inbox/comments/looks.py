"""One comment read again at Instagram: somebody looks at it, a list did not have it, or a mention told nothing but ids.

An edit and a deletion are told by nothing else (rule K15). Rules CM3, CM4, CM15.
"""

from datetime import timedelta
from uuid import UUID

from confab.errors import GraphError, Rejected, Throttled, Unauthorised
from confab.graph import comments as meta
from confab.graph.comments import Mention
from confab.graph.token import page_of
from confab.inbox.comments import act, reading
from confab.inbox.comments.reading import Reader, Target
from confab.model.changes import PostUpdated
from confab.model.inbox import WorkspaceId
from confab.store import comments, events, post_pictures, posts, wake
from confab.store.claims import COMMENT_LOOKS, Due
from confab.store.comments import CommentRow
from confab.store.wake import Wake
from confab.work.pace import Waiting

_WITHOUT_TOKEN = timedelta(hours=1)
EVERY = timedelta(minutes=10)
"""How long a reading counts, whoever looks."""
_NOT_MENTIONED = 10


class Looks:
    """Handles claimed looks."""

    def __init__(self, reader: Reader, waker: Wake) -> None:
        self._reader = reader
        self._wake = waker

    async def run(self, due: Due) -> None:
        """Read it, and write down what became different. Raises GraphError where another try may help."""
        workspace, comment_id = _key(due)
        async with self._reader.db.transaction() as conn:
            comment = await comments.lock(conn, workspace, comment_id)
        target = await self._reader.target(workspace, comment.account_id)
        if target is None:
            await self._postpone(due, _WITHOUT_TOKEN, "the account has no access token")
            return
        try:
            await self._look(due, target, comment)
        except Waiting as waiting:
            await self._postpone(due, waiting.until - self._reader.clock.now(), waiting.reason)
        except Throttled as error:
            await self._postpone(due, error.patience(), error.detail)
        except (Rejected, Unauthorised) as error:
            await self._refused(due, error)

    async def _look(self, due: Due, target: Target, comment: CommentRow) -> None:
        if comment.kind == "mention":
            await self._mention(due, target, comment)
        elif comment.ig_id is not None and comment.deleted_at is None:
            id_, token = comment.ig_id, target.line.token
            read = await self._reader.ask(target, lambda: meta.comment(self._reader.graph, token=token, ig_id=id_))
            if read is not None and comment.media_ig_id is not None:
                await self._reader.let_in(target, comment.media_ig_id, [read])
            await self._finish(due)
        else:
            await self._finish(due)

    async def _mention(self, due: Due, target: Target, comment: CommentRow) -> None:
        """Facebook's login reads it through the account; Instagram's own cannot, and told all there is. Rule K7."""
        if page_of(target.line.token) is None:
            await self._finish(due)
            return
        graph, line = self._reader.graph, target.line
        found = await self._reader.ask(
            target,
            lambda: meta.mention(
                graph, token=line.token, ig_id=line.ig_id, comment_id=comment.ig_id, media_id=comment.media_ig_id
            ),
        )
        await self._keep(due, target, comment, found)

    async def _keep(self, due: Due, target: Target, comment: CommentRow, found: Mention) -> None:
        now, told = self._reader.clock.now(), list[PostUpdated]()
        async with self._reader.db.transaction() as conn:
            await events.lock_accounts(conn, [target.account])
            row = await comments.lock(conn, target.workspace, comment.id)
            if found.comment is not None:
                reading.renew(row, found.comment, now)
            elif found.post is not None:
                row.text, row.author_username = found.post.caption, found.post.username
                row.created_at = found.post.published_at or row.created_at
            await comments.write(conn, row)
            post = await posts.of_media(conn, target.workspace, target.account, row.media_ig_id)
            if post is not None and found.post is not None:
                shown = found.post
                post.is_own, post.refused, post.read_at = False, None, now
                post.caption, post.permalink, post.owner_username = shown.caption, shown.permalink, shown.username
                post.media_type, post.published_at = shown.media_type, shown.published_at
                await posts.write(conn, post)
                if shown.picture is not None and post.picture_url is None:
                    await post_pictures.name(conn, target.workspace, post.id, shown.picture, now)
                told = [PostUpdated(type="post_updated", post=await posts.get(conn, target.workspace, post.id))]
            await COMMENT_LOOKS.finish(conn, due)
            await act.published(conn, target.workspace, [row.id], now, told)
        self._wake.say(wake.changed(target.workspace), wake.work("avatars"))

    async def _refused(self, due: Due, error: GraphError) -> None:
        """It is gone, or Instagram says nothing of it: then it stays as it is."""
        workspace, comment_id = _key(due)
        now = self._reader.clock.now()
        async with self._reader.db.transaction() as conn:
            row = await comments.lock(conn, workspace, comment_id)
            await COMMENT_LOOKS.finish(conn, due)
            is_unmentioned = row.kind == "mention" and error.graph_code == _NOT_MENTIONED
            if (meta.is_gone(error) or is_unmentioned) and row.deleted_at is None:
                await reading.is_gone(conn, row, now)
                await act.published(conn, workspace, [row.id], now)
        self._wake.say(wake.changed(workspace), wake.work("comment_looks"))

    async def _finish(self, due: Due) -> None:
        async with self._reader.db.transaction() as conn:
            await COMMENT_LOOKS.finish(conn, due)

    async def _postpone(self, due: Due, for_: timedelta, reason: str) -> None:
        async with self._reader.db.transaction() as conn:
            await COMMENT_LOOKS.postpone(conn, due, self._reader.clock.now() + for_, reason)


def _key(due: Due) -> tuple[WorkspaceId, UUID]:
    return WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
