"""A participant's picture: fetched when the profile names one, shown in every list, replaced when another comes.

A picture that cannot be had leaves what was shown before, or the initials; the participant says so until it is asked for again.
"""

from uuid import UUID

from confab.clock import Clock
from confab.errors import MediaGone, MediaRefused, MediaUnavailable
from confab.media.download import Downloads
from confab.media.keep import Keeper
from confab.model.changes import ConversationUpdated
from confab.model.inbox import WorkspaceId
from confab.store import avatars, changes, conversations, media, participants, wake
from confab.store.claims import AVATARS, Due
from confab.store.db import Conn, Database
from confab.store.wake import Wake


class Avatars:
    """Handles claimed fetches of participants' pictures."""

    def __init__(self, db: Database, keeper: Keeper, downloads: Downloads, clock: Clock, waker: Wake) -> None:
        self._db = db
        self._keeper = keeper
        self._downloads = downloads
        self._clock = clock
        self._wake = waker

    async def run(self, due: Due) -> None:
        """Fetch one picture. Raises MediaUnavailable or StorageFailed where another attempt may help."""
        workspace, participant = _key(due)
        async with self._db.transaction() as conn:
            url = await avatars.wanted(conn, workspace, participant)
        if url is None:
            await self._settle(due, None)
            return
        try:
            await self._fetch(due, url)
        except (MediaGone, MediaRefused) as error:
            await self._settle(due, error.detail)

    async def give_up(self, due: Due, reason: str) -> None:
        """What was shown before stays, and the participant says that there is another picture."""
        await self._settle(due, reason)

    async def _fetch(self, due: Due, url: str) -> None:
        workspace, participant = _key(due)
        async with self._downloads.file(url, is_voice=False) as file:
            if not file.content_type.startswith("image/"):
                raise MediaRefused("it is no picture")
            kept = await self._keeper.keep(workspace, file)
        now = self._clock.now()
        async with self._db.transaction() as conn:
            await self._lock(conn, workspace, participant)
            if await media.known(conn, workspace, kept.digest) is None:
                raise MediaUnavailable("it was removed from storage meanwhile")
            await AVATARS.finish(conn, due)
            conversation = await avatars.show(conn, workspace, participant, kept, now)
            if conversation is not None:
                await self._publish(conn, workspace, conversation)
        self._wake.say(wake.changed(workspace))

    async def _publish(self, conn: Conn, workspace: WorkspaceId, conversation: UUID) -> None:
        found = await conversations.by_ids(conn, [(workspace, conversation)])
        updated = [ConversationUpdated(type="conversation_updated", conversation=value) for _, value in found.values()]
        await changes.publish(conn, workspace, updated, self._clock.now())

    async def _settle(self, due: Due, reason: str | None) -> None:
        workspace, participant = _key(due)
        async with self._db.transaction() as conn:
            await self._lock(conn, workspace, participant)
            conversation = await avatars.settle(conn, workspace, participant, reason)
            await AVATARS.finish(conn, due)
            if conversation is not None:
                await self._publish(conn, workspace, conversation)
        self._wake.say(wake.changed(workspace))

    async def _lock(self, conn: Conn, workspace: WorkspaceId, participant: UUID) -> None:
        """The conversation first, as everybody takes them."""
        person = await participants.get(conn, workspace, participant)
        await conversations.lock(conn, workspace, person.conversation_id)


def _key(due: Due) -> tuple[WorkspaceId, UUID]:
    return WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
