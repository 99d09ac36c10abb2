"""Webhooks that come late, twice or never, and pages read at Instagram in between: the same conversation in the end.

Rules A1, A2, A5, HI1, GA2. What a reading brings is made as the client would have read it: to the second, and without a delivery.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from confab.graph.read_back import ReadConversation
from confab.inbox.apply import Batch, apply
from confab.inbox.normalise import read_back
from confab.store.db import Database, Doors
from tests.integration.inbox.test_order_free import Play, begin
from tests.properties import examples
from tests.world import NOON, Customer, World, events_of

ADA = Customer("17841461234567890")
LATER = NOON + timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Said:
    """One message: what its webhook is, and how it is read back."""

    number: int
    is_ours: bool

    @property
    def at(self) -> datetime:
        return NOON + timedelta(seconds=7 * self.number, milliseconds=400)

    @property
    def mid(self) -> str:
        return f"mid-{self.number}"

    @property
    def text(self) -> str:
        return f"message {self.number}"

    def webhook(self) -> dict[str, Any]:
        return ADA.echo(self.mid, self.text, self.at) if self.is_ours else ADA.writes(self.mid, self.text, self.at)

    def shown(self) -> dict[str, Any]:
        ours, theirs = {"id": ADA.ig_id, "username": "harbour.bakery"}, {"id": ADA.igsid, "username": "ada"}
        sender, receiver = (ours, theirs) if self.is_ours else (theirs, ours)
        return {
            "id": self.mid, "created_time": self.at.strftime("%Y-%m-%dT%H:%M:%S+0000"), "from": sender,
            "to": {"data": [receiver]}, "message": self.text,
        }  # fmt: skip


@st.composite
def talks(draw: st.DrawFn) -> list[Said]:
    sides = draw(st.lists(st.booleans(), min_size=1, max_size=12))
    return [Said(0, is_ours=False), *(Said(number, is_ours) for number, is_ours in enumerate(sides, 1))]


async def read(db: Database, world: World, said: list[Said]) -> None:
    """A conversation read at Instagram, when no more than this had been said; its newest messages first."""
    page = {
        "id": "thread", "updated_time": said[-1].shown()["created_time"],
        "participants": {"data": [{"id": ADA.igsid, "username": "ada"}, {"id": ADA.ig_id, "username": "harbour.bakery"}]},
        "messages": {"data": [one.shown() for one in reversed(said)]},
    }  # fmt: skip
    found = read_back.of_conversation(msgspec.json.decode(msgspec.json.encode(page), type=ReadConversation), ADA.ig_id)
    (source, _), *_ = events_of(world, said[0].webhook())
    source = replace(source, delivery_id=None, history_before=NOON - timedelta(days=1))
    async with db.transaction() as conn:
        await apply(conn, Batch(events=[(source, event) for event in found], our_app_ids=frozenset()), LATER)


async def hear(db: Database, world: World, said: list[Said]) -> None:
    async with db.transaction() as conn:
        events = events_of(world, *(one.webhook() for one in said))
        await apply(conn, Batch(events=events, our_app_ids=frozenset()), LATER)


async def shown(play: Play) -> tuple[Any, Any]:
    """What everybody sees, to the second, and how many rows there are."""
    rows, line, waiting, _ = await play.rows()
    messages = [(row["mid"], row["text"], row["direction"], row["status"], row["sent_at"].replace(microsecond=0)) for row in rows]
    seen = {
        name: line[name]
        for name in ("status", "unread_count", "last_message_preview", "last_message_direction", "last_message_status")
    }
    return (messages, seen | {"waiting": waiting}), line["last_message_at"].replace(microsecond=0)


@examples(20)
@given(talk=talks(), data=st.data())
def test_A1_HI1_webhooks_and_readings_in_any_order_end_in_the_same_conversation(
    doors: Doors, talk: list[Said], data: st.DataObject
) -> None:
    async def both() -> None:
        async with Database.open(doors.worker, size=2) as db:
            clean = await begin(db, doors, talk[0].webhook())
            await hear(db, clean.world, talk)
            wild = await begin(db, doors, talk[0].webhook())
            arriving = [one for one in talk for _ in range(data.draw(st.integers(0, 2)))]  # some never come, some twice
            for one in data.draw(st.permutations(arriving)):
                if data.draw(st.booleans()):
                    upto = data.draw(st.integers(1, len(talk)))
                    newest = data.draw(st.integers(1, upto))
                    await read(db, wild.world, talk[upto - newest : upto])
                await hear(db, wild.world, [one])
            await read(db, wild.world, talk)
            assert await shown(wild) == await shown(clean)
            await wild.law()

    asyncio.run(both())
