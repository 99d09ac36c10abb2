"""An answer that waits is no failure: only attempts that went wrong in a row may bury it. Rules O9, O12."""

from datetime import timedelta
from uuid import UUID

from confab.clock import Clock
from confab.graph.client import GraphClient
from confab.inbox import answer
from confab.inbox.send import Line, Sender
from confab.model.commands import Actor, Send
from confab.model.inbox import ConversationId, WorkspaceId
from confab.model.outgoing import Text
from confab.store import claims
from confab.store.db import Conn, Database, Doors, connect
from confab.store.wake import Wake
from tests.world import Customer, happen, make_world


class NeverAsked(GraphClient):
    """No call is made while an account is paused."""

    def __init__(self) -> None:
        pass


async def nothing_to_hand_over(*_: object) -> list[dict[str, str]]:
    """The answer carries no files."""
    return []


async def test_O12_an_answer_that_waits_for_its_account_uses_no_attempt_up(doors: Doors, worker_db: Database) -> None:
    world, clock = await make_world(doors), Clock()

    async def line(_conn: Conn, _workspace: WorkspaceId, _account: UUID) -> Line:
        return Line(ig_id=world.ig_id, token="token")

    await happen(worker_db, world, Customer(world.ig_id).writes("m1", "hello", clock.now()))
    async with worker_db.transaction() as conn:
        conversation = await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1", world.workspace)
        actor = Actor(workspace_id=world.workspace, kind="agent", agent_id=world.viewer.agent_id, name="Dana")
        command = Send(conversation_id=ConversationId(conversation), client_key="k", content=Text(type="text", text="hi"))
        await answer.send(conn, actor, command, clock.now())
    owner = await connect(doors.owner)
    await owner.execute("UPDATE accounts SET health = 'paused' WHERE id = $1", world.account)
    await owner.close()
    waker, lease = Wake(doors.worker), timedelta(seconds=30)
    sender = Sender(worker_db, NeverAsked(), clock, waker, line, nothing_to_hand_over, lease=lease)
    for _ in range(3):
        async with worker_db.transaction() as conn:
            (due,) = await claims.OUTBOUND.claim(conn, clock.now(), clock.now() + timedelta(seconds=30), 1)
        assert due.attempts == 1
        await sender.run(due)
        clock.ahead += timedelta(minutes=2)
