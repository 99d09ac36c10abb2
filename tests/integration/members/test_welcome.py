"""What becomes by itself of what customers write: rules CN1-CN6 of docs/spec/inbox.md, step by step."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.inbox.apply import Batch, apply
from confab.inbox.ingest import Ingest
from confab.inbox.unsent import note, send_or_note
from confab.inbox.upkeep import Upkeep
from confab.members.connect import connect, disconnect
from confab.members.offer import Offers, Revealing
from confab.members.tokens import Mint, digest
from confab.members.welcome import Welcomes
from confab.members.wording import Wording
from confab.model.commands import Actor, Send
from confab.settings import Settings
from confab.store import claims, deliveries, ids, verifications
from confab.store.db import Conn, Database, Doors
from confab.store.db import connect as open_connection
from confab.store.wake import Wake
from tests.world import Customer, World, body, events_of, make_world

KEY = b"k" * 32
WORDING = Wording.of(Settings(public_url="https://inbox.example.org", brand_name="Harbour"))


class Killed(BaseException):
    """The worker is gone, at this very statement."""


@dataclass
class Mortal(Wake):
    """Nobody listens; and whoever speaks may die just then."""

    dies: list[bool] = field(default_factory=list)

    def say(self, *names: str) -> None:
        if self.dies and self.dies.pop():
            raise Killed


class Shop:
    """An account whose customers can connect, and the worker behind it."""

    def __init__(self, db: Database, world: World, clock: Clock) -> None:
        self.db, self.world, self.clock = db, world, clock
        self.ada = Customer(world.ig_id)
        self.deaths: list[str] = []  # what the next sends die of
        self.waker = Mortal([])
        mint = Mint(keys=lambda: (KEY,))
        self.mint = mint
        self.worker = Welcomes(
            db=db, clock=clock, wake=self.waker, send=self._send, note=note, offers=Offers(send=self._send, wording=WORDING),
            mint=mint, is_on=True,
        )  # fmt: skip

    async def _send(self, conn: Conn, actor: Actor, command: Send, now: datetime) -> Any:
        death = self.deaths.pop() if self.deaths else ""
        if death == "before":
            raise Killed
        sent = await send_or_note(conn, actor, command, now)
        if death == "after":
            raise Killed
        return sent

    async def comes(self, *items: dict[str, object]) -> None:
        async with self.db.transaction() as conn:
            await apply(conn, Batch(events=events_of(self.world, *items), our_app_ids=frozenset()), self.clock.now())

    async def writes(self, mid: str, text: str = "Look!") -> None:
        await self.comes(self.ada.writes(mid, text, self.clock.now()))

    async def claim(self) -> Sequence[claims.Due]:
        async with self.db.alone() as conn:
            now = self.clock.now()
            return await claims.WELCOMES.claim(conn, now, now + timedelta(seconds=30), 50)

    async def work(self) -> None:
        """Answer what is due, as often as the worker dies of it."""
        while dues := await self.claim():
            for due in dues:
                try:
                    await self.worker.run(due)
                except Killed:
                    self.clock.ahead += timedelta(seconds=31)  # its lease ends

    async def welcome(self, mid: str) -> None:
        await self.writes(mid)
        await self.work()

    async def fetch(self, sql: str) -> list[dict[str, Any]]:
        async with self.db.transaction() as conn:
            return [dict(row) for row in await conn.fetch(sql, self.world.workspace)]

    async def dms(self) -> list[str]:
        rows = await self.fetch("SELECT purpose FROM outbound_messages WHERE workspace_id = $1 ORDER BY created_at, id")
        return [row["purpose"] for row in rows]

    async def tokens(self) -> list[verifications.Token]:
        rows = await self.fetch("SELECT * FROM verification_tokens WHERE workspace_id = $1 ORDER BY created_at, id")
        return [verifications.Token(**row) for row in rows]

    async def waiting(self) -> int:
        return len(await self.fetch("SELECT 1 FROM welcomes WHERE workspace_id = $1"))

    async def connects(self, user: str = "user-1") -> bool:
        """The customer follows the newest link."""
        plain = self.mint.plain((await self.tokens())[-1])
        async with self.db.transaction() as conn:
            found = await verifications.find_by_digest(conn, digest(plain))
            assert found is not None
            return await connect(conn, found, user, self.clock.now())


@pytest.fixture
async def shop(doors: Doors, worker_db: Database, clock: Clock) -> Shop:
    world = await make_world(doors, ig_id=f"1784{random.randrange(10**12):012}")
    await let_connect(doors, world)
    return Shop(worker_db, world, clock)


async def let_connect(doors: Doors, world: World, *, every_s: int | None = None) -> None:
    owner = await open_connection(doors.owner)
    await owner.execute(
        "UPDATE accounts SET connects_customers = true, acknowledges_every_s = $2 WHERE id = $1", world.account, every_s
    )
    await owner.close()


async def test_CN1_what_is_no_news_of_a_participant_is_not_answered(shop: Shop) -> None:
    now, ada = shop.clock.now(), shop.ada
    await shop.comes(ada.echo("m1", "From the phone", now))
    await shop.comes(ada.item(now, message={"mid": "m2", "text": "To myself", "is_self": True}, is_self=True))
    await shop.comes(ada.reacts("m1", "❤", now), ada.sees("m1", now))
    assert await shop.waiting() == 0
    await shop.comes(ada.unsends("m3", now), ada.writes("m3", "Unsent already", now))
    await shop.work()
    assert (await shop.dms(), await shop.tokens()) == ([], [])


async def test_CN1_a_message_unsent_before_its_turn_is_not_answered(shop: Shop) -> None:
    await shop.writes("m1")
    await shop.comes(shop.ada.unsends("m1", shop.clock.now()))
    await shop.work()
    assert (await shop.waiting(), await shop.dms()) == (0, [])


async def test_CN1_nothing_waits_where_customers_cannot_connect(shop: Shop, doors: Doors) -> None:
    other = await make_world(doors, ig_id="17840000000000001")
    async with shop.db.transaction() as conn:
        events = events_of(other, Customer(other.ig_id).writes("m1", "Hi", shop.clock.now()))
        await apply(conn, Batch(events=events, our_app_ids=frozenset()), shop.clock.now())
        assert await conn.fetchval("SELECT count(*) FROM welcomes WHERE workspace_id = $1", other.workspace) == 0


async def test_CN2_while_a_token_lives_another_message_sends_nothing_and_after_it_makes_a_new_one(shop: Shop) -> None:
    await shop.welcome("m1")
    await shop.welcome("m2")
    assert await shop.dms() == ["verification"]
    (first,) = await shop.tokens()
    shop.clock.ahead += timedelta(minutes=61)
    await shop.welcome("m3")
    assert await shop.dms() == ["verification"] * 2
    before, second = await shop.tokens()
    assert before.replaced_at is not None
    assert second.digest != first.digest
    assert (second.event_id, second.is_live(shop.clock.now())) == ("m3", True)


async def test_CN3_a_customer_gets_three_links_a_day(shop: Shop) -> None:
    for number in range(6):
        await shop.welcome(f"m{number}")
        shop.clock.ahead += timedelta(minutes=61)
    assert await shop.dms() == ["verification"] * 3
    shop.clock.ahead += timedelta(hours=24)
    await shop.welcome("m9")
    assert await shop.dms() == ["verification"] * 4


async def test_CN3_a_live_link_that_reached_nobody_is_sent_and_not_replaced(shop: Shop) -> None:
    await shop.comes(shop.ada.writes("old", "In 2024", datetime(2024, 6, 10, tzinfo=UTC)))
    await shop.work()
    (missed,) = await shop.fetch("SELECT state, error_code FROM outbound_messages WHERE workspace_id = $1")
    assert (missed["state"], missed["error_code"]) == ("failed", "window_closed")
    await shop.welcome("m1")
    (token,) = await shop.tokens()
    assert (token.event_id, token.offers) == ("old", 2)
    states = await shop.fetch("SELECT state FROM outbound_messages WHERE workspace_id = $1 ORDER BY created_at, id")
    assert [row["state"] for row in states] == ["failed", "queued"]


async def test_CN4_a_member_is_thanked_for_every_message_and_each_is_processed(shop: Shop) -> None:
    await shop.welcome("m1")
    assert await shop.connects()
    for mid in ("m2", "m3"):
        await shop.welcome(mid)
    assert await shop.dms() == ["verification", "acknowledgement", "acknowledgement"]
    rows = await shop.fetch("SELECT mid FROM messages WHERE workspace_id = $1 AND processed ORDER BY mid")
    assert [row["mid"] for row in rows] == ["m2", "m3"]
    told = await shop.fetch("SELECT body FROM changes WHERE workspace_id = $1 AND type = 'message_updated' ORDER BY seq")
    assert [(one["message"]["mid"], one["message"]["processed"]) for one in (json.loads(row["body"]) for row in told)] == [
        ("m2", True), ("m3", True),
    ]  # fmt: skip


async def test_CN4_an_account_may_thank_less_often_and_still_processes_all(shop: Shop, doors: Doors) -> None:
    await let_connect(doors, shop.world, every_s=3600)
    await shop.welcome("m1")
    assert await shop.connects()
    for mid in ("m2", "m3"):
        await shop.welcome(mid)
    shop.clock.ahead += timedelta(minutes=61)
    await shop.welcome("m4")
    assert await shop.dms() == ["verification", "acknowledgement", "acknowledgement"]
    assert len(await shop.fetch("SELECT 1 FROM messages WHERE workspace_id = $1 AND processed")) == 3


@pytest.mark.parametrize("length", [900, 2000])
async def test_CN5_a_link_that_is_too_long_stands_as_failed_with_the_reason(shop: Shop, length: int) -> None:
    shop.ada = Customer(shop.world.ig_id, "7" * length)
    await shop.welcome("m1")
    assert await shop.waiting() == 0
    (missed,) = await shop.fetch(
        "SELECT state, error_code, error_message, payload FROM outbound_messages WHERE workspace_id = $1"
    )
    assert (missed["state"], missed["error_code"]) == ("failed", "link_too_long")
    assert "too long" in missed["error_message"]
    assert shop.mint.plain((await shop.tokens())[0]) not in json.dumps(missed["payload"])
    for number in range(5):
        await shop.welcome(f"again {number}")
    assert await shop.dms() == ["verification"] * 3


class Heard(Wake):
    """Keeps what is said."""

    def say(self, *names: str) -> None:
        self.said = {*getattr(self, "said", set[str]()), *names}


async def test_CN1_the_worker_is_woken_as_soon_as_the_message_is_in(shop: Shop, doors: Doors) -> None:
    async def said(mid: str, text: str) -> set[str]:
        heard = Heard(doors.worker)
        ingest = Ingest(shop.db, shop.clock, heard, frozenset())
        async with shop.db.transaction() as conn:
            now, delivery = shop.clock.now(), ids.new(shop.clock.now())
            raw = body(shop.world.ig_id, shop.ada.writes(mid, text, now))
            await deliveries.keep(conn, [delivery], now, [(None, raw)])
        await ingest.ingest([delivery])
        return heard.said

    assert "wwelcomes" in (first := await said("m1", "Hi"))
    assert "wlibrary" not in first
    await shop.work()
    assert await shop.connects()
    assert {"wwelcomes", "wlibrary"} <= await said("m2", "https://www.instagram.com/reel/C1/")


@pytest.mark.parametrize("seed", range(12))
async def test_CN5_shuffled_doubled_redelivered_and_killed_anywhere_each_message_is_answered_once(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    await shop.welcome("first")
    assert await shop.connects()
    now = shop.clock.now()
    told = [shop.ada.writes(f"m{number}", f"Reel {number}", now + timedelta(seconds=number)) for number in range(4)]
    deliveries = [chance.sample(told, chance.randint(1, 4)) for _ in range(8)] + [told]
    chance.shuffle(deliveries)
    for delivery in deliveries:
        await shop.comes(*delivery)
        shop.deaths = chance.choices(["", "before", "after"], k=chance.randint(0, 3))
        shop.waker.dies = chance.choices([True, False], k=chance.randint(0, 3))
        if chance.random() < 0.7:
            await shop.work()
    await shop.work()
    assert await shop.dms() == ["verification"] + ["acknowledgement"] * 4
    assert len(await shop.fetch("SELECT 1 FROM messages WHERE workspace_id = $1 AND processed")) == 4
    assert await shop.waiting() == 0


@pytest.mark.parametrize("seed", range(12))
async def test_CN5_a_stranger_gets_one_link_whatever_happens_meanwhile(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    now = shop.clock.now()
    told = [shop.ada.writes(f"m{number}", "Hi", now + timedelta(seconds=number)) for number in range(3)]
    for _ in range(4):
        await shop.comes(*chance.sample(told, chance.randint(1, 3)))
        shop.deaths = chance.choices(["", "before", "after"], k=2)
        shop.waker.dies = chance.choices([True, False], k=2)
        await shop.work()
    assert (await shop.dms(), len(await shop.tokens())) == (["verification"], 1)


async def test_CN5_who_comes_late_with_an_old_claim_changes_nothing(shop: Shop) -> None:
    await shop.writes("m1")
    (old,) = await shop.claim()
    shop.clock.ahead += timedelta(seconds=31)
    (new,) = await shop.claim()
    await shop.worker.run(old)
    assert await shop.dms() == []
    await shop.worker.run(new)
    await shop.worker.run(new)
    assert await shop.dms() == ["verification"]


async def test_CN6_a_token_connects_once_and_not_after_its_hour(shop: Shop) -> None:
    await shop.welcome("m1")
    assert await shop.connects("user-1")
    assert not await shop.connects("user-2")
    (row,) = await shop.fetch("SELECT connected_user_id, connected_at FROM participants WHERE workspace_id = $1")
    assert (row["connected_user_id"], row["connected_at"]) == ("user-1", (await shop.tokens())[0].consumed_at)
    (place,) = await shop.fetch("SELECT id FROM conversations WHERE workspace_id = $1")
    async with shop.db.transaction() as conn:
        assert not await disconnect(conn, shop.world.workspace, place["id"], "user-2", shop.clock.now())
        assert await disconnect(conn, shop.world.workspace, place["id"], "user-1", shop.clock.now())
    await shop.welcome("m2")
    shop.clock.ahead += timedelta(hours=1)
    assert not await shop.connects()
    (row,) = await shop.fetch("SELECT connected_user_id, connected_at FROM participants WHERE workspace_id = $1")
    assert (row["connected_user_id"], row["connected_at"]) == (None, None)


async def test_CN6_of_two_who_follow_a_link_at_once_one_is_connected(shop: Shop) -> None:
    await shop.welcome("m1")
    assert sorted(await asyncio.gather(*(shop.connects(f"user-{number}") for number in range(4)))) == [False, False, False, True]


async def test_CN7_a_link_is_made_readable_with_any_key_that_is_still_here(shop: Shop) -> None:
    await shop.welcome("m1")
    (call,) = await shop.fetch("SELECT payload FROM outbound_messages WHERE workspace_id = $1")
    assert "/verify?token=…&ig_id=" in call["payload"]["text"]
    later = Mint(keys=lambda: (b"n" * 32, KEY))
    async with shop.db.transaction() as conn:
        shown = await Revealing(mint=later)(conn, shop.world.workspace, call["payload"], shop.clock.now())
    assert shown == {"text": call["payload"]["text"].replace("…", shop.mint.plain((await shop.tokens())[0]))}


async def test_CN10_a_token_is_forgotten_thirty_days_after_its_end_used_or_not_in_small_steps(shop: Shop) -> None:
    await shop.welcome("m1")
    assert await shop.connects()
    other = await shop.fetch("SELECT id FROM conversations WHERE workspace_id = $1")
    async with shop.db.transaction() as conn:
        assert await disconnect(conn, shop.world.workspace, other[0]["id"], "user-1", shop.clock.now())
    for number in range(2):
        shop.clock.ahead += timedelta(minutes=61)
        await shop.welcome(f"again {number}")
    last = (await shop.tokens())[-1]
    shop.clock.ahead += timedelta(days=30)  # the first two are over for longer than that, the last not quite

    async def forget() -> int:
        async with shop.db.transaction() as conn:
            return await verifications.forget_ended(conn, shop.clock.now() - timedelta(days=30), 1)

    counts = [await forget()]  # other workspaces' too
    while counts[-1]:
        counts.append(await forget())
    assert set(counts) == {0, 1}
    assert await shop.tokens() == [last]
    upkeep = Upkeep(shop.db, shop.clock, shop.waker, ledger_days=30, unclaimed_days=7)
    shop.clock.ahead += timedelta(minutes=61)
    await upkeep.scheduled(claims.Due(key=("forgetting",), attempts=1))
    assert await shop.tokens() == []
    assert len(await shop.dms()) == 3
