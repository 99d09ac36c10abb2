"""An account begins, or ceases, to keep media: all that it has is brought in line, a short transaction at a time. Rule MD8."""

from datetime import datetime
from uuid import UUID

from confab.clock import Clock
from confab.media import told
from confab.media.policy import Policy
from confab.model.changes import PostUpdated
from confab.model.inbox import WorkspaceId
from confab.model.media import MediaMode
from confab.store import changes, conversations, media_turns, post_pictures, posts, wake
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.media_turns import Turn
from confab.store.wake import Wake

_LOOKED_AT = 200
_NOT_KEPT = "this account keeps no copies, and Instagram's link is not known"


class Turns:
    """Handles claimed turns."""

    def __init__(self, db: Database, clock: Clock, waker: Wake, rules: Policy) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker
        self._rules = rules

    async def run(self, due: Due) -> None:
        """One batch; the row is due at once until all is done. Doing a batch again changes nothing."""
        workspace, account = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._db.transaction() as conn:
            turn = await media_turns.get(conn, workspace, account)
            if turn is None:
                return
            await (self._people(conn, workspace, turn) if turn.is_of_people else self._files(conn, workspace, turn))
        self._wake.say(wake.changed(workspace), wake.work("turns"), wake.work("media"), wake.work("removals"))

    async def look(self, now: datetime) -> None:
        """Begin where the installation's own mode has changed."""
        async with self._db.transaction() as conn:
            await media_turns.begin_where_needed(conn, self._rules.default, now)
        self._wake.say(wake.work("turns"))

    async def _files(self, conn: Conn, workspace: WorkspaceId, turn: Turn) -> None:
        now, is_reference = self._clock.now(), self._rules.mode(turn.media_mode) == "reference"
        places, last = await media_turns.page(conn, workspace, turn, "stored" if is_reference else "relayed", _LOOKED_AT)
        if last is None:
            await media_turns.reach(conn, workspace, turn, UUID(int=0), now, is_of_people=True)
            return
        locked = await told.lock(conn, places)
        await (media_turns.let_go(conn, places, _NOT_KEPT, now) if is_reference else media_turns.fetch(conn, places))
        await media_turns.reach(conn, workspace, turn, last, now, is_of_people=False)
        await told.publish(conn, places, locked, now)

    async def _people(self, conn: Conn, workspace: WorkspaceId, turn: Turn) -> None:
        now, mode = self._clock.now(), self._rules.mode(turn.media_mode)
        people = await media_turns.page_of_people(conn, workspace, turn, _LOOKED_AT)
        if not people:
            await self._posts(conn, workspace, turn, mode)
            await media_turns.end(conn, workspace, turn.account_id, mode)
            return
        await conversations.lock_people(conn, [(workspace, one) for one in people])
        shown = await media_turns.turn_people(conn, workspace, turn, people, mode, now)
        await media_turns.reach(conn, workspace, turn, people[-1], now, is_of_people=True)
        await told.publish_people(conn, workspace, shown, now)

    async def _posts(self, conn: Conn, workspace: WorkspaceId, turn: Turn, mode: MediaMode) -> None:
        """Pictures of posts, which are few: passed on from now on, or read again to be kept."""
        now = self._clock.now()
        if mode == "store":
            await post_pictures.keep(conn, workspace, turn.account_id, now)
            return
        passed_on = await post_pictures.let_go(conn, workspace, turn.account_id, now)
        found = await posts.by_ids(conn, [(workspace, one) for one in passed_on])
        changes.publish(conn, workspace, [PostUpdated(type="post_updated", post=post) for _, post in found], now)
