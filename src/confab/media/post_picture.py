"""The picture of a post: fetched once, when the post was read or listed, for whoever shows the post. Rules CM2, IV15.

Where the account keeps nothing it is looked at alone, and passed on when a browser asks.
"""

from uuid import UUID

from confab.clock import Clock
from confab.errors import MediaGone, MediaRefused, MediaUnavailable
from confab.media.download import Downloads
from confab.media.keep import Keeper
from confab.media.policy import Policy
from confab.model.changes import PostUpdated
from confab.model.inbox import WorkspaceId
from confab.store import changes, media, post_pictures, posts, wake
from confab.store.claims import AVATARS, Due
from confab.store.db import Conn, Database
from confab.store.post_pictures import Pictured
from confab.store.wake import Wake


class PostPictures:
    """Handles claimed fetches of posts' pictures."""

    def __init__(self, db: Database, keeper: Keeper, downloads: Downloads, clock: Clock, waker: Wake, rules: Policy) -> None:
        self._db = db
        self._keeper = keeper
        self._downloads = downloads
        self._clock = clock
        self._wake = waker
        self._rules = rules

    async def run(self, due: Due) -> None:
        """Fetch one picture. Raises MediaUnavailable or StorageFailed where another attempt may help."""
        workspace, post = _key(due)
        async with self._db.transaction() as conn:
            wanted = await post_pictures.wanted(conn, workspace, post)
            if wanted is None:
                await AVATARS.finish(conn, due)
                return
        if (reason := self._too_old(wanted)) is not None:
            await self._lose(due, wanted, reason)
            return
        try:
            await self._fetch(due, wanted)
        except (MediaGone, MediaRefused) as error:
            await self._lose(due, wanted, error.detail)

    async def give_up(self, due: Due, reason: str) -> None:
        """The post is shown without it."""
        workspace, post = _key(due)
        async with self._db.transaction() as conn:
            wanted = await post_pictures.wanted(conn, workspace, post)
        if wanted is not None:
            await self._lose(due, wanted, reason)

    async def _fetch(self, due: Due, wanted: Pictured) -> None:
        """What is kept of a story is nothing, whatever the account's mode (rule MD7)."""
        async with self._downloads.file(wanted.source_url, is_voice=False) as file:
            if not file.content_type.startswith("image/"):
                raise MediaRefused("it is no picture")
            keeps = self._keeps(wanted)
            found = await (self._keeper.keep(_key(due)[0], file) if keeps else self._keeper.look(file))
        workspace, post = _key(due)
        async with self._db.transaction() as conn:
            own = await media.accounts_mode(conn, workspace, wanted.account_id)
            if self._rules.mode(own) != self._rules.mode(wanted.media_mode):
                raise MediaUnavailable("what its account keeps has changed")
            if keeps and await media.known(conn, workspace, found.digest) is None:
                raise MediaUnavailable("it was removed from storage meanwhile")
            digest, now = found.digest if keeps else None, self._clock.now()
            await post_pictures.show(
                conn, workspace, post, used=wanted.source_url, digest=digest, content_type=found.content_type, now=now
            )
            await self._end(conn, due)
        self._wake.say(wake.changed(workspace))

    def _keeps(self, wanted: Pictured) -> bool:
        return self._rules.mode(wanted.media_mode) == "store" and wanted.product_type != "STORY"

    def _too_old(self, wanted: Pictured) -> str | None:
        """Why no copy of a post of that time is kept: what has left at its age does not come back with the next list."""
        if not self._keeps(wanted) or wanted.published_at is None:
            return None
        return self._rules.too_old("image/jpeg", wanted.published_at, self._clock.now())

    async def _lose(self, due: Due, wanted: Pictured, reason: str) -> None:
        workspace, post = _key(due)
        async with self._db.transaction() as conn:
            await post_pictures.lose(conn, workspace, post, wanted.source_url, reason)
            await self._end(conn, due)
        self._wake.say(wake.changed(workspace))

    async def _end(self, conn: Conn, due: Due) -> None:
        workspace, post = _key(due)
        await AVATARS.finish(conn, due)
        value = await posts.get(conn, workspace, post)
        changes.publish(conn, workspace, [PostUpdated(type="post_updated", post=value)], self._clock.now())


def _key(due: Due) -> tuple[WorkspaceId, UUID]:
    return WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
