"""The messages before the oldest one of a conversation: read at Instagram because a person asked, and kept.

Reads pages from the newest on until one brings something that was not here, and the one after it, which tells whether Instagram
shows more. Again reads the same.
"""

from uuid import UUID

from confab.clock import Clock
from confab.errors import Rejected, Unauthorised
from confab.inbox.reading import Reader, Target
from confab.model.changes import ConversationUpdated
from confab.model.inbox import Earlier, WorkspaceId
from confab.store import changes, conversations, history, wake
from confab.store.claims import EARLIER, Due
from confab.store.db import Database
from confab.store.wake import Wake
from confab.work.pace import Waiting

_MOST_PAGES = 10


class EarlierMessages:
    """Handles claimed wishes for earlier messages."""

    def __init__(self, db: Database, reader: Reader, clock: Clock, waker: Wake) -> None:
        self._db = db
        self._reader = reader
        self._clock = clock
        self._wake = waker

    async def run(self, due: Due) -> None:
        """Read, keep, and say what there is before. Raises GraphError where another attempt may help."""
        workspace, conversation = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._db.transaction() as conn:
            wanted = await history.wanted(conn, workspace, conversation)
        if wanted is None:
            await self._settle(due, "unknown", None)
            return
        try:
            target = await self._reader.target(workspace, wanted.account_id)
            await self._settle(due, await self._read(target, wanted.igsid), None)
        except (Rejected, Unauthorised) as error:
            await self._settle(due, "refused", error.detail)
        except Waiting as waiting:
            async with self._db.transaction() as conn:
                await EARLIER.postpone(conn, due, waiting.until, waiting.reason)

    async def give_up(self, due: Due, reason: str) -> None:
        """Instagram could not be asked, again and again."""
        await self._settle(due, "refused", reason)

    async def _read(self, target: Target, igsid: str) -> Earlier:
        """What there is before what is here now. Messages that were sent while it was read shift the pages, harmlessly."""
        after: str | None = None
        has_brought = False
        for _ in range(_MOST_PAGES):
            page = await self._reader.with_participant(target, igsid, after)
            if page is None:
                return "none"
            found = await self._reader.let_in(target, [page], since=None)
            after = page.messages.paging.after
            if any(not message.is_readable for message in page.messages.items):
                return "hidden"
            if after is None:
                return "none"
            if has_brought:
                return "more"
            has_brought = found.new > 0  # and one page more, to know whether it is shown
        return "more"

    async def _settle(self, due: Due, earlier: Earlier, reason: str | None) -> None:
        workspace, conversation, now = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1])), self._clock.now()
        async with self._db.transaction() as conn:
            await EARLIER.finish(conn, due)
            if await history.settle_earlier(conn, workspace, conversation, earlier, reason):
                _, value = (await conversations.by_ids(conn, [(workspace, conversation)]))[conversation]
                changes.publish(conn, workspace, [ConversationUpdated(type="conversation_updated", conversation=value)], now)
        self._wake.say(wake.changed(workspace))
