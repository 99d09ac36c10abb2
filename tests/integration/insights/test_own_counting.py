"""What is counted is what a plain count of the messages says, in whatever order all of it came. Rules NU1, NU3-NU8.

A scenario is some days of two conversations: customers write and unsend, the team answers from here and from the phone, programs
answer, conversations are closed and opened again. It is played shuffled and doubled, with the counting in between; then every row
of every scope is compared with what a loop over all messages finds.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from confab.clock import Clock
from confab.inbox import act, settle
from confab.inbox import answer as answering
from confab.insights.own_counting import Counting
from confab.model.commands import Actor, Send, SetStatus
from confab.model.inbox import ConversationId
from confab.model.outgoing import Text
from confab.store import messages, outbound, own_counts, own_numbers
from confab.store.claims import Due
from confab.store.db import Conn, Database, Doors
from confab.store.own_numbers import ALL, BOUNDS_S
from tests.integration.inbox.desk import grasp
from tests.properties import examples
from tests.world import NOON, Customer, World, happen, make_world

DAY = timedelta(days=1)
BEFORE = timedelta(hours=6)  # before noon: what is older came before the account was connected
IG_ID = "17841461234567890"


class Standing(Clock):
    """A clock that is set."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Ours:
    """An answer from here; its echo says another time."""

    number: int
    kind: str
    at: datetime
    echo_at: datetime


@dataclass(frozen=True, slots=True)
class Scenario:
    items: list[dict[str, Any]]
    ours: list[Ours]
    statuses: list[tuple[str, datetime]]


times = st.integers(-10 * 60, 70 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
near_noon = st.integers(0, 20 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
people = [Customer(IG_ID), Customer(IG_ID, "1087654321098766")]


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    items = [people[0].writes("first", "hello", NOON)]
    written = ["first"]
    for number in range(draw(st.integers(2, 10))):
        kind, at, who = (
            draw(st.sampled_from(["write", "write", "phone", "unsend", "react"])),
            draw(times),
            draw(st.sampled_from(people)),
        )
        match kind:
            case "write":
                written.append(f"in-{number}")
                items.append(who.writes(written[-1], f"message {number}", at))
            case "phone":
                written.append(f"phone-{number}")
                items.append(who.echo(written[-1], f"from the phone {number}", at))
            case "unsend":
                items.append(who.unsends(draw(st.sampled_from(written)), at))
            case _:
                items.append(who.reacts(draw(st.sampled_from(written)), "❤️", at))
    ours = [
        Ours(
            number,
            draw(st.sampled_from(["agent", "service"])),
            at := draw(near_noon),
            at + timedelta(seconds=draw(st.integers(-90, 90))),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    statuses = [(draw(st.sampled_from(["closed", "open"])), draw(times)) for _ in range(draw(st.integers(0, 4)))]
    return Scenario(items, ours, sorted(statuses, key=lambda one: one[1]))


class Play:
    """Plays a scenario into a world of its own, and counts."""

    def __init__(self, db: Database, world: World, conversation: ConversationId) -> None:
        self.db, self.world, self.conversation = db, world, conversation
        self.clock = Standing(NOON)
        self.counting = Counting(db, self.clock)

    async def count(self, now: datetime) -> None:
        self.clock.at = now
        await self.counting.run(Due(key=(self.world.workspace,), attempts=0))

    async def answer(self, ours: Ours) -> None:
        kind: Any = ours.kind
        agent = self.world.viewer.agent_id if kind == "agent" else None
        actor = Actor(workspace_id=self.world.workspace, kind=kind, agent_id=agent, name="Dana")
        content = Text(type="text", text=f"answer {ours.number}")
        async with self.db.transaction() as conn:
            command = Send(conversation_id=self.conversation, client_key=f"key-{ours.number}", content=content)
            await answering.send(conn, actor, command, ours.at)
        async with self.db.transaction() as conn:
            await settle.sending(conn, await grasp(conn, await self._call(conn, ours)), ours.at + DAY, ours.at)
        async with self.db.transaction() as conn:
            await settle.sent(conn, await grasp(conn, await self._call(conn, ours)), f"ours-{ours.number}", ours.at)

    async def _call(self, conn: Conn, ours: Ours) -> outbound.OutboundRow:
        row = await messages.by_client_key(conn, self.world.workspace, self.conversation, f"key-{ours.number}")
        call = await outbound.of_message(conn, self.world.workspace, row.id)
        assert call is not None
        return call

    async def set_status(self, status: Any, at: datetime) -> None:
        actor = Actor(workspace_id=self.world.workspace, kind="agent", agent_id=self.world.viewer.agent_id, name="Dana")
        async with self.db.transaction() as conn:
            await act.set_status(conn, actor, SetStatus(conversation_id=self.conversation, status=status, snoozed_until=None), at)

    async def shown(self, now: datetime) -> dict[tuple[UUID, UUID, datetime], tuple[object, ...]]:
        """What is counted, and what is made fresh, in one table."""
        async with self.db.transaction() as conn:
            counted = (await own_counts.counted(conn, self.world.workspace)).counted_up_to
            kept = await conn.fetch(
                """SELECT account_id, agent_id, at, received, sent, automatic, responses, response_s, response_times, resolutions,
                    resolution_s, resolution_times, windows_missed FROM own_numbers WHERE workspace_id = $1""",
                self.world.workspace,
            )
            assert counted is not None
            assert all(record["at"] < counted for record in kept)
            await own_numbers.count(conn, self.world.workspace, [(counted, now)])
            whole = await conn.fetch("SELECT * FROM own_numbers WHERE workspace_id = $1", self.world.workspace)
            await own_numbers.forget(conn, self.world.workspace, [(counted, now)])
        return {(one["account_id"], one["agent_id"], one["at"]): tuple(one.values())[4:] for one in whole}


def plainly(  # noqa: C901 -- a plain count, all in one place, is what the statements are compared with
    said: Sequence[Any], closings: Sequence[Any], world: World, now: datetime, since: datetime
) -> dict[Any, tuple[object, ...]]:
    """The same by a loop over everything there is."""
    counts: dict[Any, dict[str, Any]] = {}
    said = sorted([one for one in said if one["deleted_at"] is None and one["status"] in ("received", "sent")], key=order)

    def add(what: str, agent: UUID | None, at: datetime, seconds: float | None = None) -> None:
        quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        for account in (world.account, ALL):
            for who in (ALL, *([agent] if agent else [])):
                row = counts.setdefault((account, who, quarter), {})
                row[what] = row.get(what, 0) + 1
                if seconds is not None:
                    row.setdefault(f"{what} times", []).append(seconds)

    for one in said:
        conversation = [other for other in said if other["conversation_id"] == one["conversation_id"]]
        ends = [k["closed_at"] for k in closings if k["conversation_id"] == one["conversation_id"]]
        if one["direction"] == "inbound":
            add("received", None, one["sent_at"])
            end = one["sent_at"] + DAY
            if end < now and one["sent_at"] >= since and not is_kept(one, conversation, ends):
                add("missed", None, end)
        elif not is_of_people(one):
            add("automatic", None, one["sent_at"])
        else:
            add("sent", one["author_agent_id"], one["sent_at"])
            earlier = [other["sent_at"] for other in conversation if is_of_people(other) and order(other) < order(one)]
            begins = [*earlier[-1:], *[k for k in ends if k < one["sent_at"]][-1:]]
            wait = first_wait(conversation, begins, since, lambda at, one=one: at < one["sent_at"])
            if wait is not None:
                add("response", one["author_agent_id"], one["sent_at"], (one["sent_at"] - wait).total_seconds())
    for one in closings:
        conversation = [other for other in said if other["conversation_id"] == one["conversation_id"]]
        ends = [
            k["closed_at"]
            for k in closings
            if k["conversation_id"] == one["conversation_id"] and k["closed_at"] < one["closed_at"]
        ]
        wait = first_wait(conversation, ends[-1:], since, lambda at, one=one: at <= one["closed_at"])
        if wait is not None:
            add("resolution", one["agent_id"], one["closed_at"], (one["closed_at"] - wait).total_seconds())
    return {key: as_columns(row) for key, row in counts.items()}


def order(one: Any) -> tuple[datetime, UUID]:
    return one["sent_at"], one["id"]


def is_of_people(one: Any) -> bool:
    return one["direction"] == "outbound" and one["author_kind"] in ("agent", "schedule", "instagram") and not one["is_standby"]


def is_kept(one: Any, conversation: Sequence[Any], ends: Sequence[datetime]) -> bool:
    """Whether somebody answered, the customer wrote on, or it was closed, before the window did."""
    end = one["sent_at"] + DAY
    said = [
        other
        for other in conversation
        if other is not one
        and one["sent_at"] <= other["sent_at"] <= end
        and (other["sent_at"] > one["sent_at"] or other["direction"] == "outbound" or other["id"] > one["id"])
        and (other["direction"] == "inbound" or is_of_people(other))
    ]
    return bool(said) or any(one["sent_at"] <= closed_at <= end for closed_at in ends)


def first_wait(conversation: Sequence[Any], begins: Sequence[datetime], since: datetime, until: Any) -> datetime | None:
    waits: Iterator[datetime] = (
        one["sent_at"]
        for one in conversation
        if one["direction"] == "inbound" and one["sent_at"] >= since and until(one["sent_at"])
        and all(one["sent_at"] > begin for begin in begins)
    )  # fmt: skip
    return next(waits, None)


def as_columns(row: dict[str, Any]) -> tuple[object, ...]:
    def times_of(what: str) -> tuple[int, int, list[int]]:
        seconds = [round(one) for one in row.get(f"{what} times", [])]
        places = [sum(1 for bound in BOUNDS_S if bound <= one) for one in seconds]
        return len(seconds), sum(seconds), [places.count(n) for n in range(len(BOUNDS_S) + 1)] if seconds else []

    first = (row.get("received", 0), row.get("sent", 0), row.get("automatic", 0))
    return (*first, *times_of("response"), *times_of("resolution"), row.get("missed", 0))


def differences(shown: dict[Any, Any], expected: dict[Any, Any]) -> dict[Any, Any]:
    return {key: (shown.get(key), expected.get(key)) for key in shown | expected if shown.get(key) != expected.get(key)}


async def begin(db: Database, doors: Doors, scenario: Scenario) -> Play:
    world = await make_world(doors)
    async with db.transaction() as conn:
        await conn.execute("UPDATE accounts SET created_at = $2 WHERE workspace_id = $1", world.workspace, NOON - BEFORE)
        await own_counts.ensure(conn, world.workspace, NOON)
    await happen(db, world, scenario.items[0], now=NOON)
    async with db.transaction() as conn:
        id_ = await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1", world.workspace)
    return Play(db, world, ConversationId(id_))


async def wildly(db: Database, doors: Doors, scenario: Scenario, data: st.DataObject) -> tuple[Play, datetime]:
    play = await begin(db, doors, scenario)
    pool = data.draw(st.permutations([*scenario.items[1:], *data.draw(st.lists(st.sampled_from(scenario.items), max_size=3))]))
    now, ours, statuses = NOON, list(scenario.ours), list(scenario.statuses)
    while pool or ours or statuses:
        now += timedelta(minutes=data.draw(st.integers(1, 20 * 60)))
        what = data.draw(st.sampled_from(["items", "ours", "status", "count"]))
        if what == "ours" and ours:
            one = ours.pop(0)
            await play.answer(one)
            pool.insert(
                data.draw(st.integers(0, len(pool))), people[0].echo(f"ours-{one.number}", f"answer {one.number}", one.echo_at)
            )
        elif what == "status" and statuses:
            await play.set_status(*statuses.pop(0))
        elif what == "items" and pool:
            size = data.draw(st.integers(1, min(4, len(pool))))
            batch, pool = pool[:size], pool[size:]
            await happen(db, play.world, *batch, now=max(now, NOON + 4 * DAY))
        else:
            await play.count(now)
    return play, max(now, NOON + 3 * DAY)


@examples(20)
@given(scenario=scenarios(), data=st.data())
def test_NU1_NU3_NU4_whatever_the_order_and_however_often_the_numbers_are_a_plain_count_of_the_messages(
    doors: Doors, scenario: Scenario, data: st.DataObject
) -> None:
    async def compared() -> None:
        async with Database.open(doors.worker, size=2) as db:
            play, now = await wildly(db, doors, scenario, data)
            await play.count(now)
            async with db.transaction() as conn:
                said = await conn.fetch("SELECT * FROM messages WHERE workspace_id = $1", play.world.workspace)
                closings = await conn.fetch(
                    "SELECT * FROM closings WHERE workspace_id = $1 ORDER BY closed_at", play.world.workspace
                )
            expected = plainly(said, closings, play.world, now, NOON - BEFORE)
            assert differences(await play.shown(now), expected) == {}
            await play.count(now)  # again: nothing is added
            assert differences(await play.shown(now), expected) == {}

    asyncio.run(compared())


async def test_NU3_a_closing_that_is_not_committed_while_its_hour_is_counted_is_counted_next_time(doors: Doors) -> None:
    now = NOON + 3 * DAY
    async with Database.open(doors.worker, size=2) as db:
        play = await begin(db, doors, Scenario([people[0].writes("first", "hello", NOON)], [], []))
        await play.count(NOON + timedelta(hours=2))
        for minutes, status in ((10, "closed"), (11, "open")):  # the hour is marked already
            await play.set_status(status, NOON + timedelta(minutes=minutes))
        actor = Actor(workspace_id=play.world.workspace, kind="agent", agent_id=play.world.viewer.agent_id, name="Dana")
        closing = SetStatus(conversation_id=play.conversation, status="closed", snoozed_until=None)
        async with db.transaction() as conn:
            await act.set_status(conn, actor, closing, NOON + timedelta(minutes=12))
            async with asyncio.timeout(30):
                await play.count(NOON + timedelta(hours=2))  # neither waits for the other
        await play.count(now)
        async with db.transaction() as conn:
            of_workspace = "WHERE workspace_id = $1"
            said = await conn.fetch(f"SELECT * FROM messages {of_workspace}", play.world.workspace)
            closings = await conn.fetch(f"SELECT * FROM closings {of_workspace} ORDER BY closed_at", play.world.workspace)
        assert len(closings) == 1
        assert differences(await play.shown(now), plainly(said, closings, play.world, now, NOON - BEFORE)) == {}
