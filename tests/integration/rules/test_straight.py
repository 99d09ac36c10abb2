"""A rule's answer that nothing stands against goes out without having been queued: rule O28 of docs/spec/inbox.md."""

import json
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from confab.clock import Clock
from confab.inbox import answer
from confab.inbox.deeds import Means
from confab.inbox.line import Line
from confab.inbox.react import Reactions
from confab.inbox.send import Sender
from confab.model.commands import Actor, Send
from confab.model.inbox import ConversationId, WorkspaceId
from confab.model.outgoing import Text
from confab.model.rules import PutLabels
from confab.store.claims import OUTBOUND_AUTOMATED, Due
from confab.store.db import Conn, Database, Doors, undoable
from confab.work.seats import Seats, Work
from tests.integration.inbox.desk import LEASE, Meta
from tests.integration.rules.robot import Robot, reply, says
from tests.world import give_token, make_world

PRICE = says("price")
NO_PLACE = """INSERT INTO call_budgets (workspace_id, account_id, pool, next_at)
    SELECT workspace_id, id, 'sends', now() + interval '100 years' FROM accounts WHERE workspace_id = $1"""


class Straight(Robot):
    """A robot with somebody who sends: what was begun is in `begun` until `calls`."""

    def __init__(self, *given: Any, seats: int = 2) -> None:
        super().__init__(*given)
        self.meta, self.seats = Meta(), Seats(most=seats)
        self.has_token = True
        self.sender = Sender(self.db, self.meta, self.clock, self.waker, self._line, self._nothing_to_hand_over, lease=LEASE)
        self.reactions = Reactions(self.db, self.clock, self.waker, Means(begin=partial(self.sender.begin, self.seats)))
        self.begun: list[tuple[Due, Work]] = []
        self._works = self.seats.open(lambda due, work: self.begun.append((due, work)))
        self._works.__enter__()

    async def _line(self, _conn: Conn, _workspace: WorkspaceId, _account: UUID) -> Line | None:
        return Line(ig_id=self.world.ig_id, token="token") if self.has_token else None

    async def _nothing_to_hand_over(self, *_: object) -> list[dict[str, str]]:
        raise AssertionError

    async def calls(self) -> None:
        """Make the calls that were begun."""
        begun, self.begun = self.begun, []
        for _, work in begun:
            await work()

    async def queue(self) -> None:
        """Make the calls that are due, as a worker of the lane finds them."""
        for due in await self.due():
            await self.sender.run(due)

    async def due(self) -> list[Due]:
        now = self.clock.now()
        async with self.db.alone() as conn:
            claimed = await OUTBOUND_AUTOMATED.claim(conn, now, now + LEASE, 100)
        return [due for due in claimed if due.key[0] == self.world.workspace]

    async def rows(self) -> list[dict[str, Any]]:
        return await self.fetch(
            """SELECT o.state, m.status, o.attempts, o.due_at, o.attempted_at, o.id FROM outbound_messages o
            JOIN messages m ON m.workspace_id = o.workspace_id AND m.id = o.message_id
            WHERE o.workspace_id = $1 AND o.actor_kind = 'rule' ORDER BY o.id"""
        )

    async def states(self) -> list[str]:
        rows = await self.rows()
        assert all(row["state"] == row["status"] for row in rows)
        return [row["state"] for row in rows]

    async def told(self) -> list[tuple[str, str]]:
        """What the feed said of messages that go out."""
        rows = await self.fetch("SELECT type, body FROM changes WHERE workspace_id = $1 ORDER BY seq")
        read = [(row["type"], json.loads(row["body"])) for row in rows if row["type"].startswith("message_")]
        return [(type_, body["message"]["status"]) for type_, body in read if body["message"]["direction"] == "outbound"]


@pytest.fixture
async def robot(doors: Doors, worker_db: Database, clock: Clock) -> Straight:
    world = await make_world(doors)
    async with worker_db.transaction() as conn:
        await give_token(conn, world, clock.now())
    return Straight(worker_db, doors, world, clock)


async def test_O28_an_answer_is_sending_in_the_transaction_of_its_rule_and_goes_out_after_it(robot: Straight) -> None:
    await robot.rule("message", reply("It is 4 euro."), when=[PRICE])
    await robot.hears("1", "price?")
    (row,) = await robot.rows()
    assert (row["state"], row["status"], row["attempts"], robot.meta.asked) == ("sending", "sending", 1, [])
    assert row["due_at"] == row["attempted_at"] + LEASE
    assert [due for due, _ in robot.begun] == [Due(key=(robot.world.workspace, row["id"]), attempts=1)]
    await robot.calls()
    assert (await robot.states(), robot.meta.asked) == (["sent"], ["It is 4 euro."])
    assert await robot.told() == [("message_added", "sending"), ("message_updated", "sent")]


async def test_O2_one_whose_worker_dies_right_after_the_commit_is_in_doubt_and_never_queued(robot: Straight) -> None:
    await robot.rule("message", reply("It is 4 euro."), when=[PRICE])
    await robot.hears("1", "price?")
    assert await robot.due() == []
    robot.clock.ahead += LEASE
    await robot.queue()
    assert (await robot.states(), robot.meta.asked) == (["in_doubt"], [])


async def test_RU2_an_event_that_is_looked_at_twice_is_answered_once(robot: Straight) -> None:
    await robot.rule("message", reply("It is 4 euro."), when=[PRICE])
    await robot.writes("1", "price?")
    (due,) = await robot.claim()
    await robot.reactions.run(due)
    await robot.reactions.run(due)
    await robot.writes("1", "price?")
    await robot.work()
    await robot.calls()
    await robot.queue()
    assert robot.meta.asked == ["It is 4 euro."]


async def test_O8_two_answers_of_one_event_go_in_their_order(robot: Straight) -> None:
    await robot.rule("message", reply("One"), reply("Two"), when=[PRICE])
    await robot.rule("message", reply("Three"), when=[PRICE])
    await robot.hears("1", "price?")
    assert await robot.states() == ["sending", "queued", "queued"]
    await robot.queue()
    assert robot.meta.asked == []
    await robot.calls()
    await robot.queue()
    await robot.queue()
    assert (robot.meta.asked, robot.begun) == (["One", "Two", "Three"], [])


async def test_O13_of_a_long_answer_the_first_part_goes_and_the_others_wait_for_it(robot: Straight) -> None:
    await robot.rule("message", reply("word " * 300), when=[PRICE])
    await robot.hears("1", "price?")
    assert await robot.states() == ["sending", "queued"]
    await robot.queue()
    assert robot.meta.asked == []
    await robot.calls()
    await robot.queue()
    assert (await robot.states(), len(robot.meta.asked)) == (["sent", "sent"], 2)


async def test_O8_what_comes_after_one_in_flight_waits_for_it(robot: Straight) -> None:
    await robot.rule("message", reply("It is 4 euro."), when=[PRICE])
    await robot.hears("1", "price?")
    await robot.hears("2", "price again?")
    assert await robot.states() == ["sending", "queued"]
    await robot.calls()
    await robot.queue()
    assert await robot.states() == ["sent", "sent"]


async def test_O28_what_else_the_rule_does_is_done_with_it(robot: Straight) -> None:
    await robot.rule("message", reply("It is 4 euro."), PutLabels(type="label", add=("asked",), remove=()), when=[PRICE])
    await robot.hears("1", "price?")
    (conversation,) = await robot.fetch("SELECT labels, last_message_status FROM conversations WHERE workspace_id = $1")
    assert (await robot.states(), conversation) == (["sending"], {"labels": ["asked"], "last_message_status": "sending"})
    await robot.calls()
    assert await robot.states() == ["sent"]


@pytest.mark.parametrize(
    "against",
    [
        "UPDATE accounts SET paused_until = now() + interval '100 years' WHERE workspace_id = $1",
        "UPDATE accounts SET stopped_by = 'Dana', stopped_at = now() WHERE workspace_id = $1",
        "UPDATE workspaces SET stopped_by = 'Dana', stopped_at = now() WHERE workspace_id = $1",
        NO_PLACE,
    ],
)
async def test_O16_where_the_account_may_not_send_now_it_is_queued_and_its_seat_is_free(robot: Straight, against: str) -> None:
    await robot.rule("message", reply("It is 4 euro."), when=[PRICE])
    await robot.fetch(against)
    await robot.hears("1", "price?")
    assert (await robot.states(), robot.begun, robot.seats.free) == (["queued"], [], 2)
    await robot.queue()
    assert (await robot.states(), robot.meta.asked) == (["queued"], [])


async def test_O12_without_a_token_that_opens_it_is_queued(robot: Straight) -> None:
    await robot.rule("message", reply("It is 4 euro."), when=[PRICE])
    robot.has_token = False
    await robot.hears("1", "price?")
    assert (await robot.states(), robot.seats.free) == (["queued"], 2)


async def test_O28_without_a_seat_it_is_queued(robot: Straight) -> None:
    await robot.rule("message", reply("It is 4 euro."), when=[PRICE])
    with robot.seats.hold(2):
        await robot.hears("1", "price?")
    assert (await robot.states(), robot.begun) == (["queued"], [])


async def test_O16_what_is_begun_takes_its_place_when_the_call_is_made(robot: Straight) -> None:
    await robot.rule("message", reply("It is 4 euro."), when=[PRICE])
    places = "SELECT next_at FROM call_budgets WHERE workspace_id = $1 AND pool = 'sends'"
    await robot.hears("1", "price?")
    assert await robot.fetch(places) == []
    await robot.calls()
    assert len(await robot.fetch(places)) == 1


async def test_O16_one_whose_account_is_asked_to_wait_meanwhile_is_queued_again(robot: Straight) -> None:
    await robot.rule("message", reply("It is 4 euro."), when=[PRICE])
    await robot.hears("1", "price?")
    await robot.fetch(NO_PLACE)
    await robot.calls()
    assert (await robot.states(), robot.meta.asked) == (["queued"], [])


async def test_O28_what_is_not_committed_is_not_sent(robot: Straight) -> None:
    await robot.writes("1", "hello")
    actor = Actor(workspace_id=robot.world.workspace, kind="rule", agent_id=None, name="Hours")
    content = Text(type="text", text="It is 4 euro.")
    send = Send(conversation_id=ConversationId(await robot.conversation()), client_key="1", content=content)

    async def begin_and_fail(conn: Conn) -> None:
        message, _ = await answer.send(conn, actor, send, robot.clock.now(), begin=partial(robot.sender.begin, robot.seats))
        assert (message.status, robot.seats.free) == ("sending", 1)
        raise LookupError

    with pytest.raises(LookupError):
        async with robot.db.by_key() as conn:
            await begin_and_fail(conn)
    async with robot.db.by_key() as conn:
        with pytest.raises(LookupError):
            async with undoable(conn):
                await begin_and_fail(conn)
        assert robot.seats.free == 2
    assert (await robot.states(), robot.begun, robot.seats.free) == ([], [], 2)


async def test_G2_outside_the_window_nothing_is_begun(robot: Straight) -> None:
    await robot.rule("no_answer", reply("Are you still there?"), minutes=60)
    await robot.writes("1", "hello")
    await robot.fetch(
        "UPDATE conversations SET window_opened_at = window_opened_at - interval '25 hours' WHERE workspace_id = $1"
    )
    robot.clock.ahead += timedelta(minutes=61)
    await robot.work()
    assert (await robot.states(), robot.begun) == ([], [])
