"""A webhook arrives, is kept, and finds its way in: rules D1-D9 of docs/spec/inbox.md, H1-H7 of docs/spec/graph.md."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import httpx2
import pytest

from confab.accounts import meta_apps
from confab.accounts.vault import Vault
from confab.app import web_app
from confab.clock import Clock
from confab.inbox.ingest import MAX_ATTEMPTS, Ingest
from confab.settings import Settings
from confab.store import claims, deliveries, wake
from confab.store.claims import Due
from confab.store.db import Database, Doors, connect
from tests import recordings_of
from tests.world import Customer, World, after, body, make_world

SECRET = "0123456789abcdef0123456789abcdef"
HOOK = "/api/webhooks/instagram"


class Silent(wake.Wake):
    """Nobody listens."""

    def say(self, *names: str) -> None:
        pass


@dataclass
class Door:
    """Meta's way in, and the worker behind it, step by step."""

    http: httpx2.AsyncClient
    db: Database
    ingest: Ingest
    clock: Clock

    async def post(self, raw: bytes, secret: str = SECRET, **headers: str) -> int:
        signature = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        answer = await self.http.post(HOOK, content=raw, headers={"x-hub-signature-256": signature, **headers})
        return answer.status_code

    async def work(self) -> None:
        """Ingest until nothing is due."""
        while due := await self._claim(claims.DELIVERIES):
            await self.ingest.deliveries(due)
        while due := await self._claim(claims.PARTS):
            for one in due:
                await self.ingest.part(one)

    async def _claim(self, kind: claims.Kind) -> list[Due]:
        now = self.clock.now()
        async with self.db.transaction() as conn:
            return await kind.claim(conn, now, now, 500)

    async def texts(self, world: World) -> list[str | None]:
        async with self.db.transaction() as conn:
            found = await conn.fetch("SELECT text FROM messages WHERE workspace_id = $1 ORDER BY sent_at, id", world.workspace)
        return [record["text"] for record in found]

    async def states(self, world: World, state: str | None = None):
        async with self.db.transaction() as conn:
            await conn.execute("SELECT set_config('confab.workspace_id', $1, true)", str(world.workspace))
            return await deliveries.page(conn, world.viewer, state=state, before=UUID(int=2**128 - 1), limit=50)


@asynccontextmanager
async def opened(doors: Doors, clock: Clock, **more: object) -> AsyncIterator[Door]:
    settings = Settings(meta_app_secrets=(SECRET,), meta_verify_token="verify-me", **more)  # type: ignore[arg-type]
    async with web_app(settings, doors, clock) as front, Database.open(doors.worker, size=2) as db:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=front), base_url="http://confab.test") as http:
            yield Door(http, db, Ingest(db, clock, Silent(doors.worker), frozenset()), clock)


@pytest.fixture
async def door(doors: Doors, clock: Clock) -> AsyncIterator[Door]:
    async with opened(doors, clock) as one:
        yield one


async def fresh(doors: Doors, number: int) -> World:
    return await make_world(doors, ig_id=f"1784140000{number:07}")


async def test_H1_the_handshake_gives_the_challenge_back_to_who_knows_the_token(door: Door) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}
    answer = await door.http.get(HOOK, params=asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "wrong", [{"hub.verify_token": "other"}, {"hub.mode": "x"}, {"hub.challenge": "<script>"}, {"hub.verify_token": ""}]
)
async def test_H2_any_other_handshake_is_refused(door: Door, wrong: dict[str, str]) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444", **wrong}
    assert (await door.http.get(HOOK, params=asked)).status_code == 403


async def test_D2_without_a_secret_or_a_token_everything_is_refused(doors: Doors, clock: Clock) -> None:
    async with opened(doors, clock) as door:
        assert await door.post(b"{}", secret="") == 403
    settings = Settings()
    async with web_app(settings, doors, clock) as front:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=front), base_url="http://confab.test") as http:
            signature = "sha256=" + hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
            assert (await http.post(HOOK, content=b"{}", headers={"x-hub-signature-256": signature})).status_code == 403
            asked = {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}
            assert (await http.get(HOOK, params=asked)).status_code == 403


async def test_D2_a_wrong_signature_leaves_nothing(door: Door) -> None:
    before = await _kept(door)
    assert await door.post(b'{"object":"instagram","entry":[]}', secret="another") == 403
    assert (await door.http.post(HOOK, content=b"{}")).status_code == 403
    assert (await door.http.post(HOOK, content=b"{}", headers={b"x-hub-signature-256": b"sha256=\xe9"})).status_code == 403
    assert await _kept(door) == before


async def test_D2_a_body_over_the_limit_is_413_with_and_without_its_length(doors: Doors, clock: Clock) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 500

    async with opened(doors, clock, webhook_max_bytes=2000) as door:
        assert await door.post(b"x" * 2001) == 413
        assert (await door.http.post(HOOK, content=chunks())).status_code == 413


async def test_D1_many_at_once_are_all_kept(door: Door, doors: Doors) -> None:
    world = await fresh(doors, 1)
    ada = Customer(world.ig_id)
    bodies = [body(world.ig_id, ada.writes(f"many-{n}", f"message {n}", after(n))) for n in range(300)]
    assert set(await asyncio.gather(*(door.post(raw) for raw in bodies))) == {200}
    await door.work()
    assert await door.texts(world) == [f"message {n}" for n in range(300)]


async def test_D1_while_the_database_is_gone_meta_is_told_to_come_again(door: Door, doors: Doors) -> None:
    owner = await connect(doors.owner)
    try:
        await owner.execute("REVOKE INSERT ON deliveries FROM confab_app")
        await owner.execute("ALTER TABLE deliveries RENAME TO deliveries_away")
        with pytest.raises(asyncpg.UndefinedTableError):
            await owner.execute("SELECT FROM deliveries")
        assert await door.post(b'{"object":"instagram","entry":[]}') == 503
    finally:
        await owner.execute("ALTER TABLE deliveries_away RENAME TO deliveries")
        await owner.execute("GRANT INSERT ON deliveries TO confab_app")
        await owner.close()
    assert await door.post(b'{"object":"instagram","entry":[]}') == 200


UNREADABLE = [
    b"not json", b"[" * 5000 + b"]" * 5000, b'{"a":"\x00"}', b'{"a":"\\u0000"}', b'{"a":"\\ud83d"}', b'{"a":1e999}',
    b"\xff\xfe\x00", b'{"object":"instagram","entry":[{"id":"\\u0000","messaging":[{}]}]}',
    b'{"object":"instagram","entry":[{"\\u0000":[1]}]}', b'{"field":"\\u0000","value":1}',
]  # fmt: skip


async def test_D3_signed_but_unreadable_is_kept_and_shown_as_failed_and_harms_nobody(door: Door, doors: Doors) -> None:
    world = await fresh(doors, 2)
    ada = Customer(world.ig_id)
    for number, raw in enumerate(UNREADABLE):
        assert await door.post(raw) == 200
        assert await door.post(body(world.ig_id, ada.writes(f"ok-{number}", f"fine {number}", after(number)))) == 200
    strange = [
        ada.writes("nul", "a\0b", after(20)),
        ada.writes("half", "half \ud83d", after(21)),
        ada.item(datetime(9999, 1, 1, tzinfo=UTC), message={"mid": "far"}),
        {**ada.item(after(22), message={"mid": "iso"}), "timestamp": "9999-12-31T23:59:59-14:00"},
        {**ada.item(after(22), message={"mid": "big"}), "timestamp": 10**400},
        {**ada.item(after(23), message={"mid": "to"}), "recipient": {"id": "\0"}},
    ]
    assert await door.post(body(world.ig_id, *strange, ada.writes("ok-last", "fine too", after(30)))) == 200
    await door.work()
    assert await door.texts(world) == [f"fine {n}" for n in range(len(UNREADABLE))] + ["fine too"]
    failed = await door.states(world, "failed")
    assert len(failed) == len(UNREADABLE) + 1
    assert all(delivery.error for delivery in failed)


async def test_D5_what_nobody_owns_waits_for_its_account(door: Door, doors: Doors) -> None:
    stranger = "17849990000000001"
    ada = Customer(stranger)
    assert await door.post(body(stranger, ada.writes("early", "anybody there?", after(0)))) == 200
    await door.work()
    world = await fresh(doors, 3)
    (unclaimed,) = await door.states(world, "unclaimed")
    assert unclaimed.events == 1
    late = await make_world(doors, ig_id=stranger)
    async with door.db.transaction() as conn:
        assert await deliveries.requeue_unclaimed(conn, stranger, door.clock.now()) == 1
    await door.work()
    assert await door.texts(late) == ["anybody there?"]
    assert await door.states(world, "unclaimed") == []


async def test_D6_each_account_opens_to_the_signature_of_its_own_meta_app_alone(doors: Doors, clock: Clock) -> None:
    vault = Vault(keys=(b"k" * 32,), file=None)
    async with Database.open(doors.app, size=1) as db, db.transaction() as conn:
        app = await meta_apps.add(conn, vault, "Agency", "the agency's secret", clock.now())
    ours, agencys = await fresh(doors, 4), await fresh(doors, 14)
    owner = await connect(doors.owner)
    await owner.execute("UPDATE account_routes SET app_id = $1 WHERE account_id = $2", app.id, agencys.account)
    await owner.close()
    async with opened(doors, clock, encryption_keys=(b"k" * 32,)) as door:
        for world in (ours, agencys):
            ada = Customer(world.ig_id)
            assert await door.post(body(world.ig_id, ada.writes("d6-env", "from the environment's app", after(0)))) == 200
            assert await door.post(body(world.ig_id, ada.writes("d6-app", "from the agency's app", after(1))), app.secret) == 200
        assert await door.post(b"{}", secret="nobody's secret") == 403
        await door.work()
        assert await door.texts(ours) == ["from the environment's app"]
        assert await door.texts(agencys) == ["from the agency's app"]
        for world in (ours, agencys):
            (unclaimed,) = [one for one in await door.states(world, "unclaimed") if one.error]
            assert "another Meta app" in (unclaimed.error or "")
            assert unclaimed.events == 1


async def test_D7_the_bad_event_stands_alone_and_is_tried_again_until_it_works(door: Door, doors: Doors) -> None:
    """A text that the database refuses, for as long as it refuses it."""
    world = await fresh(doors, 5)
    ada = Customer(world.ig_id)
    owner = await connect(doors.owner)
    await owner.execute("ALTER TABLE messages ADD CONSTRAINT no_bombs CHECK (text IS DISTINCT FROM 'bomb')")
    try:
        for number in range(20):
            text = "bomb" if number == 7 else f"fine {number}"
            await door.post(
                body(
                    world.ig_id,
                    ada.writes(f"d7-{number}", text, after(number)),
                    ada.writes(f"d7-{number}b", "too", after(number + 0.5)),
                )
            )
        await door.work()
        assert await door.texts(world) == [t for n in range(20) for t in ([f"fine {n}"] if n != 7 else []) + ["too"]]
        (stored,) = await door.states(world, "stored")
        assert "no_bombs" in (stored.error or "")
        for _ in range(MAX_ATTEMPTS):
            door.clock.ahead += 2 * (door.clock.ahead or (after(10) - after(0)))
            await door.work()
        (failed,) = [delivery for delivery in await door.states(world, "failed") if "no_bombs" in (delivery.error or "")]
    finally:
        await owner.execute("ALTER TABLE messages DROP CONSTRAINT no_bombs")
        await owner.close()
    async with door.db.transaction() as conn:
        await deliveries.requeue(conn, [failed.id], door.clock.now())
    await door.work()
    assert "bomb" in await door.texts(world)
    assert failed.id not in [delivery.id for delivery in await door.states(world, "failed")]


class Died(BaseException):
    """What `kill -9` is to whoever waits for the worker."""


class Mortal(Ingest):
    """Dies of a certain delivery."""

    deadly: UUID

    async def ingest(self, wanted: Sequence[UUID]) -> None:
        if self.deadly in wanted:
            raise Died
        await super().ingest(wanted)


async def test_D7_a_delivery_that_kills_its_worker_is_set_aside_and_its_neighbours_are_in(door: Door, doors: Doors) -> None:
    world = await fresh(doors, 6)
    ada = Customer(world.ig_id)
    for number in range(9):
        await door.post(
            body(world.ig_id, ada.writes(f"deadly-{number}", "boom" if number == 4 else f"fine {number}", after(number)))
        )
    async with door.db.transaction() as conn:
        boom = await conn.fetchval("SELECT id FROM deliveries WHERE position('boom'::bytea IN body) > 0")
    door.ingest = Mortal(door.db, door.clock, Silent(doors.worker), frozenset())
    door.ingest.deadly = boom
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Died):
            await door.work()
    await door.work()
    assert await door.texts(world) == [f"fine {n}" for n in range(9) if n != 4]
    (failed,) = [one for one in await door.states(world, "failed") if "gave up" in (one.error or "")]
    assert failed.id == boom


async def test_D7_a_part_that_kills_its_worker_stands_as_failed(door: Door, doors: Doors) -> None:
    world = await fresh(doors, 16)
    await door.post(body(world.ig_id, Customer(world.ig_id).writes("deadly-part", "boom", after(0))))
    owner = await connect(doors.owner)
    await owner.execute("ALTER TABLE messages ADD CONSTRAINT no_booms CHECK (text IS DISTINCT FROM 'boom')")
    try:
        await door.work()
        door.clock.ahead += timedelta(hours=1)
        for _ in range(MAX_ATTEMPTS):
            assert await door._claim(claims.PARTS)
        await door.work()
    finally:
        await owner.execute("ALTER TABLE messages DROP CONSTRAINT no_booms")
        await owner.close()
    assert any("gave up" in (delivery.error or "") for delivery in await door.states(world, "failed"))


@pytest.mark.parametrize("again", [1, 2])
async def test_D8_running_everything_again_changes_nothing(door: Door, doors: Doors, again: int) -> None:
    world = await make_world(doors, ig_id="17841461234567890")
    began = door.clock.now()
    for name in recordings_of.names():
        assert await door.post(recordings_of.wire(name)) == 200
    await door.work()
    before = await _everything(door, world)
    async with door.db.transaction() as conn:
        every = await deliveries.replayable(conn, deliveries.Choice(since=began), beyond=UUID(int=0), limit=10_000)
        assert len(every) >= len(recordings_of.names())
        await deliveries.requeue(conn, every * again, door.clock.now())
    await door.work()
    assert await _everything(door, world) == before


async def test_N74_every_recording_is_applied_or_known_to_be_nobodys(door: Door, doors: Doors) -> None:
    world = await make_world(doors, ig_id="17841461234567890")
    for name in recordings_of.names():
        assert await door.post(recordings_of.body(name)) == 200
    await door.work()
    assert await door.states(world, "stored") == []
    async with door.db.transaction() as conn:
        failed = await conn.fetch(
            "SELECT error FROM delivery_parts WHERE workspace_id = $1 AND state = 'failed'", world.workspace
        )
        unknown = await conn.fetchval("SELECT sum(unknown) FROM delivery_parts WHERE workspace_id = $1", world.workspace)
    assert (failed, unknown) == ([], 1)


async def test_A8_an_unsent_message_leaves_the_ledger_and_the_feed(door: Door, doors: Doors) -> None:
    from confab.inbox.erase import Eraser

    world = await fresh(doors, 8)
    ada = Customer(world.ig_id)
    await door.post(body(world.ig_id, ada.writes("secret", "my card is 4711", after(0)), ada.writes("other", "hello", after(1))))
    await door.post(body(world.ig_id, ada.writes("secret", "my card is 4711", after(0))))
    await door.post(body(world.ig_id, ada.edits("secret", 1, "my card is 0815", after(2))))
    await door.work()
    await door.post(body(world.ig_id, ada.unsends("secret", after(3))))
    await door.work()
    for due in await door._claim(claims.ERASURES):
        await Eraser(door.db).run(due)
    async with door.db.transaction() as conn:
        ledger = b"".join(record["body"] for record in await conn.fetch("SELECT body FROM deliveries"))
        feed = b"".join(r["body"] for r in await conn.fetch("SELECT body FROM changes WHERE workspace_id = $1", world.workspace))
    for words in (b"4711", b"0815"):
        assert words not in ledger
        assert words not in feed
    assert b"hello" in ledger
    assert await door.texts(world) == [None, "hello"]


@pytest.mark.parametrize("order", [["edits", "unsends"], ["unsends", "edits"], ["writes", "unsends", "edits", "writes"]])
async def test_A8_words_that_come_after_their_unsending_leave_the_ledger_too(door: Door, doors: Doors, order: list[str]) -> None:
    from confab.inbox.erase import Eraser

    world = await fresh(doors, 17 + len(order) + (order[0] == "edits"))
    ada, other = Customer(world.ig_id), Customer(world.ig_id, "1087654321098766")
    bodies = {
        "writes": body(world.ig_id, ada.writes("late", "my card is 4712", after(0)), other.writes("fine", "hello", after(0))),
        "edits": body(
            world.ig_id, ada.edits("late", 1, "my card is 0816", after(2)), other.writes("odd", "half \ud83d", after(0))
        ),
        "unsends": body(world.ig_id, ada.unsends("late", after(3))),
    }
    for step in order:
        await door.post(bodies[step])
        await door.work()
        for due in await door._claim(claims.ERASURES):
            await Eraser(door.db).run(due)
            async with door.db.transaction() as conn:
                await claims.ERASURES.finish(conn, due)
    async with door.db.transaction() as conn:
        ledger = b"".join(record["body"] for record in await conn.fetch("SELECT body FROM deliveries"))
        parked = b"".join(
            record["event"]
            for record in await conn.fetch("SELECT event FROM parked_events WHERE workspace_id = $1", world.workspace)
        )
    for words in (b"card is 4712", b"card is 0816"):
        assert words not in ledger
        assert words not in parked
    assert "my card is 4712" not in await door.texts(world)


async def _kept(door: Door) -> int:
    async with door.db.transaction() as conn:
        return await conn.fetchval("SELECT count(*) FROM deliveries")


async def _everything(door: Door, world: World) -> object:
    async with door.db.transaction() as conn:
        tables = [
            "conversations",
            "messages",
            "attachments",
            "comments",
            "activities",
            "parked_events",
            "changes",
            "delivery_parts",
        ]
        return {
            table: json.dumps(
                [
                    dict(r)
                    for r in await conn.fetch(f"SELECT * FROM {table} WHERE workspace_id = $1 ORDER BY 1, 2, 3", world.workspace)
                ],
                default=str,
            )
            for table in tables
        }


async def test_D9_what_nobody_knows_is_counted_once_however_often_it_is_run(door: Door, doors: Doors) -> None:
    world = await fresh(doors, 9)
    ada = Customer(world.ig_id)
    await door.post(body(world.ig_id, {**ada.item(after(0)), "never_seen_thing": {}}))
    for _ in range(2):
        await door.work()
        async with door.db.transaction() as conn:
            counted = {count.name: count.count for count in await deliveries.counts(conn, since=after(-60 * 24 * 365).date())}
            await deliveries.requeue(conn, [delivery.id for delivery in await door.states(world)], door.clock.now())
    assert counted["unknown:never_seen_thing"] == 1
