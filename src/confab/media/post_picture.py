"""The picture of a post, kept for the account's insights: fetched once; what cannot be had is shown without one."""

from uuid import UUID

from confab.errors import MediaGone, MediaRefused, MediaUnavailable
from confab.media.download import Downloads
from confab.media.keep import Keeper
from confab.media.policy import Policy
from confab.model.inbox import WorkspaceId
from confab.store import media, post_pictures
from confab.store.avatars import Pictured
from confab.store.claims import AVATARS, Due
from confab.store.db import Database


class PostPictures:
    """Handles claimed fetches of posts' pictures."""

    def __init__(self, db: Database, keeper: Keeper, downloads: Downloads, rules: Policy) -> None:
        self._db = db
        self._keeper = keeper
        self._downloads = downloads
        self._rules = rules

    async def run(self, due: Due) -> None:
        """Fetch one, unless its account keeps none. Raises MediaUnavailable or StorageFailed where another attempt may help."""
        workspace, post = _key(due)
        async with self._db.transaction() as conn:
            wanted = await post_pictures.wanted(conn, workspace, post)
        try:
            if wanted is not None and self._rules.mode(wanted.media_mode) == "store":
                await self._fetch(workspace, post, wanted)
        except (MediaGone, MediaRefused):
            pass  # the next night's list names another link
        async with self._db.transaction() as conn:
            await AVATARS.finish(conn, due)

    async def give_up(self, due: Due, _reason: str) -> None:
        """It is shown without one, until the next night's list."""
        async with self._db.transaction() as conn:
            await AVATARS.finish(conn, due)

    async def _fetch(self, workspace: WorkspaceId, post: UUID, wanted: Pictured) -> None:
        async with self._downloads.file(wanted.source_url, is_voice=False) as file:
            if not file.content_type.startswith("image/"):
                raise MediaRefused("it is no picture")
            kept = await self._keeper.keep(workspace, file)
        async with self._db.transaction() as conn:
            if self._rules.mode(await media.accounts_mode(conn, workspace, wanted.account_id)) != "store":
                raise MediaUnavailable("what its account keeps has changed")
            if await media.known(conn, workspace, kept.digest) is None:
                raise MediaUnavailable("it was removed from storage meanwhile")
            await post_pictures.show(conn, workspace, post, kept.digest)


def _key(due: Due) -> tuple[WorkspaceId, UUID]:
    return WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
