"""What people and programs ask of a participant, over HTTP, and what it leaves in line. Rules PR3, PR4, PR7, PR8."""

import asyncio
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import httpx2
import pytest

from confab.clock import Clock
from confab.media.avatar import Avatars
from confab.model.inbox import Conversation, Participant
from confab.profiles.fetch import Profiles
from confab.profiles.nightly import Nightly
from confab.store import participants
from confab.store.claims import Due
from confab.store.db import Database, Doors
from confab.store.media import AVATAR
from confab.store.wake import Wake
from tests.integration.api.conftest import Person
from tests.integration.api.test_conversations import Desk, begin
from tests.world import Customer, happen

DAY = timedelta(days=1)


@pytest.fixture
async def desk(http: httpx2.AsyncClient, anna: Person, app_db: Database, worker_db: Database, clock: Clock) -> Desk:
    """Somebody at a conversation with Ada, whose profile was read two days ago."""
    desk = await begin(http, anna, app_db, worker_db, clock)
    await read(desk, ago=2 * DAY)
    return desk


async def read(desk: Desk, ago: timedelta) -> None:
    """Ada's profile was read so long ago, and nothing is in line."""
    async with desk.worker.transaction() as conn:
        await conn.execute("DELETE FROM profile_fetches WHERE workspace_id = $1", desk.world.workspace)
        await conn.execute(
            """UPDATE participants SET username = 'ada.bakes', name = 'Ada', profile_read_at = $2, profile_turn_at = $2
            WHERE workspace_id = $1""",
            desk.world.workspace, desk.clock.now() - ago,
        )  # fmt: skip


async def line(desk: Desk) -> list[dict[str, Any]]:
    async with desk.worker.transaction() as conn:
        found = await conn.fetch("SELECT * FROM profile_fetches WHERE workspace_id = $1", desk.world.workspace)
    return [dict(record) for record in found]


async def ada(desk: Desk) -> tuple[UUID, UUID]:
    async with desk.worker.transaction() as conn:
        find = "SELECT workspace_id, id FROM participants WHERE workspace_id = $1"
        return tuple(await conn.fetchrow(find, desk.world.workspace))


async def published(desk: Desk, since: int) -> list[str]:
    return [change["type"] for change in (await desk.get(f"/changes?after={since}"))["items"]]


async def refresh_stale(desk: Desk, usernames: Mapping[UUID, str] | None = None) -> int:
    async with desk.worker.transaction() as conn:
        return await participants.refresh_stale(conn, [await ada(desk)], desk.clock.now(), usernames)


async def test_PR4_whoever_asks_has_the_profile_read_at_once_and_once(desk: Desk, bob: Person) -> None:
    before = await desk.state()
    answer = await desk.ask("POST", f"{desk.path}/participant/refresh")
    assert answer.status_code == 202, answer.text
    asked = answer.json()["participant"]
    assert asked["profile_asked_at"] is not None
    assert (asked["name"], asked["profile_read_at"]) == ("Ada", before["participant"]["profile_read_at"])
    (row,) = await line(desk)
    assert (row["state"], row["is_refresh"]) == ("due", False)
    assert row["due_at"] <= desk.clock.now()
    again = await desk.ask("POST", f"{desk.path}/participant/refresh", who=bob)
    assert (again.status_code, again.json()) == (202, answer.json())
    assert await line(desk) == [row]
    assert await published(desk, before["seq"]) == ["conversation_updated"]


@pytest.mark.parametrize("state", ["a refresh later", "waiting", "given up", "postponed", "asked, and its row is gone"])
async def test_PR4_whoever_asks_need_not_wait_for_what_is_in_line(desk: Desk, state: str) -> None:
    now = desk.clock.now()
    async with desk.worker.transaction() as conn:
        values = {
            "a refresh later": ("due", now + DAY, True, None),
            "waiting": ("waiting", now + DAY, False, "refused"),
            "postponed": ("due", now + DAY, False, "busy"),
        }
        if state == "given up":
            await conn.execute("INSERT INTO profile_fetches VALUES ($1, $2, 'due', 'infinity', 8, 'hopeless')", *await ada(desk))
        elif state in values:
            await conn.execute(
                """INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at, is_refresh, error, attempts)
                VALUES ($1, $2, $3, $4, $5, $6, 2)""",
                *await ada(desk), *values[state],
            )  # fmt: skip
        else:
            await conn.execute("UPDATE participants SET profile_asked_at = $2 WHERE workspace_id = $1", desk.world.workspace, now)
    assert (await desk.ask("POST", f"{desk.path}/participant/refresh")).status_code == 202
    (row,) = await line(desk)
    assert (row["state"], row["is_refresh"], row["attempts"]) == ("due", False, 0)
    assert row["due_at"] <= desk.clock.now()


async def test_PR4_an_account_that_writes_to_itself_has_no_profile_to_read(desk: Desk) -> None:
    async with desk.worker.transaction() as conn:
        await conn.execute("UPDATE conversations SET is_self = true WHERE workspace_id = $1", desk.world.workspace)
    answer = await desk.ask("POST", f"{desk.path}/participant/refresh")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert await line(desk) == []


async def test_PR4_looking_asks_for_nothing(desk: Desk) -> None:
    await read(desk, ago=400 * DAY)
    for path in ("/conversations", desk.path, f"{desk.path}/messages", f"{desk.path}/notes", "/me", "/accounts"):
        await desk.get(path)
    await desk.ask("POST", f"{desk.path}/read")
    await happen(desk.worker, desk.world, Customer(desk.world.ig_id).writes("m9", "again", desk.clock.now()))
    assert await line(desk) == []


async def test_PR4_a_sync_refreshes_what_is_older_than_thirty_days_or_has_another_name_once(desk: Desk) -> None:
    assert await refresh_stale(desk) == 0
    assert await refresh_stale(desk, {(await ada(desk))[1]: "ADA.bakes"}) == 0
    assert await refresh_stale(desk, {(await ada(desk))[1]: "ada.cakes"}) == 1
    (row,) = await line(desk)
    assert (row["state"], row["is_refresh"], row["wants_picture"]) == ("due", True, False)
    assert await refresh_stale(desk, {(await ada(desk))[1]: "ada.cakes"}) == 0
    await read(desk, ago=30 * DAY)
    assert [await refresh_stale(desk), await refresh_stale(desk)] == [1, 0]
    await read(desk, ago=29 * DAY)
    assert await refresh_stale(desk) == 0


async def test_PR4_a_sync_leaves_whom_meta_refused_waiting_for_their_message(desk: Desk) -> None:
    await read(desk, ago=99 * DAY)
    async with desk.worker.transaction() as conn:
        await conn.execute("INSERT INTO profile_fetches VALUES ($1, $2, 'waiting', $3)", *await ada(desk), desk.clock.now())
    assert await refresh_stale(desk) == 0
    assert [row["state"] for row in await line(desk)] == ["waiting"]


async def show(desk: Desk) -> None:
    """Ada has a picture."""
    async with desk.worker.transaction() as conn:
        await conn.execute(
            """INSERT INTO media_objects (workspace_id, digest, content_type, size_bytes, kept_at)
            VALUES ($1, $2, 'image/png', 1, $3)""",
            desk.world.workspace, b"x" * 32, desk.clock.now(),
        )  # fmt: skip
        await conn.execute(
            "UPDATE participants SET avatar_digest = $2, avatar_url = '/media/avatars/x' WHERE workspace_id = $1",
            desk.world.workspace, b"x" * 32,
        )  # fmt: skip


async def broken(desk: Desk, who: Person | None = None) -> bool:
    answer = await desk.ask("POST", f"{desk.path}/participant/picture-broken", who=who)
    assert answer.status_code == 202, answer.text
    return answer.json()["enqueued"]


async def test_PR7_of_many_reports_of_a_broken_picture_one_a_day_counts(desk: Desk, bob: Person) -> None:
    await show(desk)
    seq = (await desk.state())["seq"]
    many = await asyncio.gather(*(broken(desk, who) for who in [None, bob] * 5))
    assert sorted(many) == [False] * 9 + [True]
    (row,) = await line(desk)
    assert (row["state"], row["is_refresh"], row["wants_picture"]) == ("due", True, True)
    async with desk.worker.transaction() as conn:
        await conn.execute("DELETE FROM profile_fetches WHERE workspace_id = $1", desk.world.workspace)
    desk.clock.ahead += DAY - timedelta(minutes=1)
    assert await broken(desk) is False
    desk.clock.ahead += timedelta(minutes=2)
    assert await broken(desk) is True
    assert len(await line(desk)) == 1
    assert await published(desk, seq) == []


async def test_PR7_a_report_hurries_what_is_in_line_and_wakes_nobody_who_waits(desk: Desk) -> None:
    await show(desk)
    now = desk.clock.now()
    async with desk.worker.transaction() as conn:
        await conn.execute("INSERT INTO profile_fetches VALUES ($1, $2, 'due', $3)", *await ada(desk), now + DAY)
    assert await broken(desk) is True
    (row,) = await line(desk)
    assert (row["is_refresh"], row["wants_picture"], row["due_at"] < now + DAY) == (False, True, True)
    async with desk.worker.transaction() as conn:
        await conn.execute("UPDATE profile_fetches SET state = 'waiting' WHERE workspace_id = $1", desk.world.workspace)
    desk.clock.ahead += 2 * DAY
    assert await broken(desk) is False
    assert [row["state"] for row in await line(desk)] == ["waiting"]


async def test_PR7_a_picture_that_is_none_cannot_be_broken(desk: Desk) -> None:
    assert await broken(desk) is False
    assert await line(desk) == []


async def test_PR8_a_lead_is_linked_shown_told_and_forgotten(desk: Desk, bob: Person) -> None:
    before = await desk.state()
    assert before["participant"]["linked_lead_id"] is None
    linked = await desk.ask("PATCH", f"{desk.path}/participant", {"linked_lead_id": "crm/Lead 42 – ü"}, who=bob)
    assert (linked.status_code, linked.json()["participant"]["linked_lead_id"]) == (200, "crm/Lead 42 – ü")
    assert linked.json()["version"] == before["version"] + 1
    assert await published(desk, before["seq"]) == ["conversation_updated"]
    shown = await desk.state()
    await desk.ask("PATCH", f"{desk.path}/participant", {"linked_lead_id": "crm/Lead 42 – ü"})
    assert await desk.state() == shown
    await desk.ask("PATCH", f"{desk.path}/participant", {"linked_lead_id": None})
    assert (await desk.state())["participant"]["linked_lead_id"] is None
    await desk.ask("PATCH", f"{desk.path}/participant", {"linked_lead_id": "x" * 200})
    assert (await desk.state())["participant"]["linked_lead_id"] == "x" * 200


@pytest.mark.parametrize("body", [
    {}, {"linked_lead_id": ""}, {"linked_lead_id": "  "}, {"linked_lead_id": "x" * 201}, {"linked_lead_id": 7},
    {"linked_lead_id": "a\0b"}, {"linked_lead_id": "a\nb"}, {"linked_lead_id": "a\u202eb"}, {"linked_lead_id": ["x"]},
])  # fmt: skip
async def test_PR8_a_lead_that_cannot_be_linked_is_refused_by_name(desk: Desk, body: dict[str, Any]) -> None:
    before = await desk.state()
    answer = await desk.ask("PATCH", f"{desk.path}/participant", body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid", "linked_lead_id")
    assert await desk.state() == before


async def test_PR8_nothing_else_of_a_participant_can_be_set(desk: Desk) -> None:
    answer = await desk.ask("PATCH", f"{desk.path}/participant", {"linked_lead_id": "x", "name": "Eve"})
    assert (answer.status_code, answer.json()["field"]) == (422, "name")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/refresh", None), ("POST", "/picture-broken", None), ("PATCH", "", {"linked_lead_id": "x"})],
)
async def test_PE3_nobody_elses_participant_is_found(desk: Desk, stranger: Person, method: str, path: str, body: Any) -> None:
    answer = await desk.ask(method, f"{desk.path}/participant{path}", body, who=stranger)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await desk.http.request(method, f"/api/v1{desk.path}/participant{path}", json=body)).status_code == 401
    assert await line(desk) == []


def test_PR9_a_participant_says_what_is_so_and_nothing_made_up_for_showing() -> None:
    """Names to show, initials, colours and labels are the readers' business: here stands what Meta and the team said."""
    assert {field.name for field in fields(Participant)} == {
        "ig_id", "username", "name", "avatar_url", "avatar_fetch_failed", "follower_count", "is_follower", "is_followed",
        "is_verified", "connected_user_id", "linked_lead_id", "profile_read_at", "profile_asked_at", "profile_error",
    }  # fmt: skip
    made_up = {"display", "title", "label", "initials", "color", "colour", "text", "relative", "ago", "handle"}
    assert [
        field.name for kind in (Conversation, Participant) for field in fields(kind) if made_up & set(field.name.split("_"))
    ] == []


async def test_PR1_whoever_changes_a_participant_at_once_waits_for_nobody_in_a_circle(desk: Desk, doors: Doors) -> None:
    """The button, a lead, a report, a message, a reading and a picture, all of one person, again and again."""
    await show(desk)
    workspace, participant = await ada(desk)
    waker = Wake(doors.worker)
    none = cast(Any, None)  # nothing of this asks Meta or storage
    profiles = Profiles(desk.worker, none, desk.clock, waker, none)
    pictures = Avatars(desk.worker, none, none, desk.clock, waker, none)
    customer = Customer(desk.world.ig_id)
    for number in range(15):
        await read(desk, ago=40 * DAY)
        due = Due(key=(workspace, participant), attempts=number)
        done = await asyncio.gather(
            desk.ask("POST", f"{desk.path}/participant/refresh"),
            desk.ask("PATCH", f"{desk.path}/participant", {"linked_lead_id": f"lead {number}"}),
            desk.ask("POST", f"{desk.path}/participant/picture-broken"),
            happen(desk.worker, desk.world, customer.writes(f"circle-{number}", "hello", desk.clock.now())),
            profiles.let_be(due, f"trouble {number}"),
            pictures.give_up(Due(key=(workspace, participant, AVATAR), attempts=number), f"trouble {number}"),
            Nightly(desk.worker, desk.clock).run(Due(key=("profiles",), attempts=1)),
            refresh_stale(desk),
        )
        assert [answer.status_code for answer in done if isinstance(answer, httpx2.Response)] == [202, 200, 202]
