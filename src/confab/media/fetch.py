"""A claimed file to fetch: from Meta onto our disk, from there into our storage, and then into the message that shows it.

What the process leaves when it dies: a temporary file that the system removes, or an object in storage that the next attempt
finds and uses. The row of the attachment changes in one transaction with the change that tells browsers so.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from confab.clock import Clock
from confab.errors import MediaGone, MediaRefused, MediaUnavailable
from confab.media.download import Downloads
from confab.media.keep import Keeper
from confab.model.changes import MessageUpdated
from confab.model.inbox import ConversationId, WorkspaceId
from confab.store import changes, conversations, media, messages, wake
from confab.store.claims import MEDIA, Due
from confab.store.db import Conn, Database
from confab.store.media import Wanted
from confab.store.wake import Wake

FreshLink = Callable[[WorkspaceId, Wanted, int], Awaitable[str | None]]
"""Ask Instagram for another link to the same attachment; None when it has none. Raises GraphError."""


class Fetches:
    """Handles claimed media fetches."""

    def __init__(
        self, db: Database, keeper: Keeper, downloads: Downloads, clock: Clock, waker: Wake, fresh_link: FreshLink
    ) -> None:
        self._db = db
        self._keeper = keeper
        self._downloads = downloads
        self._clock = clock
        self._wake = waker
        self._fresh_link = fresh_link

    async def run(self, due: Due) -> None:
        """Fetch one attachment. Raises MediaUnavailable, GraphError or StorageFailed where another attempt may help."""
        workspace, message, position = _key(due)
        async with self._db.transaction() as conn:
            wanted = await media.wanted(conn, workspace, message, position)
            if wanted is None:
                await MEDIA.finish(conn, due)
                return
        try:
            await self._fetch(due, wanted)
        except MediaGone as error:
            await self._gone(due, wanted, error)
        except MediaRefused as error:
            await self._settle(due, wanted, "refused", error.detail)

    async def give_up(self, due: Due, reason: str) -> None:
        """It could not be fetched, again and again: the message says so, and somebody may try again."""
        workspace, message, position = _key(due)
        async with self._db.transaction() as conn:
            wanted = await media.wanted(conn, workspace, message, position)
        if wanted is not None:
            await self._settle(due, wanted, "failed", reason)

    async def _fetch(self, due: Due, wanted: Wanted) -> None:
        workspace, message, position = _key(due)
        if wanted.source_url is None:
            raise MediaGone("Instagram gave no link")
        async with self._downloads.file(wanted.source_url, is_voice=wanted.kind == "audio") as file:
            kept = await self._keeper.keep(workspace, file)
        async with self._db.transaction() as conn:
            await conversations.lock(conn, workspace, ConversationId(wanted.conversation_id))
            if await media.known(conn, workspace, kept.digest) is None:
                raise MediaUnavailable("it was removed from storage meanwhile")
            await MEDIA.finish(conn, due)
            if await media.show(conn, workspace, message, position, kept):
                await self._publish(conn, workspace, wanted, message)
            else:  # unsent meanwhile
                await media.check(conn, workspace, kept.digest, self._clock.now())
        self._wake.say(wake.changed(workspace))

    async def _gone(self, due: Due, wanted: Wanted, error: MediaGone) -> None:
        """A dead link: Instagram is asked once for another."""
        workspace, message, position = _key(due)
        if wanted.has_asked_anew:
            await self._settle(due, wanted, "expired", error.detail)
            return
        fresh = await self._fresh_link(workspace, wanted, position)
        async with self._db.transaction() as conn:
            await media.refresh_link(conn, workspace, message, position, fresh)
        if fresh is None:
            await self._settle(due, wanted, "expired", error.detail)
        else:
            raise MediaUnavailable("its first link was dead; there is another")

    async def _settle(self, due: Due, wanted: Wanted, state: str, reason: str) -> None:
        workspace, message, position = _key(due)
        async with self._db.transaction() as conn:
            await conversations.lock(conn, workspace, ConversationId(wanted.conversation_id))
            await MEDIA.finish(conn, due)
            if await media.settle(conn, workspace, message, position, state, reason):
                await self._publish(conn, workspace, wanted, message)
        self._wake.say(wake.changed(workspace))

    async def _publish(self, conn: Conn, workspace: WorkspaceId, wanted: Wanted, message: UUID) -> None:
        (row,) = await messages.rows_by_ids(conn, [(workspace, message)])
        conversation = await conversations.lock(conn, workspace, ConversationId(wanted.conversation_id))
        await messages.update(conn, [row])
        value = messages.shown(row, conversation.read_up_to, conversation.seen_up_to)
        updated = MessageUpdated(type="message_updated", conversation_id=value.conversation_id, message=value)
        await changes.publish(conn, workspace, [updated], self._clock.now())


def _key(due: Due) -> tuple[WorkspaceId, UUID, int]:
    workspace, subject, position = due.key
    return WorkspaceId(UUID(str(workspace))), UUID(str(subject)), int(str(position))
