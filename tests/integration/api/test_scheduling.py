"""Answers for later, over HTTP: scheduled, listed, changed, sent by hand. Rules O19-O27 of docs/spec/inbox.md."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from confab.clock import Clock
from confab.inbox import queue, wording
from confab.store import outbound, outbox
from confab.store.db import Database
from tests.integration.api.conftest import Person
from tests.integration.api.test_conversations import Desk, begin


@pytest.fixture
async def desk(http: httpx2.AsyncClient, anna: Person, app_db: Database, worker_db: Database, clock: Clock) -> Desk:
    return await begin(http, anna, app_db, worker_db, clock)


def ahead(desk: Desk, hours: float) -> str:
    return (desk.clock.now() + timedelta(hours=hours)).isoformat()


async def put_off(desk: Desk, text: str, hours: float = 1, **more: Any) -> Any:
    body = {"client_key": text[:100], "text": text, "release_at": ahead(desk, hours), **more}
    answer = await desk.ask("POST", f"{desk.path}/messages", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_O19_what_is_scheduled_says_so_and_whether_the_window_will_be_open(desk: Desk) -> None:
    message = await put_off(desk, "Tomorrow", 2, on_reply="cancel")
    assert (message["status"], message["author"]["kind"], message["window"]["allowed"]) == ("scheduled", "schedule", True)
    message = await put_off(desk, "In three days", 72)
    assert (message["status"], message["window"]["allowed"], message["window"]["state"]) == ("scheduled", False, "closed")
    again = await desk.ask(
        "POST", f"{desk.path}/messages", {"client_key": "In three days", "text": "In three days", "release_at": ahead(desk, 72)}
    )
    assert (again.status_code, again.json()["id"]) == (200, message["id"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"release_at": "2020-01-01T00:00:00Z"}, "release_at"),
        ({"release_at": "2999-01-01T00:00:00Z"}, "release_at"),
        ({"release_at": "2026-12-01T10:00:00"}, "release_at"),
        ({"on_reply": "hold"}, "on_reply"),
        ({"release_at": "2026-12-01T10:00:00Z", "on_reply": "wait"}, "on_reply"),
    ],
)
async def test_O19_a_time_that_is_none_is_refused_by_its_field(desk: Desk, body: dict[str, Any], field: str) -> None:
    answer = await desk.ask("POST", f"{desk.path}/messages", {"client_key": "k", "text": "t", **body})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_O24_the_list_has_everything_that_a_view_shows_page_by_page(desk: Desk, stranger: Person) -> None:
    await put_off(desk, "second", 2)
    await put_off(desk, "\n".join(["word " * 150] * 3), 3)
    await put_off(desk, "first", 1, on_reply="send")
    page = await desk.get("/scheduled?limit=2")
    assert [(one["text"], one["parts"], one["on_reply"]) for one in page["items"]] == [
        ("first", 1, "send"),
        ("second", 1, "hold"),
    ]
    assert page["items"][0]["conversation"]["id"] == desk.id
    rest = await desk.get(f"/scheduled?limit=2&cursor={page['next']}")
    assert ([one["parts"] for one in rest["items"]], rest["next"]) == ([3], None)
    outbox = await desk.get("/outbox")
    assert (len(outbox["scheduled"]), outbox["held"], outbox["troubled"]) == (3, [], [])
    account = page["items"][0]["conversation"]["account"]["id"]
    assert len((await desk.get(f"/scheduled?account={account}&conversation={desk.id}"))["items"]) == 3
    assert (await desk.get("/scheduled?account=00000000-0000-0000-0000-000000000000"))["items"] == []
    theirs = await desk.ask("GET", "/scheduled", who=stranger)
    assert theirs.json()["items"] == []


async def test_O23_it_can_be_changed_sent_at_once_and_deleted_by_whom_it_belongs_to(desk: Desk, stranger: Person) -> None:
    message = await put_off(desk, "Hello")
    path = f"{desk.path}/messages/{message['id']}"
    assert (await desk.ask("PATCH", f"{path}/schedule", {"text": "No"}, stranger)).status_code == 404
    assert (await desk.ask("POST", f"{path}/release", who=stranger)).status_code == 404
    assert (await desk.ask("PATCH", f"{path}/schedule", {})).status_code == 422
    changed = await desk.ask("PATCH", f"{path}/schedule", {"text": "Hello again", "release_at": ahead(desk, 5)})
    assert changed.json()["text"] == "Hello again"
    assert datetime.fromisoformat(changed.json()["sent_at"]) > desk.clock.now() + timedelta(hours=4)
    sent = await desk.ask("POST", f"{path}/release")
    assert (sent.json()["status"], sent.json()["author"]["kind"]) == ("queued", "agent")
    refused = await desk.ask("PATCH", f"{path}/schedule", {"text": "Too late"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    other = await put_off(desk, "Never")
    assert (await desk.ask("DELETE", f"{desk.path}/messages/{other['id']}")).status_code == 204
    assert (await desk.get("/scheduled"))["items"] == []


async def test_O22_the_window_can_be_asked_for_any_time(desk: Desk) -> None:
    now = await desk.get(f"{desk.path}/window")
    assert (now["verdict"]["allowed"], now["words"]) == (True, "This may be sent.")
    at = (desk.clock.now() + timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    later = await desk.get(f"{desk.path}/window?actor=schedule&at={at}")
    assert (later["verdict"]["allowed"], later["verdict"]["state"]) == (False, "closed")


async def fail(desk: Desk, *messages: str) -> None:
    """As the worker leaves an answer that Instagram refuses."""
    async with desk.worker.transaction() as conn:
        for table, column in (("outbound_messages", "state"), ("messages", "status")):
            key = "message_id" if table == "outbound_messages" else "id"
            await conn.execute(
                f"UPDATE {table} SET {column} = 'failed', error_code = 'rejected_by_meta', error_message = 'No.' "
                f"WHERE {key} = ANY($1::uuid[])",
                list(messages),
            )


async def test_O25_many_are_sent_again_or_given_up_each_with_a_result_of_its_own(desk: Desk, stranger: Person) -> None:
    made = [
        (await desk.ask("POST", f"{desk.path}/messages", {"client_key": text, "text": text})).json()["id"]
        for text in ("a", "b", "c", "fine")
    ]
    await fail(desk, *made[:3])
    page = await desk.get("/troubled?limit=2")
    assert [one["message"]["text"] for one in page["items"]] == ["c", "b"]
    assert page["items"][0]["message"]["error"]["code"] == "rejected_by_meta"
    rest = await desk.get(f"/troubled?cursor={page['next']}")
    assert [one["message"]["text"] for one in rest["items"]] == ["a"]
    assert (await desk.get("/troubled?state=in_doubt"))["items"] == []
    theirs = (await desk.ask("POST", "/troubled/discard", {"messages": made}, stranger)).json()["items"]
    assert {one["code"] for one in theirs} == {"not_found"}
    done = (await desk.ask("POST", "/troubled/retry", {"messages": [made[3], made[0], made[1]]})).json()["items"]
    assert [(one["message_id"], one["ok"], one["code"]) for one in done] == [
        (made[3], False, "conflict"), (made[0], True, None), (made[1], True, None),
    ]  # fmt: skip
    assert done[1]["message"]["status"] == "queued"
    assert [one["message"]["text"] for one in (await desk.get("/troubled"))["items"]] == ["c"]
    gone = (await desk.ask("POST", "/troubled/discard", {"messages": [made[2]]})).json()["items"]
    assert [(one["ok"], one["message"]) for one in gone] == [(True, None)]
    assert (await desk.get("/outbox"))["troubled"] == []
    for wrong in ([], ["x"], made * 30):
        assert (await desk.ask("POST", "/troubled/retry", {"messages": wrong})).status_code == 422


async def test_O26_the_queue_says_how_much_waits_how_long_and_why(desk: Desk) -> None:
    (empty,) = (await desk.get("/queue"))["items"]
    assert (empty["people"], empty["schedules"], empty["automatic"], empty["expected_s"]) == (0, 0, 0, 0)
    for text in ("a", "b"):
        await desk.ask("POST", f"{desk.path}/messages", {"client_key": text, "text": text})
    async with desk.worker.transaction() as conn:
        until = desk.clock.now() + timedelta(minutes=5)
        await conn.execute("UPDATE accounts SET paused_until = $2 WHERE workspace_id = $1", desk.person.workspace, until)
    (waiting,) = (await desk.get("/queue"))["items"]
    assert (waiting["people"], waiting["paused_by"]) == (2, "Instagram asks to slow down.")
    assert 290 < waiting["expected_s"] <= 301
    assert waiting["paused_until"] is not None


async def test_O27_each_that_waits_says_how_many_of_its_account_go_before(desk: Desk, stranger: Person) -> None:
    for text in ("a", "b", "c"):
        await desk.ask("POST", f"{desk.path}/messages", {"client_key": text, "text": text})
    async with desk.worker.transaction() as conn:
        kinds = "UPDATE outbound_messages SET kind = 'video', lane = CASE payload->>'text' WHEN 'c' THEN 1 ELSE 2 END"
        await conn.execute(f"{kinds} WHERE workspace_id = $1 AND payload->>'text' <> 'b'", desk.person.workspace)
        ids = await conn.fetch(
            "SELECT id FROM messages WHERE workspace_id = $1 AND direction = 'outbound' ORDER BY id", desk.person.workspace
        )
    places = (await desk.get(f"{desk.path}/queue"))["items"]
    ahead = {place["message_id"]: place["ahead"] for place in places}
    assert [ahead[str(record["id"])] for record in ids] == [2, 0, 1]  # b is a person's, c a schedule's, a is automatic
    theirs = await desk.ask("GET", f"{desk.path}/queue", None, stranger)
    assert theirs.json()["items"] == []


async def test_O26_films_and_private_replies_are_counted_where_they_are_paced(desk: Desk) -> None:
    """The database tells a call's pool as `pool_of` does, which takes its place in it."""
    for text in ("a", "b", "c"):
        await desk.ask("POST", f"{desk.path}/messages", {"client_key": text, "text": text})
    async with desk.worker.transaction() as conn:
        for text, kind in (("a", "audio"), ("b", "image")):
            change = "UPDATE outbound_messages SET kind = $2 WHERE workspace_id = $1 AND payload->>'text' = $3"
            await conn.execute(change, desk.person.workspace, kind, text)
        waiting = [one for one in await outbox.queues(conn, desk.person.workspace, queue.NAMES) if one.count]
        found = await conn.fetch("SELECT id FROM outbound_messages WHERE workspace_id = $1", desk.person.workspace)
        calls = [await outbound.get(conn, desk.person.workspace, record["id"]) for record in found]
    assert {one.pool: one.count for one in waiting} == Counter(wording.pool_of(one).name for one in calls if one is not None)
    assert {one.pool: one.count for one in waiting} == {"heavy_sends": 1, "sends": 2}
