"""A post that something was said under, read at Instagram: once, for its caption and its picture; a broadcast until it is over.

Whose post it is decides what may be done under it: what stands under somebody else's is a mention. Rules CM1, CM2, CM12.
"""

from datetime import timedelta
from uuid import UUID

from confab.errors import GraphError, Rejected, Throttled, Unauthorised
from confab.graph import comments as meta
from confab.graph.comments import ReadPost
from confab.inbox.comments.reading import Reader, Target
from confab.model.changes import Change, CommentUpdated, PostUpdated
from confab.model.inbox import WorkspaceId
from confab.store import changes, comments, events, post_pictures, wake
from confab.store import posts as store
from confab.store.claims import POSTS, Due
from confab.store.db import Conn
from confab.store.posts import PostRow
from confab.store.wake import Wake
from confab.work.pace import Waiting

_WITHOUT_TOKEN = timedelta(hours=1)
_WHILE_ON_AIR = timedelta(seconds=30)
_NOT_SHOWN = "Instagram does not show posts of others here."
BROADCAST = "LIVE"


class Posts:
    """Handles claimed posts."""

    def __init__(self, reader: Reader, waker: Wake) -> None:
        self._reader = reader
        self._wake = waker

    async def run(self, due: Due) -> None:
        """Read it, and write down what Instagram says. Raises GraphError where another try may help."""
        workspace, post_id = _key(due)
        async with self._reader.db.transaction() as conn:
            post = await store.lock(conn, workspace, post_id)
        target = await self._reader.target(workspace, post.account_id)
        if target is None:
            await self._postpone(due, _WITHOUT_TOKEN, "the account has no access token")
            return
        try:
            await self._read(due, target, post)
        except Waiting as waiting:
            await self._postpone(due, waiting.until - self._reader.clock.now(), waiting.reason)
        except Throttled as error:
            await self._postpone(due, error.patience(), error.detail)
        except (Rejected, Unauthorised) as error:
            await self._refused(due, target, error)

    async def _read(self, due: Due, target: Target, post: PostRow) -> None:
        graph, line = self._reader.graph, target.line
        read = await self._reader.ask(target, lambda: meta.post(graph, token=line.token, ig_id=post.ig_id))
        is_on_air = False
        if BROADCAST in (post.product_type, read.product_type if read is not None else None):
            on_air = await self._reader.ask(target, lambda: meta.on_air(graph, token=line.token, ig_id=line.ig_id))
            is_on_air = post.ig_id in on_air
        now = self._reader.clock.now()
        async with self._reader.db.transaction() as conn:
            await events.lock_accounts(conn, [target.account])
            row = await store.lock(conn, target.workspace, post.id)
            if read is not None:
                await self._keep(conn, row, read)
            if row.product_type == BROADCAST and not is_on_air:
                row.ended_at = row.ended_at or now
            await store.write(conn, row)
            if is_on_air:
                await POSTS.postpone(conn, due, now + _WHILE_ON_AIR, "on air")
            else:
                await POSTS.finish(conn, due)
            await self._tell(conn, row)
        self._wake.say(wake.changed(target.workspace), wake.work("avatars"))

    async def _keep(self, conn: Conn, row: PostRow, read: ReadPost) -> None:
        now = self._reader.clock.now()
        put(row, read)
        row.read_at, row.refused = now, None
        if read.picture is not None and (row.picture_url is None or row.picture_digest is None):
            await post_pictures.name(conn, WorkspaceId(row.workspace_id), row.id, read.picture, now)

    async def _refused(self, due: Due, target: Target, error: GraphError) -> None:
        """Not ours, or not there: a mention of it may still be read. With a token that is dead nothing is said of the post."""
        workspace, post_id = _key(due)
        async with self._reader.db.transaction() as conn:
            await events.lock_accounts(conn, [target.account])
            row = await store.lock(conn, workspace, post_id)
            row.refused = _NOT_SHOWN if meta.is_gone(error) else error.detail
            if meta.is_gone(error):
                row.is_own = row.is_own or row.product_type == BROADCAST
                row.ended_at = row.ended_at or self._reader.clock.now() if row.product_type == BROADCAST else None
            await store.write(conn, row)
            await POSTS.finish(conn, due)
            await self._tell(conn, row)
        self._wake.say(wake.changed(workspace))

    async def _tell(self, conn: Conn, row: PostRow) -> None:
        """The post as it is, and comments under it that are mentions after all: the last statement of the transaction."""
        workspace = WorkspaceId(row.workspace_id)
        told: list[Change] = [PostUpdated(type="post_updated", post=await store.get(conn, workspace, row.id))]
        if row.is_own is False:
            mentions = await comments.become_mentions(conn, workspace, row.account_id, row.ig_id)
            told += [CommentUpdated(type="comment_updated", comment=one) for one in mentions]
        changes.publish(conn, workspace, told, self._reader.clock.now())

    async def _postpone(self, due: Due, for_: timedelta, reason: str) -> None:
        async with self._reader.db.transaction() as conn:
            await POSTS.postpone(conn, due, self._reader.clock.now() + for_, reason)


def put(row: PostRow, read: ReadPost) -> None:
    """What Instagram says of a post. Whether it takes comments counts as asked for here until Instagram has answered."""
    row.is_own, row.caption, row.permalink, row.owner_username = read.is_own, read.caption, read.permalink, read.username
    row.product_type, row.media_type = read.product_type or row.product_type, read.media_type or row.media_type
    row.published_at = read.published_at or row.published_at
    if row.pending is None:
        row.comments_enabled = read.comments_enabled if read.comments_enabled is not None else row.comments_enabled


def _key(due: Due) -> tuple[WorkspaceId, UUID]:
    return WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
