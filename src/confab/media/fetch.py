"""A claimed file of a message: fetched from Meta onto our disk, and then kept in our storage, or only looked at.

What may be kept, `model/media.py` says. Of the rest its type and its size are noted, so that it can be drawn, and the file is
thrown away: browsers get it through our own door while Meta has it (`relay.py`).

What the process leaves when it dies: a temporary file that the system removes, or an object in storage that the next attempt
finds and uses. The row of the attachment changes in one transaction with the change that tells browsers so.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from confab.clock import Clock
from confab.errors import MediaGone, MediaRefused, MediaUnavailable, Rejected, Throttled, Unauthorised
from confab.media import told
from confab.media.download import Downloads
from confab.media.keep import Keeper
from confab.media.policy import Policy
from confab.model import media as policy
from confab.model.inbox import WorkspaceId
from confab.store import media, wake
from confab.store.claims import MEDIA, Due
from confab.store.db import Database
from confab.store.media import Kept, Place, Wanted
from confab.store.wake import Wake

_A_FILE = policy.Source(has_file=True, has_page=False)
_WHEN_THROTTLED = timedelta(minutes=15)

FreshLink = Callable[[WorkspaceId, Wanted, int], Awaitable[str | None]]
"""Ask Instagram for another link to the same attachment; None when it has none. Raises GraphError."""


class Fetches:
    """Handles claimed media fetches."""

    def __init__(
        self,
        db: Database,
        keeper: Keeper,
        downloads: Downloads,
        clock: Clock,
        waker: Wake,
        fresh_link: FreshLink,
        rules: Policy,
    ) -> None:
        self._db = db
        self._keeper = keeper
        self._downloads = downloads
        self._clock = clock
        self._wake = waker
        self._fresh_link = fresh_link
        self._rules = rules

    async def run(self, due: Due) -> None:
        """Fetch one attachment. Raises MediaUnavailable, GraphError or StorageFailed where another attempt may help."""
        workspace, message, position = _key(due)
        async with self._db.transaction() as conn:
            wanted = await media.wanted(conn, workspace, message, position)
            if wanted is None:
                await MEDIA.finish(conn, due)
                return
        if wanted.available_until is not None and wanted.available_until <= self._clock.now():
            await self._settle(due, wanted, "expired", policy.STORY_OVER)
            return
        try:
            try:
                await self._fetch(due, wanted)
            except MediaGone as error:
                await self._gone(due, wanted, error)
        except MediaRefused as error:
            await self._settle(due, wanted, "refused", error.detail)
        except Throttled as error:
            async with self._db.transaction() as conn:
                await MEDIA.postpone(conn, due, self._clock.now() + error.patience(_WHEN_THROTTLED), error.detail)

    async def give_up(self, due: Due, reason: str) -> None:
        """It could not be fetched, again and again: the message says so, and somebody may try again."""
        workspace, message, position = _key(due)
        async with self._db.transaction() as conn:
            wanted = await media.wanted(conn, workspace, message, position)
        if wanted is not None:
            await self._settle(due, wanted, "failed", reason)

    async def _fetch(self, due: Due, wanted: Wanted) -> None:
        if wanted.source_url is None:
            raise MediaGone("Instagram gave no link")
        may_keep = policy.verdict(wanted.kind, _A_FILE, self._rules.mode(wanted.media_mode)) == "keep"
        async with self._downloads.file(wanted.source_url, is_voice=wanted.kind == "audio") as file:
            if not may_keep:
                seen = await self._keeper.look(file)
            elif (reason := self._rules.too_old(file.content_type, wanted.sent_at, self._clock.now())) is not None:
                await self._settle(due, wanted, "expired", reason)
                return
            else:
                seen = await self._keeper.keep(_key(due)[0], file)
        await (self._show(due, wanted, seen) if may_keep else self._relay(due, wanted, seen))

    async def _show(self, due: Due, wanted: Wanted, kept: Kept) -> None:
        workspace, message, position = _key(due)
        place = _place(due, wanted)
        async with self._db.transaction() as conn:
            locked = await told.lock(conn, [place])
            if self._rules.mode(await media.accounts_mode(conn, workspace, wanted.account_id)) == "reference":
                raise MediaUnavailable("its account keeps nothing any more")
            if await media.known(conn, workspace, kept.digest) is None:
                raise MediaUnavailable("it was removed from storage meanwhile")
            await MEDIA.finish(conn, due)
            if await media.show(conn, workspace, message, position, wanted, kept):
                await told.publish(conn, [place], locked, self._clock.now())
            else:  # unsent meanwhile
                await media.check(conn, workspace, kept.digest, self._clock.now())
        self._wake.say(wake.changed(workspace))

    async def _relay(self, due: Due, wanted: Wanted, seen: Kept) -> None:
        workspace, message, position = _key(due)
        place = _place(due, wanted)
        async with self._db.transaction() as conn:
            locked = await told.lock(conn, [place])
            mode = self._rules.mode(await media.accounts_mode(conn, workspace, wanted.account_id))
            if policy.verdict(wanted.kind, _A_FILE, mode) == "keep":
                raise MediaUnavailable("its account keeps files from now on")
            await MEDIA.finish(conn, due)
            if await media.relay(conn, workspace, message, position, seen):
                await told.publish(conn, [place], locked, self._clock.now())
        self._wake.say(wake.changed(workspace))

    async def _gone(self, due: Due, wanted: Wanted, error: MediaGone) -> None:
        """A dead link: Instagram is asked once for another."""
        workspace, message, position = _key(due)
        if wanted.has_asked_anew:
            await self._settle(due, wanted, "expired", error.detail)
            return
        try:
            fresh = await self._fresh_link(workspace, wanted, position)
        except (Rejected, Unauthorised):  # Instagram shows the message no more, or not to us
            fresh = None
        if fresh is None:
            await self._settle(due, wanted, "expired", error.detail)
            return
        async with self._db.transaction() as conn:
            await media.refresh_link(conn, workspace, message, position, fresh, self._clock.now())
        self._wake.say(wake.work("media"))

    async def _settle(self, due: Due, wanted: Wanted, state: str, reason: str) -> None:
        workspace, message, position = _key(due)
        place = _place(due, wanted)
        async with self._db.transaction() as conn:
            locked = await told.lock(conn, [place])
            await MEDIA.finish(conn, due)
            if await media.settle(conn, workspace, message, position, state, reason):
                await told.publish(conn, [place], locked, self._clock.now())
        self._wake.say(wake.changed(workspace))


def _place(due: Due, wanted: Wanted) -> Place:
    workspace, message, position = _key(due)
    return Place(workspace_id=workspace, conversation_id=wanted.conversation_id, message_id=message, position=position)


def _key(due: Due) -> tuple[WorkspaceId, UUID, int]:
    workspace, subject, position = due.key
    return WorkspaceId(UUID(str(workspace))), UUID(str(subject)), int(str(position))
