"""Read a message of which only a hint arrived (rule N50) and let it in by the same door as every other."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from confab.clock import Clock
from confab.errors import Rejected
from confab.graph.client import GraphClient, ReadMessage
from confab.inbox.apply import Batch, Source, apply
from confab.inbox.send import Line
from confab.model.events import Content, Event, MessageEchoed, MessageReceived
from confab.model.inbox import Igsid, Mid, WorkspaceId
from confab.store import events, ids, wake
from confab.store.claims import HINTS, Due
from confab.store.db import Conn, Database
from confab.store.wake import Wake


class Hints:
    """Handles claimed hints."""

    def __init__(
        self,
        db: Database,
        graph: GraphClient,
        clock: Clock,
        waker: Wake,
        line_of: Callable[[Conn, WorkspaceId, UUID], Awaitable[Line | None]],
    ) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._wake = waker
        self._line_of = line_of

    async def run(self, due: Due) -> None:
        """Read the message and apply it; one that Meta does not show is given up. Raises GraphError to try again."""
        workspace, account, digest = WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1])), UUID(str(due.key[2]))
        async with self._db.transaction() as conn:
            mid = await events.hinted_mid(conn, (workspace, account, digest))
            line = await self._line_of(conn, workspace, account)
        if mid is None or line is None:
            return
        try:
            read = await self._graph.message(token=line.token, mid=mid)
        except Rejected as error:
            async with self._db.transaction() as conn:
                await HINTS.bury(conn, due, error.detail)
            return
        event = _event(read, line.ig_id)
        if event is None:
            return
        source = Source(workspace_id=workspace, account_id=account, delivery_id=ids.new(self._clock.now()))
        async with self._db.transaction() as conn:
            changed = await apply(conn, Batch(events=[(source, event)], our_app_ids=frozenset()), self._clock.now())
        self._wake.say(*(wake.changed(one) for one in changed))


def _event(read: ReadMessage, ig_id: str) -> Event | None:
    """A message read back, as the event it would have been (rules C5, C8); None when it names nobody."""
    sender = str(read.sender.id) if read.sender and read.sender.id else None
    others = [str(person.id) for person in (read.to.data if read.to else []) if person.id]
    participant = (others[0] if others else None) if sender == ig_id else sender
    if participant is None:
        return None
    content = Content(
        text=read.message or None, attachments=[], reply_to_mid=None, reply_to_story_id=None, is_story_reply=False,
        quick_reply_payload=None, referral=None, is_unsupported=not read.message,
    )  # fmt: skip
    if sender == ig_id:
        return MessageEchoed(
            type="message_echoed", mid=Mid(read.id), igsid=Igsid(participant), sent_at=read.created_at, meta_sent_at=None,
            content=content, app_id=None, is_standby=False, is_self=False,
        )  # fmt: skip
    return MessageReceived(
        type="message_received", mid=Mid(read.id), igsid=Igsid(participant), sent_at=read.created_at, meta_sent_at=None,
        content=content, is_standby=False, is_self=False,
    )  # fmt: skip
