"""All profiles of an account are to be read anew, because somebody asks: put in line, after everybody who is new.

The run is over when they stand in line; the line itself moves one by one (rule PR3).
"""

from uuid import UUID

from confab.clock import Clock
from confab.model.inbox import WorkspaceId
from confab.store import participants, runs, wake
from confab.store.claims import Due
from confab.store.db import Database
from confab.store.wake import Wake

_AT_ONCE = 500


class Sync:
    """Handles claimed runs that read profiles."""

    def __init__(self, db: Database, clock: Clock, waker: Wake) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker

    async def run(self, due: Due) -> None:
        """Put everybody in line, some at a time. Who stands there already stays where they are, so a repeat changes nothing."""
        workspace, run_id = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
        async with self._db.transaction() as conn:
            progress = await runs.begin(conn, due, self._clock.now())
        is_over = progress is None
        while progress is not None and not is_over:
            now = self._clock.now()
            async with self._db.transaction() as conn:
                page = await participants.line_up_account(
                    conn, workspace, progress.account_id, beyond=progress.place or "", limit=_AT_ONCE, now=now
                )
                progress.place, progress.people = page.last, progress.people + page.count
                is_over = page.count < _AT_ONCE
                if not await runs.save(conn, due, progress):
                    return
                if is_over:
                    await runs.end(conn, due, "done", None, now)
                await runs.tell(conn, workspace, run_id, now)
            self._wake.say(wake.changed(workspace), wake.work("refreshes"))
