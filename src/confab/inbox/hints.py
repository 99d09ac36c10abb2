"""Read a message of which only a hint arrived (rule N50) and let it in by the same door as every other.

Its own event may still come: what is read back is kept without a delivery, and apply completes it then.
"""

from uuid import UUID

from confab.clock import Clock
from confab.errors import Rejected, Unauthorised
from confab.graph.client import GraphClient
from confab.graph.read_back import ReadMessage
from confab.inbox.apply import Batch, Source, apply
from confab.inbox.line import LineOf
from confab.inbox.normalise import read_back
from confab.model.events import Event, Unreadable
from confab.model.inbox import WorkspaceId
from confab.store import events
from confab.store.claims import HINTS, Due
from confab.store.db import Database
from confab.store.wake import Wake


class Hints:
    """Handles claimed hints."""

    def __init__(
        self,
        db: Database,
        graph: GraphClient,
        clock: Clock,
        waker: Wake,
        line_of: LineOf,
    ) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._wake = waker
        self._line_of = line_of

    async def run(self, due: Due) -> None:
        """Read the message and apply it, which ends the hint; one that Meta does not show stays as given up, with the reason.

        Raises GraphError to try again.
        """
        workspace, account, digest = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1])), UUID(str(due.key[2]))
        async with self._db.transaction() as conn:
            mid = await events.hinted_mid(conn, (workspace, account, digest))
            line = await self._line_of(conn, workspace, account)
        if mid is None:
            return
        if line is None:
            raise Unauthorised("the account must be reconnected")
        try:
            found = _events(await self._graph.message(token=line.token, mid=mid), line.ig_id)
        except Rejected as error:
            async with self._db.transaction() as conn:
                await HINTS.bury(conn, due, error.detail)
            return
        source = Source(workspace_id=workspace, account_id=account, delivery_id=None)
        async with self._db.transaction() as conn:
            names = await apply(
                conn, Batch(events=[(source, event) for event in found], our_app_ids=frozenset()), self._clock.now()
            )
        self._wake.say(*names)


def _events(read: ReadMessage, ig_id: str) -> list[Event]:
    """Raises Rejected for what cannot be kept, or is nobody's."""
    found = read_back.of_message(read, ig_id)
    if isinstance(found[0], Unreadable):
        raise Rejected(found[0].reason)
    return found
