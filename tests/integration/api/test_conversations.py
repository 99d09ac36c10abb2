"""What an agent does to a conversation, over HTTP: what is done, what is refused and why, and that it is nobody else's."""

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from confab.accounts import connect
from confab.accounts.vault import Vault
from confab.clock import Clock
from confab.inbox.upkeep import Upkeep
from confab.model.inbox import IgId, Viewer
from confab.store import claims, ids
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.integration.api.conftest import Person
from tests.world import Customer, World, happen

NOBODYS = "01930000-0000-7000-8000-000000000000"
LATER = "2999-01-01T00:00:00Z"


@dataclass
class Desk:
    """Somebody at a conversation of three messages, the last one a minute old."""

    http: httpx2.AsyncClient
    person: Person
    world: World
    worker: Database
    clock: Clock
    id: str = ""

    @property
    def path(self) -> str:
        return f"/conversations/{self.id}"

    async def ask(self, method: str, path: str, body: Any = None, who: Person | None = None) -> httpx2.Response:
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=(who or self.person).bearer)

    async def get(self, path: str) -> Any:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def state(self) -> Any:
        return await self.get(self.path)


@pytest.fixture
async def desk(http: httpx2.AsyncClient, anna: Person, app_db: Database, worker_db: Database, clock: Clock) -> Desk:
    return await begin(http, anna, app_db, worker_db, clock)


async def begin(http: httpx2.AsyncClient, person: Person, app: Database, worker: Database, clock: Clock) -> Desk:
    now = clock.now()
    given = connect.Connection(ig_id=IgId(str(ids.new(now).int % 10**17)), username="bakery", access_token="T", expires_at=None)
    async with app.viewing(person.workspace) as conn:
        account = await connect.add(conn, Vault(keys=(os.urandom(32),), file=None), person.workspace, given, now)
    viewer = Viewer(workspace_id=person.workspace, agent_id=person.agent, name="Anna", email=person.email, role="owner")
    world = World(workspace=person.workspace, account=account.id, ig_id=account.ig_id, viewer=viewer)
    ada = Customer(world.ig_id)
    desk = Desk(http, person, world, worker, clock)
    await happen(worker, world, *(ada.writes(f"m{n}", f"message {n}", now - timedelta(minutes=3 - n)) for n in range(3)), now=now)
    desk.id = (await desk.get("/conversations"))["items"][0]["id"]
    return desk


async def test_one_request_closes_assigns_and_labels(desk: Desk, bob: Person) -> None:
    before = await desk.state()
    answer = await desk.ask(
        "PATCH", desk.path, {"status": "closed", "assignee_id": str(bob.agent), "labels": ["  vip  ", "order", "vip"]}
    )
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["status"], shown["assignee"]["id"], shown["labels"]) == ("closed", str(bob.agent), ["order", "vip"])
    assert shown["version"] > before["version"]
    after = await desk.state()
    assert after.pop("seq") > before["seq"]
    assert after == shown


async def test_what_is_left_out_stays_and_what_is_null_is_taken_away(desk: Desk, bob: Person) -> None:
    await desk.ask("PATCH", desk.path, {"assignee_id": str(bob.agent), "labels": ["order"]})
    closed = (await desk.ask("PATCH", desk.path, {"status": "closed"})).json()
    assert (closed["assignee"]["id"], closed["labels"]) == (str(bob.agent), ["order"])
    nobodys = (await desk.ask("PATCH", desk.path, {"assignee_id": None, "labels": []})).json()
    assert (nobodys["status"], nobodys["assignee"], nobodys["labels"]) == ("closed", None, [])


PUT_AWAY = [{"status": "closed"}, {"status": "snoozed", "snoozed_until": LATER}, {"archived": True}]


@pytest.mark.parametrize("body", PUT_AWAY, ids=["closed", "snoozed", "archived"])
async def test_A10_what_came_after_it_was_seen_is_not_put_away_with_it(desk: Desk, body: dict[str, Any]) -> None:
    seen = {"last_message_at": (await desk.state())["last_message_at"]}
    wrote = Customer(desk.world.ig_id).writes("m9", "One more thing", desk.clock.now())
    await happen(desk.worker, desk.world, wrote, now=desk.clock.now())
    stays = await desk.ask("PATCH", desk.path, body | seen)
    assert (stays.status_code, stays.json()["status"], stays.json()["archived_at"]) == (200, "open", None)
    newer = {"last_message_at": stays.json()["last_message_at"]}
    assert newer != seen
    for answer in (await desk.ask("PATCH", desk.path, body | newer), await desk.ask("PATCH", desk.path, body)):
        shown = answer.json()
        assert (shown["archived_at"] is not None) == ("archived" in body)
        assert shown["status"] == body.get("status", "open")


async def test_what_changes_nothing_tells_nobody(desk: Desk) -> None:
    before = await desk.state()
    for body in ({"status": "open"}, {"assignee_id": None}, {"labels": []}):
        assert (await desk.ask("PATCH", desk.path, body)).status_code == 200
    assert await desk.state() == before


REFUSED: list[tuple[Any, str]] = [
    ({}, "status"),
    ({"snoozed_until": LATER}, "status"),
    ({"last_message_at": LATER}, "status"),
    ({"status": None}, "status"),
    ({"status": "gone"}, "status"),
    ({"labels": None}, "labels"),
    ({"labels": "vip"}, "labels"),
    ({"labels": ["x" * 41]}, "labels"),
    ({"labels": ["a\0b"]}, "labels"),
    ({"labels": [f"label {n}" for n in range(21)]}, "labels"),
    ({"status": "snoozed"}, "snoozed_until"),
    ({"status": "snoozed", "snoozed_until": "2020-01-01T00:00:00Z"}, "snoozed_until"),
    ({"status": "snoozed", "snoozed_until": "2999-01-01T00:00:00"}, "snoozed_until"),
    ({"assignee_id": "bob"}, "assignee_id"),
    ({"assignee_id": NOBODYS}, "assignee_id"),
    ({"colour": "red"}, "colour"),
]


async def test_a_change_that_cannot_be_made_names_its_field_and_makes_none(desk: Desk) -> None:
    before = await desk.state()
    for body, field in REFUSED:
        answer = await desk.ask("PATCH", desk.path, body)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid", field), body
    assert await desk.state() == before


async def test_of_a_change_that_is_refused_in_one_point_nothing_is_made(desk: Desk) -> None:
    before = await desk.state()
    answer = await desk.ask("PATCH", desk.path, {"status": "closed", "labels": ["x" * 41]})
    assert (answer.status_code, answer.json()["field"]) == (422, "labels")
    assert await desk.state() == before


async def test_PE3_somebody_of_another_team_cannot_be_given_a_conversation(desk: Desk, stranger: Person) -> None:
    answer = await desk.ask("PATCH", desk.path, {"assignee_id": str(stranger.agent)})
    assert (answer.status_code, answer.json()["field"]) == (422, "assignee_id")


REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PATCH", "", {"status": "closed"}),
    ("PATCH", "", {"assignee_id": None}),
    ("PATCH", "", {"labels": ["mine"]}),
    ("POST", "/read", {}),
    ("GET", "/messages", None),
    ("POST", "/messages", {"client_key": "k", "text": "mine"}),
    ("GET", "/notes", None),
    ("POST", "/notes", {"text": "mine"}),
    ("GET", "/activities", None),
    ("POST", "/messages/MESSAGE/retry", None),
    ("DELETE", "/messages/MESSAGE", None),
]


async def test_PE3_to_another_team_a_conversation_is_not_there(desk: Desk, stranger: Person) -> None:
    before = await desk.state()
    message = (await desk.get(f"{desk.path}/messages"))["items"][0]["id"]
    for method, below, body in REQUESTS:
        path = below.replace("MESSAGE", message)
        theirs = await desk.ask(method, f"{desk.path}{path}", body, stranger)
        nobodys = await desk.ask(method, f"/conversations/{NOBODYS}{path}", body, stranger)
        for answer in (theirs, nobodys):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, below)
        assert theirs.json()["detail"] == nobodys.json()["detail"]
    assert await desk.state() == before


async def test_A5_reading_moves_the_mark_forward_only(desk: Desk) -> None:
    first, second, _ = (await desk.get(f"{desk.path}/messages"))["items"]
    marks = []
    for body in ({"message_id": second["id"]}, {"message_id": first["id"]}, None, {"message_id": first["id"]}):
        answer = await desk.ask("POST", f"{desk.path}/read", body)
        assert answer.status_code == 200
        marks.append(answer.json()["unread_count"])
    assert marks == [1, 1, 0, 0]
    assert [message["is_unread"] for message in (await desk.get(f"{desk.path}/messages"))["items"]] == [False] * 3


async def test_a_message_to_read_up_to_must_be_one_of_the_conversation(desk: Desk) -> None:
    other = Customer(desk.world.ig_id, "2291834475610028")
    await happen(desk.worker, desk.world, other.writes("elsewhere", "hi", desk.clock.now()), now=desk.clock.now())
    elsewhere = (await desk.get("/conversations"))["items"][0]["id"]
    (message,) = (await desk.get(f"/conversations/{elsewhere}/messages"))["items"]
    for unknown in (message["id"], NOBODYS):
        answer = await desk.ask("POST", f"{desk.path}/read", {"message_id": unknown})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    malformed = await desk.ask("POST", f"{desk.path}/read", {"message_id": "x"})
    assert (malformed.status_code, malformed.json()["field"]) == (422, "message_id")
    assert (await desk.state())["unread_count"] == 3


async def test_notes_are_the_teams_in_the_order_of_writing(desk: Desk, bob: Person) -> None:
    written = []
    for who, text in ((desk.person, "  She ordered last week.  "), (bob, "I called her.")):
        answer = await desk.ask("POST", f"{desk.path}/notes", {"text": text}, who)
        assert answer.status_code == 201
        assert (answer.json()["text"], answer.json()["author"]["id"]) == (text.strip(), str(who.agent))
        written.append(answer.json())
    assert (await desk.get(f"{desk.path}/notes"))["items"] == written


async def test_a_note_without_a_text_of_its_own_is_refused(desk: Desk) -> None:
    for body in ({}, {"text": ""}, {"text": " \n "}, {"text": "a\0b"}, {"text": "x" * 10_001}, {"text": 1}):
        answer = await desk.ask("POST", f"{desk.path}/notes", body)
        assert (answer.status_code, answer.json()["field"]) == (422, "text"), body
    assert (await desk.get(f"{desk.path}/notes"))["items"] == []


async def test_PE3_labels_are_known_to_the_team_that_uses_them(desk: Desk, stranger: Person) -> None:
    await desk.ask("PATCH", desk.path, {"labels": ["vip", "order"]})
    await desk.ask("PATCH", desk.path, {"labels": ["complaint"]})
    assert [label["name"] for label in (await desk.get("/labels"))["items"]] == ["complaint", "order", "vip"]
    assert (await desk.ask("GET", "/labels", None, stranger)).json()["items"] == []


async def test_activities_are_shown_in_the_order_in_which_they_happened(desk: Desk) -> None:
    ada, now = Customer(desk.world.ig_id), desk.clock.now()
    opted = ada.item(now, optin={"type": "notification_messages", "title": "News", "notification_messages_token": "1"})
    came = ada.item(now - timedelta(minutes=1), referral={"ref": "table-12", "source": "SHORTLINKS", "type": "OPEN_THREAD"})
    await happen(desk.worker, desk.world, opted, came, now=now)
    shown = (await desk.get(f"{desk.path}/activities"))["items"]
    assert [(one["kind"], one["conversation_id"]) for one in shown] == [("referral", desk.id), ("optin", desk.id)]
    assert shown[0]["referral"]["ref"] == "table-12"


@pytest.mark.parametrize("meanwhile", ["nothing", "closed", "snoozed for longer"])
async def test_a_snooze_ends_by_itself_unless_somebody_decided_otherwise(desk: Desk, doors: Doors, meanwhile: str) -> None:
    until = desk.clock.now() + timedelta(hours=1)
    await desk.ask("PATCH", desk.path, {"status": "snoozed", "snoozed_until": until.isoformat()})
    shown = await desk.state()
    assert (shown["status"], shown["snoozed_until"] is not None) == ("snoozed", True)
    upkeep = Upkeep(desk.worker, desk.clock, Wake(doors.worker), ledger_days=30, unclaimed_days=7)
    assert await due(desk, desk.clock.now()) == []
    if meanwhile == "closed":
        await desk.ask("PATCH", desk.path, {"status": "closed"})
    if meanwhile == "snoozed for longer":
        longer = until + timedelta(hours=1)
        await desk.ask("PATCH", desk.path, {"status": "snoozed", "snoozed_until": longer.isoformat()})
    desk.clock.ahead += timedelta(hours=1, seconds=1)
    found = await due(desk, desk.clock.now())
    assert len(found) == (1 if meanwhile == "nothing" else 0)
    for one in [*found, *found]:
        await upkeep.wake_up(one)
    expected = {"nothing": "open", "closed": "closed", "snoozed for longer": "snoozed"}
    assert (await desk.state())["status"] == expected[meanwhile]
    if meanwhile == "nothing":
        assert (await desk.state())["snoozed_until"] is None


async def due(desk: Desk, now: Any) -> list[claims.Due]:
    """The snoozes of this conversation that are over."""
    async with desk.worker.transaction() as conn:
        found = await claims.SNOOZES.claim(conn, now, now + timedelta(seconds=30), 100)
    return [one for one in found if str(one.key[1]) == desk.id]


async def test_A7_a_message_opens_a_snoozed_conversation_and_its_snooze_is_over(desk: Desk) -> None:
    await desk.ask("PATCH", desk.path, {"status": "snoozed", "snoozed_until": LATER})
    await happen(
        desk.worker, desk.world, Customer(desk.world.ig_id).writes("m9", "Hello?", desk.clock.now()), now=desk.clock.now()
    )
    shown = await desk.state()
    assert (shown["status"], shown["snoozed_until"]) == ("open", None)


async def test_a_client_key_is_refused_where_it_is_none(desk: Desk) -> None:
    for body, field in (
        ({"client_key": "", "text": "x"}, "client_key"), ({"client_key": "k" * 201, "text": "x"}, "client_key"),
        ({"text": "x"}, "client_key"), ({"client_key": "k", "text": " "}, "text"), ({"client_key": "k", "text": "a\0"}, "text"),
        ({"client_key": "k", "text": "ä" * 10_001}, "text"),
    ):  # fmt: skip
        answer = await desk.ask("POST", f"{desk.path}/messages", body)
        assert (answer.status_code, answer.json()["field"]) == (422, field), body


async def test_a_list_takes_no_cursor_but_its_own(desk: Desk) -> None:
    for path in ("/conversations?cursor=x", "/comments?cursor=x", "/deliveries?cursor=x"):
        answer = await desk.ask("GET", path)
        assert (answer.status_code, answer.json()["field"]) == (422, "cursor")
    assert (await desk.ask("GET", f"/conversations?label={uuid4()}")).json()["items"] == []
