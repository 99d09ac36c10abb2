"""An answer in doubt is looked for at Instagram: its conversation is read back. Absence is no proof. Rule O5."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from confab.clock import Clock
from confab.errors import GraphError
from confab.graph.client import GraphClient
from confab.graph.read_back import ReadMessage
from confab.inbox import locked, settle
from confab.inbox.line import LineOf
from confab.inbox.reading import CONVERSATIONS
from confab.model import links
from confab.model.inbox import OutboundId, WorkspaceId
from confab.store import ids, messages
from confab.store.db import Database, in_short
from confab.store.outbound import OutboundRow
from confab.work.pace import Pace, Waiting

CHECKING = "No answer from Instagram; checking whether it was sent."
_NOT_SHOWN = (
    "Instagram does not show this message. It may still have been sent: look into the Instagram app before you send it again."
)
_NOT_ASKED = (
    "Instagram could not be asked whether it has this message. It may have been sent: look into the Instagram app before you "
    "send it again."
)
_CLOCKS_DIFFER = timedelta(seconds=60)
_PATIENCE_S = 5.0  # to look at Instagram is not worth a longer wait: there is another look

log = structlog.get_logger()


class Looking:
    """Looks for answers in doubt."""

    def __init__(self, db: Database, graph: GraphClient, clock: Clock, line_of: LineOf, pace: Pace) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._line_of = line_of
        self._pace = pace

    async def look(self, workspace: WorkspaceId, call: OutboundRow) -> locked.Locked | None:
        """One look: what is found settles it, else there is a next one, or nobody looks any more. None: it was settled before."""
        shown = await self._shown(workspace, call)
        alike = [message for message in shown or [] if _is_it(message, call)]
        found = await self._unclaimed(workspace, call, alike)
        now = self._clock.now()
        async with self._db.by_key() as conn:
            given = (call.account_id, ids.digest(found.id)) if found is not None else None
            current = await locked.lock(conn, workspace, OutboundId(call.id), given=given)
            if current is None or current.call.state != "in_doubt":
                return None
            if found is not None:
                await settle.sent(conn, current, found.id, now, is_guess=True)
            else:
                again = settle.next_look(current.call.attempted_at or now, now)
                at_last = _NOT_SHOWN if shown is not None else _NOT_ASKED
                await settle.in_doubt(conn, current, again, CHECKING if again else at_last, now)
        return current

    async def _shown(self, workspace: WorkspaceId, call: OutboundRow) -> list[ReadMessage] | None:
        """What Instagram shows of the conversation; None when it could not be asked."""
        try:
            async with self._db.by_key() as conn:
                line = await self._line_of(conn, workspace, call.account_id)
            if line is None:
                return None
            async with asyncio.timeout(_PATIENCE_S):
                await self._pace.turn(workspace, call.account_id, CONVERSATIONS)
            return await self._graph.newest_messages(token=line.token, ig_id=line.ig_id, igsid=call.recipient_igsid)
        except (GraphError, TimeoutError, Waiting) as error:
            log.info("answer_not_checked", outbound=str(call.id), error=in_short(error))
            return None

    async def _unclaimed(self, workspace: WorkspaceId, call: OutboundRow, shown: Sequence[ReadMessage]) -> ReadMessage | None:
        """The oldest of these that is no message we know already."""
        if not shown:
            return None
        async with self._db.by_key() as conn:
            rows = await messages.rows_by_mids(conn, [(workspace, call.account_id, ids.digest(message.id)) for message in shown])
        known = {row.mid for row in rows}
        return next((message for message in reversed(shown) if message.id not in known), None)


def _is_it(message: ReadMessage, call: OutboundRow) -> bool:
    """Whether a message read back may be this answer: not the participant's, the same content, at about that time (rule C8)."""
    if message.sender is None or str(message.sender.id) == call.recipient_igsid or call.attempted_at is None:
        return False
    if message.created_at < call.attempted_at - _CLOCKS_DIFFER:
        return False
    return links.masked(message.message) == call.payload["text"] if call.kind == "text" else message.message in (None, "")
