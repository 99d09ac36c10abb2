"""A file that nothing shows any more, and that nobody is about to send, leaves our storage.

First everybody is told that the object counts no longer, then the file goes, then what we knew of it. Whoever dies in between
leaves a row that the next attempt finds; a message that shows the same picture meanwhile puts it there again.
"""

from uuid import UUID

from confab.clock import Clock
from confab.media.storage import Storage
from confab.model.inbox import WorkspaceId
from confab.store import media, uploads
from confab.store.claims import Due
from confab.store.db import Conn, Database


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
            if not await self._begin(conn, workspace, digest):
                return
        async with self._db.transaction() as conn:
            await media.lock(conn, workspace, digest)
            if await media.is_being_removed(conn, workspace, digest):
                await self._storage.remove(workspace, digest)
                await media.forget(conn, workspace, digest)
                await uploads.forget_handed(conn, workspace, digest)

    async def _begin(self, conn: Conn, workspace: WorkspaceId, digest: bytes) -> bool:
        """False when something shows it, or somebody may still send it: then it is looked at again when that time is over."""
        now = self._clock.now()
        await media.shut(conn, workspace, digest)
        until = await uploads.forget_unused(conn, workspace, digest, now)
        if until is not None:
            await media.check(conn, workspace, digest, until)
            return False
        return await media.begin_removal(conn, workspace, digest, now)
