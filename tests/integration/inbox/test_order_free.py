"""Whatever the order, however often: the same events end in the same rows. Rules A1-A3, O2-O5 of docs/spec/inbox.md.

A scenario is what really happened at Instagram and here: messages, edits, unsends, reactions, receipts of reading, answers from
the phone, and answers of ours whose calls were answered, timed out or had their echo first. It is played once in a clean order
and once shuffled, doubled, dropped and redelivered, with our own claims, receipts and time-outs in between; then the rows are
compared, and so are the feed and a fresh snapshot.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from confab.inbox import answer as answering
from confab.inbox import settle
from confab.model.commands import Actor, Send
from confab.model.inbox import ConversationId
from confab.model.outgoing import Text
from confab.store import changes, conversations, messages, outbound
from confab.store.db import Database, Doors
from tests.integration.inbox.desk import grasp
from tests.properties import examples
from tests.world import NOON, Customer, World, happen, make_world

EMOJI = ["❤️", "🥐", None]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of ours: how its call ended. Its echo always comes, some time."""

    number: int
    ending: str  # receipt, timeout

    @property
    def mid(self) -> str:
        return f"ours-{self.number}"

    @property
    def text(self) -> str:
        return f"answer {self.number}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Webhook items in the order in which they happened, and answers of ours."""

    items: list[dict[str, Any]]
    answers: list[Answer]
    about_answers: dict[int, list[dict[str, Any]]]  # what the participant did to each of them, or we took back


def at(second: int):
    return NOON + timedelta(seconds=second)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    ada = Customer("17841461234567890")
    items: list[dict[str, Any]] = [ada.writes("in-0", "hello", at(0))]
    mids = ["in-0"]
    second = 0
    for number in range(draw(st.integers(1, 9))):
        second += draw(st.integers(1, 20))
        kind = draw(st.sampled_from(["write", "edit", "unsend", "react", "see", "phone", "postback"]))
        mid = draw(st.sampled_from(mids))
        match kind:
            case "write":
                mids.append(f"in-{number + 1}")
                items.append(ada.writes(mids[-1], f"message {number}", at(second)))
            case "edit":
                edits = sum(1 for item in items if item.get("message_edit", {}).get("mid") == mid)
                items.append(ada.edits(mid, edits + 1, f"edit {number}", at(second)))
            case "unsend":
                items.append(ada.unsends(mid, at(second)))
            case "react":
                items.append(ada.reacts(mid, draw(st.sampled_from(EMOJI)), at(second)))
            case "see":
                items.append(ada.sees(mid, at(second)))
            case "phone":
                mids.append(f"phone-{number}")
                items.append(ada.echo(mids[-1], f"from the phone {number}", at(second)))
            case _:
                items.append(ada.item(at(second), postback={"title": "Menu", "payload": f"MENU_{number}"}))
    answers = [Answer(number, draw(st.sampled_from(["receipt", "timeout"]))) for number in range(draw(st.integers(0, 2)))]
    return Scenario(items, answers, {answer.number: draw(about(ada, answer)) for answer in answers})


@st.composite
def about(draw: st.DrawFn, ada: Customer, answer: Answer) -> list[dict[str, Any]]:
    later = [attempted(answer) + timedelta(seconds=3 + number) for number in range(3)]
    doings = [
        ada.sees(answer.mid, later[0]),
        ada.reacts(answer.mid, draw(st.sampled_from(EMOJI)), later[1]),
        ada.unsends(answer.mid, later[2]),
    ]
    return [doing for doing in doings if draw(st.booleans())]


def attempted(answer: Answer):
    return at(300 + 20 * answer.number)


def echo_of(answer: Answer) -> dict[str, Any]:
    return Customer("17841461234567890").echo(answer.mid, answer.text, attempted(answer) + timedelta(seconds=1))


class Play:
    """Plays a scenario into a world of its own."""

    def __init__(self, db: Database, world: World, conversation: ConversationId) -> None:
        self.db, self.world, self.conversation = db, world, conversation

    async def queue(self, answer: Answer, when: datetime | None = None) -> None:
        actor = Actor(workspace_id=self.world.workspace, kind="agent", agent_id=self.world.viewer.agent_id, name="Dana")
        command = Send(
            conversation_id=self.conversation, client_key=f"key-{answer.number}", content=Text(type="text", text=answer.text)
        )
        async with self.db.transaction() as conn:
            await answering.send(conn, actor, command, when or attempted(answer) - timedelta(seconds=1))

    async def _call(self, conn, answer: Answer):
        row = await messages.by_client_key(conn, self.world.workspace, self.conversation, f"key-{answer.number}")
        return await outbound.of_message(conn, self.world.workspace, row.id)

    async def claim(self, answer: Answer) -> None:
        async with self.db.transaction() as conn:
            locked = await grasp(conn, await self._call(conn, answer))
            await settle.sending(conn, locked, attempted(answer) + timedelta(seconds=60), attempted(answer))

    async def finish(self, answer: Answer) -> None:
        now = attempted(answer) + timedelta(seconds=2)
        async with self.db.transaction() as conn:
            locked = await grasp(conn, await self._call(conn, answer))
            if answer.ending == "receipt":
                await settle.sent(conn, locked, answer.mid, now)
            elif locked.call.state == "sending":
                await settle.in_doubt(conn, locked, now, "no answer", now)

    async def rows(self) -> Any:
        async with self.db.transaction() as conn:
            shown = await conn.fetch(
                """SELECT mid, text, direction, author_kind, author_name, status, sent_at, deleted_at, edits, num_edit, edited_at,
                    reactions, postback_payload, mid_is_guess AND status <> 'sent' AS wrong_guess
                FROM messages WHERE workspace_id = $1 ORDER BY sent_at, mid, text""",
                self.world.workspace,
            )
            line = await conn.fetchrow(
                """SELECT status, unread_count, read_up_to, seen_up_to, last_message_at, last_message_preview,
                    last_message_direction, last_message_status, window_opened_at, window_opened_by
                FROM conversations WHERE workspace_id = $1 AND id = $2""",
                self.world.workspace, self.conversation,
            )  # fmt: skip
            waiting = await conn.fetchval("SELECT count(*) FROM parked_events WHERE workspace_id = $1", self.world.workspace)
            calls = await conn.fetch(
                "SELECT state, remote_id FROM outbound_messages WHERE workspace_id = $1 ORDER BY created_at", self.world.workspace
            )
        return [dict(row) for row in shown], dict(line), waiting, [dict(row) for row in calls]

    async def law(self) -> None:
        """Snapshot = what the feed says from the beginning."""
        shown: dict[str, Any] = {}
        async with self.db.transaction() as conn:
            conversation = (await conversations.by_ids(conn, [(self.world.workspace, self.conversation)]))[self.conversation][1]
            page = await messages.page(conn, self.world.viewer, self.conversation, before=None, limit=100)
            kept = await changes.after(conn, self.world.workspace, 0, 10_000)
        line = None
        for change in kept:
            body = msgspec.json.decode(change.body)
            match body["type"]:
                case "message_added" | "message_updated":
                    shown[body["message"]["id"]] = body["message"]
                case "message_removed":
                    shown.pop(body["message_id"], None)
                case "conversation_updated":
                    line = body["conversation"]
        assert [change.seq for change in kept] == list(range(1, len(kept) + 1))
        assert line == msgspec.to_builtins(conversation)
        assert {id_: as_shown(message, line) for id_, message in shown.items()} == {
            str(message.id): msgspec.to_builtins(message) for message in page
        }


def as_shown(message: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    """What a reader of the feed derives: unread and seen follow the conversation's marks (docs/spec/stream.md, rule F5)."""
    unread = message["direction"] == "inbound" and not message["deleted_at"] and message["sent_at"] > line["read_up_to"]
    seen = message["status"] in ("sent", "seen") and line["seen_up_to"] and message["sent_at"] <= line["seen_up_to"]
    status = "seen" if seen else "sent" if message["status"] == "seen" else message["status"]
    return {**message, "is_unread": unread, "status": status}


async def begin(db: Database, doors: Doors, first: dict[str, Any]) -> Play:
    world = await make_world(doors)
    await happen(db, world, first, now=at(0))
    async with db.transaction() as conn:
        id_ = await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1", world.workspace)
    return Play(db, world, ConversationId(id_))


async def cleanly(db: Database, doors: Doors, scenario: Scenario) -> Play:
    play = await begin(db, doors, scenario.items[0])
    for item in scenario.items[1:]:
        await happen(db, play.world, item, now=at(600))
    for answer in scenario.answers:
        await play.queue(answer)
        await play.claim(answer)
        await play.finish(answer)
        await happen(db, play.world, echo_of(answer), now=at(600))
        for item in scenario.about_answers[answer.number]:
            await happen(db, play.world, item, now=at(600))
    return play


async def wildly(db: Database, doors: Doors, scenario: Scenario, data: st.DataObject) -> Play:
    """Batches of shuffled and doubled items; whatever was dropped comes at the end."""
    play = await begin(db, doors, scenario.items[0])
    steps = {answer.number: ["queue", "claim", "finish"] for answer in scenario.answers}
    claimed: set[int] = set()
    pool = [*scenario.items[1:], *data.draw(st.lists(st.sampled_from(scenario.items), max_size=4))]
    pool = data.draw(st.permutations(pool))
    while pool or any(steps.values()):
        choices = [number for number, left in steps.items() if left]
        if choices and (not pool or data.draw(st.booleans())):
            number = data.draw(st.sampled_from(choices))
            if steps[number][0] != "claim" or all(n in claimed and "finish" not in steps[n] for n in range(number)):
                await getattr(play, step := steps[number].pop(0))(scenario.answers[number])
                if step == "claim":
                    claimed.add(number)
                    for item in [echo_of(scenario.answers[number]), *scenario.about_answers[number]]:
                        pool.insert(data.draw(st.integers(0, len(pool))), item)
                continue
            if not pool:
                continue
        if pool:
            size = data.draw(st.integers(1, min(4, len(pool))))
            batch, pool = pool[:size], pool[size:]
            await happen(db, play.world, *batch, now=at(600))
    about_ours = [item for answer in scenario.answers for item in scenario.about_answers[answer.number]]
    echoes = [echo_of(answer) for answer in scenario.answers]
    await happen(db, play.world, *scenario.items, *about_ours, *echoes, now=at(700))
    return play


@examples(30)
@given(scenario=scenarios(), data=st.data())
def test_A1_any_interleaving_ends_in_the_same_rows(doors: Doors, scenario: Scenario, data: st.DataObject) -> None:
    async def both() -> None:
        async with Database.open(doors.worker, size=2) as db:
            clean = await cleanly(db, doors, scenario)
            wild = await wildly(db, doors, scenario, data)
            assert await wild.rows() == await clean.rows()
            await clean.law()
            await wild.law()

    asyncio.run(both())


async def test_N54_what_waited_while_a_later_answer_was_read_is_not_seen_with_it(doors: Doors, worker_db: Database) -> None:
    play = await begin(worker_db, doors, Customer("17841461234567890").writes("in-0", "hello", at(0)))
    first, waited = Answer(1, "receipt"), Answer(2, "receipt")
    await play.queue(waited, at(1))
    await play.queue(first)
    await play.claim(first)
    await play.finish(first)
    seen = Customer("17841461234567890").sees(first.mid, attempted(first) + timedelta(seconds=3))
    await happen(worker_db, play.world, echo_of(first), seen, now=at(600))
    await play.claim(waited)
    await happen(worker_db, play.world, echo_of(waited), now=at(600))
    await play.finish(waited)
    async with worker_db.transaction() as conn:
        page = await messages.page(conn, play.world.viewer, play.conversation, before=None, limit=10)
    assert {message.mid: message.status for message in page if message.direction == "outbound"} == {
        first.mid: "seen",
        waited.mid: "sent",
    }
