"""What our own services may ask for: rules IN1-IN5 of docs/spec/inbox.md."""

import json
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx2
import pytest

from confab.app import web_app
from confab.clock import Clock
from confab.inbox.ingest import Ingest
from confab.settings import Settings
from confab.store import claims
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.integration.api.conftest import ORIGIN
from tests.world import Customer, World, happen, make_world

SERVICE = "service-token-of-the-tests"
HEADERS = {"x-service-token": SERVICE}
EVENT = {"mid": "m", "sender_ig_id": "1", "recipient_ig_id": "2", "timestamp": 1793612346, "message_text": "Hi"}
BODIES: dict[str, dict[str, Any]] = {
    "ingest-event": EVENT,
    "generate-verification": {"ig_id": "1", "event_id": "m"},
    "send-verification-dm": {"ig_id": "1", "token_plain": "0" * 64},
    "send-dm": {"ig_id": "1", "message_text": "Hi", "kind": "custom"},
}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(public_url=ORIGIN, service_token=SERVICE)


@pytest.fixture
async def world(doors: Doors) -> World:
    return await make_world(doors, ig_id=f"1784{random.randrange(10**12):012}")


def somebody() -> str:
    """A profile that no other test knows."""
    return f"10{random.randrange(10**14):014}"


async def ask(http: httpx2.AsyncClient, what: str, **body: Any) -> httpx2.Response:
    return await http.post(f"/api/internal/{what}", json=body, headers=HEADERS)


async def read(db: Database, doors: Doors, clock: Clock) -> None:
    """Ingest whatever waits."""
    ingest = Ingest(db, clock, Wake(doors.worker), frozenset())
    async with db.alone() as conn:
        dues = await claims.DELIVERIES.claim(conn, clock.now(), clock.now() + timedelta(minutes=1), 100)
    await ingest.deliveries(dues)


async def rows(db: Database, sql: str, *values: object) -> list[dict[str, Any]]:
    async with db.transaction() as conn:
        return [dict(row) for row in await conn.fetch(sql, *values)]


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("token", [None, "", "wrong", SERVICE + " ", SERVICE[:-1], "ü" * 24])
async def test_IN1_without_the_token_everything_is_401_whatever_else_is_wrong(
    http: httpx2.AsyncClient, what: str, token: str | None
) -> None:
    headers = {} if token is None else {"x-service-token": token.encode()}
    for content in (json.dumps(BODIES[what]), "{", ""):
        answer = await http.post(f"/api/internal/{what}", content=content, headers=headers)
        expected = 401 if (token or "").strip() != SERVICE else answer.status_code
        assert (answer.status_code, answer.json()["field"] if answer.status_code == 401 else "") == (
            expected, "x-service-token" if expected == 401 else "",
        )  # fmt: skip


@pytest.fixture
async def closed(doors: Doors, clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    """An installation whose service token is not set."""
    async with web_app(Settings(public_url=ORIGIN), doors, clock) as front:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=front), base_url=ORIGIN) as client:
            yield client


async def test_IN1_where_no_token_is_set_nobody_comes_in_and_readyz_says_so(closed: httpx2.AsyncClient) -> None:
    for given in ("", "None", "null", SERVICE):
        answer = await closed.post("/api/internal/send-dm", json=BODIES["send-dm"], headers={"x-service-token": given})
        assert answer.status_code == 401
    assert "service_token" in {note["code"] for note in (await closed.get("/readyz")).json()["notes"]}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    *[(what, {name: None}, name) for what, body in BODIES.items() for name in body if name not in ("kind", "message_text")],
    *[(what, {name: 7}, name) for what, body in BODIES.items() for name in body if name != "timestamp"],
    ("ingest-event", {"mid": ""}, "mid"),
    ("ingest-event", {"mid": "nul\0"}, "mid"),
    ("ingest-event", {"message_text": "half \ud83d"}, "message_text"),
    ("ingest-event", {"timestamp": "yesterday"}, "timestamp"),
    ("ingest-event", {"timestamp": -1}, "timestamp"),
    ("ingest-event", {"timestamp": 10**30}, "timestamp"),
    ("ingest-event", {"timestamp": "nan"}, "timestamp"),
    ("ingest-event", {"attachments": "none"}, "attachments"),
    ("send-dm", {"message_text": None}, "message_text"),
    ("send-dm", {"kind": "verification"}, "kind"),
]


@pytest.mark.parametrize(("what", "wrong", "field"), WRONG)
async def test_IN2_a_wrong_field_is_named(http: httpx2.AsyncClient, what: str, wrong: dict[str, Any], field: str) -> None:
    answer = await http.post(
        f"/api/internal/{what}",
        content=json.dumps({**BODIES[what], **wrong}),
        headers={**HEADERS, "content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["field"].split(".")[0]) == (422, field), answer.text


@pytest.mark.parametrize("written", [1793612346, 1793612346000, "1793612346", "1793612346000", 1793612346.0])
async def test_IN2_seconds_and_milliseconds_as_text_or_number_are_the_same_moment(
    http: httpx2.AsyncClient, world: World, worker_db: Database, doors: Doors, clock: Clock, written: float | str
) -> None:
    clock.ahead = datetime(2026, 11, 27, tzinfo=UTC) - datetime.now(UTC)
    event = {**EVENT, "mid": f"mid of {written!r}", "recipient_ig_id": world.ig_id, "timestamp": written}
    assert (await ask(http, "ingest-event", **event)).status_code == 200
    await read(worker_db, doors, clock)
    (message,) = await rows(worker_db, "SELECT sent_at, mid FROM messages WHERE workspace_id = $1", world.workspace)
    assert message == {"sent_at": datetime.fromtimestamp(1793612346, UTC), "mid": event["mid"]}


async def test_IN2_ids_may_be_any_text_and_the_same_mid_again_changes_nothing(
    http: httpx2.AsyncClient, world: World, worker_db: Database, doors: Doors, clock: Clock
) -> None:
    picture = {"type": "image", "payload": {"url": "https://lookaside.fbsbx.com/1.jpg"}}
    event = {
        **EVENT, "mid": "any ‘text’ / at all", "sender_ig_id": "a customer, söder", "recipient_ig_id": world.ig_id,
        "timestamp": int(clock.now().timestamp()), "message_text": None, "attachments": [picture],
    }  # fmt: skip
    for _ in range(3):
        answer = await ask(http, "ingest-event", **event, unknown_field="is let be")
        assert (answer.status_code, answer.json()) == (200, {"success": True, "message": "Event accepted for processing"})
        await read(worker_db, doors, clock)
    (message,) = await rows(worker_db, "SELECT * FROM views.messages WHERE workspace_id = $1", world.workspace)
    assert (message["id"], message["sender_ig_id"]) == ("any ‘text’ / at all", "a customer, söder")
    assert [one["type"] for one in json.loads(json.dumps(message["attachments"]))] == ["image"]
    (state,) = await rows(worker_db, "SELECT DISTINCT state FROM delivery_parts WHERE workspace_id = $1", world.workspace)
    assert state == {"state": "applied"}


async def test_IN2_what_is_for_an_account_nobody_connected_is_kept_as_unclaimed(
    http: httpx2.AsyncClient, worker_db: Database, doors: Doors, clock: Clock
) -> None:
    recipient = somebody()
    assert (await ask(http, "ingest-event", **{**EVENT, "recipient_ig_id": recipient})).status_code == 200
    await read(worker_db, doors, clock)
    (kept,) = await rows(worker_db, "SELECT state FROM unrouted_parts WHERE ig_id = $1", recipient)
    assert kept == {"state": "unclaimed"}


async def test_IN3_a_live_token_is_told_again_and_never_replaced(
    http: httpx2.AsyncClient, world: World, worker_db: Database, clock: Clock
) -> None:
    ig_id = somebody()
    await happen(worker_db, world, Customer(world.ig_id, ig_id).writes("the event", "Hi", clock.now()))
    first = await ask(http, "generate-verification", ig_id=ig_id, event_id="the event")
    again = await ask(http, "generate-verification", ig_id=ig_id, event_id="another event")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert first.json().keys() == {"token_hash", "expires_at", "ig_id"}
    assert (len(first.json()["token_hash"]), first.json()["ig_id"]) == (64, ig_id)
    clock.ahead += timedelta(minutes=61)
    later = await ask(http, "generate-verification", ig_id=ig_id, event_id="unknown here")
    assert later.json()["token_hash"] != first.json()["token_hash"]
    kept = await rows(
        worker_db, "SELECT message_id IS NOT NULL AS has_message, event_id FROM verification_tokens WHERE workspace_id = $1"
        " ORDER BY created_at", world.workspace,
    )  # fmt: skip
    assert kept == [{"has_message": True, "event_id": "the event"}, {"has_message": False, "event_id": "unknown here"}]
    assert await rows(worker_db, "SELECT 1 FROM outbound_messages WHERE workspace_id = $1", world.workspace) == []


async def test_IN3_a_profile_gets_three_tokens_a_day_and_a_live_one_whenever_it_is_asked_for(
    http: httpx2.AsyncClient, world: World, worker_db: Database, clock: Clock
) -> None:
    ig_id = somebody()
    await happen(worker_db, world, Customer(world.ig_id, ig_id).writes("m", "Hi", clock.now()))
    for number in range(3):
        made = await ask(http, "generate-verification", ig_id=ig_id, event_id=f"event {number}")
        for _ in range(3):  # however often, and for whatever
            for event in (f"event {number}", "another"):
                again = await ask(http, "generate-verification", ig_id=ig_id, event_id=event)
                assert (again.status_code, again.json()) == (200, made.json())
        clock.ahead += timedelta(minutes=61)
    refused = await ask(http, "generate-verification", ig_id=ig_id, event_id="event 2")
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["field"]) == (429, "too_many_tokens", "ig_id")
    assert "Ask again at" in problem["detail"]
    assert int(refused.headers["retry-after"]) == problem["retry_after_s"]
    clock.ahead += timedelta(seconds=problem["retry_after_s"] - 60)
    assert (await ask(http, "generate-verification", ig_id=ig_id, event_id="event 2")).status_code == 429
    clock.ahead += timedelta(seconds=61)
    assert (await ask(http, "generate-verification", ig_id=ig_id, event_id="event 2")).status_code == 200


async def test_IN4_of_several_accounts_one_has_to_be_named(
    http: httpx2.AsyncClient, world: World, doors: Doors, worker_db: Database, clock: Clock
) -> None:
    ig_id, other = somebody(), await make_world(doors, ig_id=somebody())
    for one in (world, other):
        await happen(worker_db, one, Customer(one.ig_id, ig_id).writes(f"m {one.ig_id}", "Hi", clock.now()))
    for what, body in BODIES.items():
        if what == "ingest-event":
            continue
        answer = await ask(http, what, **{**body, "ig_id": ig_id})
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "ambiguous", "account"), what
        assert sorted(answer.json()["accounts"]) == sorted([world.ig_id, other.ig_id])
        unknown = await ask(http, what, **{**body, "ig_id": ig_id, "account": "nobody's"})
        assert (unknown.status_code, unknown.json()["field"]) == (404, "account")
    answer = await ask(http, "generate-verification", ig_id=ig_id, event_id="e", account=other.ig_id)
    assert answer.status_code == 200
    (kept,) = await rows(worker_db, "SELECT account_id FROM verification_tokens WHERE workspace_id = $1", other.workspace)
    assert kept["account_id"] == other.account


async def test_IN4_who_has_no_conversation_is_404(http: httpx2.AsyncClient) -> None:
    for what, body in BODIES.items():
        if what != "ingest-event":
            answer = await ask(http, what, **{**body, "ig_id": somebody()})
            assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (404, "not_found", "ig_id")


async def test_IN4_an_unknown_or_dead_token_and_one_of_somebody_else_is_404(
    http: httpx2.AsyncClient, world: World, worker_db: Database, clock: Clock, front: Any
) -> None:
    ada, bert = somebody(), somebody()
    for ig_id in (ada, bert):
        await happen(worker_db, world, Customer(world.ig_id, ig_id).writes(f"m {ig_id}", "Hi", clock.now()))
    told = (await ask(http, "generate-verification", ig_id=ada, event_id="e")).json()["token_hash"]
    plain = await plain_of(front, worker_db, told)
    for ig_id, given in ((ada, "unknown"), (ada, told), (bert, plain)):
        answer = await ask(http, "send-verification-dm", ig_id=ig_id, token_plain=given)
        assert (answer.status_code, answer.json()["field"]) == (404, "token_plain")
    clock.ahead += timedelta(minutes=61)
    answer = await ask(http, "send-verification-dm", ig_id=ada, token_plain=plain)
    assert (answer.status_code, answer.json()["field"]) == (404, "token_plain")
    assert await rows(worker_db, "SELECT 1 FROM outbound_messages WHERE workspace_id = $1", world.workspace) == []


async def plain_of(front: Any, db: Database, told: str) -> str:
    """What the flow would put into the link of this token."""
    from confab.store.verifications import Token

    (row,) = await rows(db, "SELECT * FROM verification_tokens WHERE digest = $1", bytes.fromhex(told))
    plain = front.services.mint.plain(Token(**row))
    assert sha256(plain.encode()).hexdigest() == told
    return plain


async def test_IN5_a_text_that_instagram_would_not_take_is_422_naming_the_field(
    http: httpx2.AsyncClient, world: World, worker_db: Database, clock: Clock
) -> None:
    ig_id = somebody()
    await happen(worker_db, world, Customer(world.ig_id, ig_id).writes(f"m {ig_id}", "Hi", clock.now()))
    answer = await ask(http, "send-dm", ig_id=ig_id, message_text=" ", kind="custom")
    assert (answer.status_code, answer.json()["field"]) == (422, "message_text")
