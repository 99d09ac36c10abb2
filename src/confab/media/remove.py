"""A file that nothing shows any more leaves our storage.

First everybody is told that the object counts no longer, then the file goes, then what we knew of it. Whoever dies in between
leaves a row that the next attempt finds; a message that shows the same picture meanwhile puts it there again.
"""

from uuid import UUID

from confab.clock import Clock
from confab.media.storage import Storage
from confab.model.inbox import WorkspaceId
from confab.store import media
from confab.store.claims import Due
from confab.store.db import Database


class Removals:
    """Handles claimed removals."""

    def __init__(self, db: Database, storage: Storage, clock: Clock) -> None:
        self._db = db
        self._storage = storage
        self._clock = clock

    async def run(self, due: Due) -> None:
        """Remove one object unless something shows it. Again finds nothing. Raises StorageFailed to try again."""
        workspace, digest = WorkspaceId(UUID(str(due.key[0]))), due.key[1]
        assert isinstance(digest, bytes)  # noqa: S101 -- the table's type
        async with self._db.transaction() as conn:
            await media.lock(conn, workspace, digest)
            if not await media.begin_removal(conn, workspace, digest, self._clock.now()):
                return
        async with self._db.transaction() as conn:
            await media.lock(conn, workspace, digest)
            if await media.is_being_removed(conn, workspace, digest):
                await self._storage.remove(workspace, digest)
                await media.forget(conn, workspace, digest)
