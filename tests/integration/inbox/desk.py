"""An agent at a conversation and the worker's step for each call, with a Meta that takes everything or refuses as it is told."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from confab.clock import Clock
from confab.errors import GraphError
from confab.graph.client import GraphClient, Myself, Receipt
from confab.graph.outgoing import Body, Recipient
from confab.graph.read_back import ReadMessage
from confab.inbox import answer, locked, settle
from confab.inbox.line import Line
from confab.inbox.locked import Locked
from confab.inbox.send import Sender
from confab.model.commands import Actor, Retry, Send
from confab.model.inbox import ConversationId, MessageId, OutboundId, WorkspaceId
from confab.model.outgoing import Content, Text
from confab.store import messages, outbound
from confab.store.claims import OUTBOUND, Due
from confab.store.db import Conn, Database, Doors
from confab.store.wake import Wake
from tests.world import NOON, World

LEASE = timedelta(seconds=30)


class Meta(GraphClient):
    """Keeps what it is asked to send, and takes it unless it is told to refuse."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.refusal: GraphError | None = None

    async def send(
        self, *, token: str, ig_id: str, to: Recipient, message: Body, tag: str | None = None, reply_to: str | None = None
    ) -> Receipt:
        said = message.get("text", message)
        self.asked.append(said)
        if self.refusal is not None:
            raise self.refusal
        return Receipt(mid=f"mid of {said} {len(self.asked)}")

    async def newest_messages(self, *, token: str, ig_id: str, igsid: str) -> list[ReadMessage]:
        return []

    async def me(self, *, token: str) -> Myself:
        return Myself(id="1")

    async def act(self, *, token: str, ig_id: str, to: Recipient, action: Body) -> None:
        self.asked.append(action)
        if self.refusal is not None:
            raise self.refusal


async def grasp(conn: Conn, call: outbound.OutboundRow) -> Locked:
    """The call as it is now, under lock."""
    found = await locked.lock(conn, WorkspaceId(call.workspace_id), OutboundId(call.id))
    assert found is not None
    return found


class Desk:
    """An agent at a conversation, and the worker's step for each answer."""

    def __init__(self, db: Database, doors: Doors, world: World, conversation: ConversationId) -> None:
        self.db, self.world, self.conversation, self.meta = db, world, conversation, Meta()
        self.hand_over_refusal: GraphError | None = None
        self.clock = Clock(ahead=NOON - Clock().now())
        self.sender = Sender(db, self.meta, self.clock, Wake(doors.worker), self._line, self._hand_over, lease=LEASE)
        self.actor = Actor(workspace_id=world.workspace, kind="agent", agent_id=world.viewer.agent_id, name="Dana")

    async def _line(self, _conn: Conn, _workspace: WorkspaceId, _account: UUID) -> Line:
        return Line(ig_id=self.world.ig_id, token="token")

    async def _hand_over(self, *_: object) -> list[dict[str, str]]:
        if self.hand_over_refusal is not None:
            raise self.hand_over_refusal
        return [{"attachment_id": "1"}]

    async def write(self, text: str, **more: Any) -> MessageId:
        return await self.send(text[:100], Text(type="text", text=text), **more)

    async def send(self, key: str, content: Content, **more: Any) -> MessageId:
        async with self.db.transaction() as conn:
            command = Send(conversation_id=self.conversation, client_key=key, content=content, **more)
            return (await answer.send(conn, self.actor, command, self.clock.now()))[0].id

    async def retry(self, message: MessageId) -> None:
        async with self.db.transaction() as conn:
            command = Retry(conversation_id=self.conversation, message_id=message)
            await answer.retry(conn, self.actor, command, self.clock.now())

    async def call(self, message: MessageId) -> outbound.OutboundRow:
        async with self.db.transaction() as conn:
            found = await outbound.of_message(conn, self.world.workspace, message)
        assert found is not None
        return found

    async def work(self) -> None:
        """Every call that is due goes its way, as a worker of the people's lane finds it, until none is."""
        while True:
            now = self.clock.now()
            async with self.db.transaction() as conn:
                claimed = await OUTBOUND.claim(conn, now, now + LEASE, 1000)
            ours = [due for due in claimed if due.key[0] == self.world.workspace]
            for due in ours:
                await self.sender.run(due)
            if not ours:
                return

    async def step(self, message: MessageId) -> str:
        call = await self.call(message)
        await self.sender.run(Due(key=(call.workspace_id, call.id), attempts=1))
        return await self.status(message)

    async def begun(self, message: MessageId) -> outbound.OutboundRow:
        """`sending` is committed and the worker is gone."""
        async with self.db.transaction() as conn:
            begun = await grasp(conn, await self.call(message))
            await settle.sending(conn, begun, self.clock.now() + LEASE, self.clock.now())
        return begun.call

    def time_passes(self, passed: timedelta = LEASE) -> None:
        self.clock.ahead += passed

    async def status(self, message: MessageId) -> str:
        async with self.db.transaction() as conn:
            return (await messages.rows_by_ids(conn, [(self.world.workspace, message)]))[0].status


async def somebody_waits(conn: Conn) -> None:
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    while not await conn.fetchval(waiting):
        await asyncio.sleep(0.01)
