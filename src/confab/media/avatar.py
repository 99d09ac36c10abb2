"""A participant's picture: fetched when the profile names one, shown in every list, replaced when another comes.

Where the account keeps nothing it is looked at alone, and passed on when a browser asks. A picture that cannot be had leaves
what was shown before, or the initials; the participant says so until it is asked for again.
"""

from uuid import UUID

from confab.clock import Clock
from confab.errors import MediaGone, MediaRefused, MediaUnavailable
from confab.media import relay, told
from confab.media.download import Downloads
from confab.media.keep import Keeper
from confab.media.policy import Policy
from confab.model.inbox import WorkspaceId
from confab.store import avatars, conversations, media, wake
from confab.store.avatars import Pictured
from confab.store.claims import AVATARS, Due
from confab.store.db import Database
from confab.store.wake import Wake


class Avatars:
    """Handles claimed fetches of participants' pictures."""

    def __init__(self, db: Database, keeper: Keeper, downloads: Downloads, clock: Clock, waker: Wake, rules: Policy) -> None:
        self._db = db
        self._keeper = keeper
        self._downloads = downloads
        self._clock = clock
        self._wake = waker
        self._rules = rules

    async def run(self, due: Due) -> None:
        """Fetch one picture. Raises MediaUnavailable or StorageFailed where another attempt may help."""
        workspace, participant = _key(due)
        async with self._db.transaction() as conn:
            wanted = await avatars.wanted(conn, workspace, participant)
        if wanted is None:
            await self._settle(due, None)
            return
        try:
            await self._fetch(due, wanted)
        except MediaGone as error:
            await self._gone(due, wanted, error)
        except MediaRefused as error:
            await self._settle(due, error.detail)

    async def give_up(self, due: Due, reason: str) -> None:
        """What was shown before stays, and the participant says that there is another picture."""
        await self._settle(due, reason)

    async def _fetch(self, due: Due, wanted: Pictured) -> None:
        async with self._downloads.file(wanted.source_url, is_voice=False) as file:
            if not file.content_type.startswith("image/"):
                raise MediaRefused("it is no picture")
            keeps = self._rules.mode(wanted.media_mode) == "store"
            found = await (self._keeper.keep(_key(due)[0], file) if keeps else self._keeper.look(file))
            digest = found.digest if keeps else None
            shown = avatars.Shown(content_type=found.content_type, digest=digest, source_url=wanted.source_url)
            await self._show(due, wanted, shown)

    async def _show(self, due: Due, wanted: Pictured, shown: avatars.Shown) -> None:
        workspace, participant = _key(due)
        async with self._db.transaction() as conn:
            await conversations.lock_people(conn, [(workspace, participant)])
            mode = self._rules.mode(await media.accounts_mode(conn, workspace, wanted.account_id))
            if (mode == "reference") != (shown.digest is None):
                raise MediaUnavailable("what its account keeps has changed")
            if shown.digest is not None and await media.known(conn, workspace, shown.digest) is None:
                raise MediaUnavailable("it was removed from storage meanwhile")
            await AVATARS.finish(conn, due)
            conversation = await avatars.show(conn, workspace, participant, shown, self._clock.now())
            if conversation is not None:
                await told.publish_people(conn, workspace, [conversation], self._clock.now())
        self._wake.say(wake.changed(workspace))

    async def _gone(self, due: Due, wanted: Pictured, error: MediaGone) -> None:
        """A dead link: what the profile names next is fetched as any other picture."""
        workspace, participant = _key(due)
        async with self._db.transaction() as conn:
            await relay.lose_avatar(conn, workspace, participant, wanted.source_url, error.detail, self._clock.now())
            await AVATARS.finish(conn, due)
        self._wake.say(wake.changed(workspace), wake.work("refreshes"))

    async def _settle(self, due: Due, reason: str | None) -> None:
        workspace, participant = _key(due)
        async with self._db.transaction() as conn:
            await conversations.lock_people(conn, [(workspace, participant)])
            conversation = await avatars.settle(conn, workspace, participant, reason)
            await AVATARS.finish(conn, due)
            if conversation is not None:
                await told.publish_people(conn, workspace, [conversation], self._clock.now())
        self._wake.say(wake.changed(workspace))


def _key(due: Due) -> tuple[WorkspaceId, UUID]:
    return WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
