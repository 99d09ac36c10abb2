"""Changes reach those who may see them, in order and without a gap. Rules F1-F8 of docs/spec/stream.md."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from confab.app import web_app
from confab.clock import Clock
from confab.inbox import publish
from confab.settings import Settings
from confab.store import ids, wake
from confab.store.db import Database, Doors, connect
from confab.team import sign_in
from tests.stack import served, until
from tests.world import Customer, World, after, happen, make_world


@dataclass
class House:
    """Two web processes on one database, and the means to sign in."""

    urls: list[str]
    app: Database
    worker: Database
    clock: Clock
    listeners: dict[str, str] = field(default_factory=dict)

    async def token(self, world: World) -> str:
        async with self.app.viewing(world.workspace) as conn:
            return await sign_in.create_token(conn, world.workspace, world.viewer.agent_id, "test", self.clock.now())


@pytest.fixture
async def house(doors: Doors, clock: Clock) -> AsyncIterator[House]:
    settings = Settings()
    async with (
        web_app(settings, doors, clock) as one,
        web_app(settings, doors, clock) as two,
        served(one) as first,
        served(two) as second,
        Database.open(doors.app, size=2) as app,
        Database.open(doors.worker, size=2) as worker,
    ):
        yield House([first, second], app, worker, clock)


@asynccontextmanager
async def listening(url: str, token: str, **query: Any) -> AsyncIterator[list[dict[str, Any]]]:
    """The events of a stream, as they come, while the block lasts."""
    events: list[dict[str, Any]] = []
    opened = asyncio.Event()
    last_id = query.pop("last_event_id", None)
    headers = {"authorization": f"Bearer {token}", **({"last-event-id": str(last_id)} if last_id is not None else {})}

    async def read() -> None:
        async with (
            httpx2.AsyncClient(timeout=None) as http,
            http.stream("GET", f"{url}/api/v1/stream", params=query, headers=headers) as answer,
        ):
            assert answer.status_code == 200, await answer.aread()
            fields: dict[str, str] = {}
            number = 0
            async for line in answer.aiter_lines():
                opened.set()
                name, _, value = line.partition(": ")
                fields[name] = value
                if name == "data":
                    assert int(fields["id"]) >= number, "every event has an id, and none goes back"
                    number = int(fields["id"])
                    events.append({"event": fields["event"], **json.loads(value)})
                    fields = {}
        events.append({"event": "closed"})

    async with asyncio.TaskGroup() as group:
        task = group.create_task(read())
        await opened.wait()
        yield events
        task.cancel()


async def several(house: House, world: World, count: int, start: int = 0) -> None:
    ada = Customer(world.ig_id)
    for number in range(start, start + count):
        await happen(house.worker, world, ada.writes(f"p-{number}", f"message {number}", after(number)))


def seqs(events: list[dict[str, Any]]) -> list[int]:
    return [event["seq"] for event in events if event["event"] == "change"]


async def test_F1_every_change_comes_once_in_order_at_every_process(house: House, doors: Doors) -> None:
    world = await make_world(doors)
    token = await house.token(world)
    async with listening(house.urls[0], token, after=0) as first, listening(house.urls[1], token, after=0) as second:
        await several(house, world, 5)
        for events in (first, second):
            await until(lambda events=events: _has(events, 10))
            assert seqs(events) == list(range(1, 11))


async def _has(events: list[dict[str, Any]], count: int) -> bool:
    return len(seqs(events)) >= count


async def test_F4_a_stream_goes_on_exactly_where_it_was_left(house: House, doors: Doors) -> None:
    world = await make_world(doors)
    token = await house.token(world)
    await several(house, world, 3)
    async with listening(house.urls[0], token, after=1, last_event_id=4) as events:
        await until(lambda: _has(events, 2))
        await several(house, world, 1, start=3)
        await until(lambda: _has(events, 4))
        assert seqs(events) == [5, 6, 7, 8]


async def test_F4_a_long_absence_is_caught_up_while_more_arrives(house: House, doors: Doors) -> None:
    world = await make_world(doors)
    token = await house.token(world)
    ada = Customer(world.ig_id)
    await happen(house.worker, world, *[ada.writes(f"b-{n}", "x", after(n)) for n in range(1200)])
    async with listening(house.urls[0], token, after=0) as events:
        await several(house, world, 5)
        await until(lambda: _has(events, 1211))
        assert seqs(events) == list(range(1, 1212))


async def test_F4_what_was_forgotten_and_what_never_was_is_answered_with_resync(house: House, doors: Doors) -> None:
    world = await make_world(doors)
    token = await house.token(world)
    await several(house, world, 3)
    async with house.worker.transaction() as conn:
        await conn.execute("DELETE FROM changes WHERE workspace_id = $1 AND seq <= 3", world.workspace)
    for start in (0, 2, 99):
        async with listening(house.urls[0], token, after=start) as events:
            await until(lambda events=events: _ended(events))
            assert events[0] == {"event": "resync", "seq": 6}
    async with listening(house.urls[0], token, after=3) as events:
        await until(lambda: _has(events, 3))


async def _ended(events: list[dict[str, Any]]) -> bool:
    return bool(events) and events[-1]["event"] == "closed"


async def test_F4_who_is_too_slow_is_told_to_fetch_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = publish.Subscription(workspace=ids.new(after(0)), session_id=ids.new(after(0)), role="agent", joined_at=0, sent=0)  # type: ignore[arg-type]
    slow.offer([(number, b"x") for number in range(1, 2500)])  # type: ignore[list-item]
    assert await slow.take() == []
    assert slow.ended == publish.resync(2499)


async def test_F8_changes_arrive_even_when_every_notification_is_lost(house: House, doors: Doors) -> None:
    world = await make_world(doors)
    token = await house.token(world)
    async with listening(house.urls[0], token, after=0) as events:
        await several(house, world, 1)  # applied by a stranger to the processes: nobody says anything
        await until(lambda: _has(events, 2))


async def test_F7_silence_is_filled_with_the_number_that_was_sent_last(
    house: House, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "HEARTBEAT_S", 0.2)
    world = await make_world(doors)
    await several(house, world, 1)
    async with listening(house.urls[0], await house.token(world), after=1) as events:
        await until(lambda: _beats(events, 2))
        assert [event["event"] for event in events[:2]] == ["change", "heartbeat"]
        await several(house, world, 1, start=1)
        await until(lambda: _beats(events, 4))
        assert seqs(events) == [2, 3, 4]


async def _beats(events: list[dict[str, Any]], seq: int) -> bool:
    return {"event": "heartbeat", "seq": seq} in events


async def test_F7_a_stream_ends_soon_after_its_session(house: House, doors: Doors) -> None:
    world = await make_world(doors)
    token = await house.token(world)
    async with listening(house.urls[0], token, after=0) as events:
        owner = await connect(doors.owner)
        await owner.execute("DELETE FROM sessions WHERE workspace_id = $1", world.workspace)
        await owner.close()
        await until(lambda: _ended(events))
        assert events[0] == {"event": "ended", "reason": "session"}


async def test_F7_a_stream_ends_soon_after_a_change_of_role(house: House, doors: Doors) -> None:
    world = await make_world(doors)
    token = await house.token(world)
    async with listening(house.urls[1], token, after=0) as events:
        async with house.worker.transaction() as conn:
            await conn.execute("UPDATE memberships SET role = 'agent' WHERE workspace_id = $1", world.workspace)
        await until(lambda: _ended(events))


async def test_PE3_nobody_hears_another_workspace(house: House, doors: Doors) -> None:
    ours, theirs = await make_world(doors), await make_world(doors, ig_id="17841409876543210")
    async with listening(house.urls[0], await house.token(ours), after=0) as events:
        await several(house, theirs, 3)
        await several(house, ours, 1, start=50)
        await until(lambda: _has(events, 2))
        assert all("message 50" in json.dumps(event) for event in events)


async def test_F2_the_list_of_changes_is_the_stream(house: House, doors: Doors) -> None:
    world = await make_world(doors)
    token = await house.token(world)
    await several(house, world, 3)
    async with listening(house.urls[0], token, after=0) as events, httpx2.AsyncClient(base_url=f"{house.urls[0]}/api/v1") as http:
        await until(lambda: _has(events, 6))
        headers = {"authorization": f"Bearer {token}"}
        first = (await http.get("/changes", params={"after": 0, "limit": 4}, headers=headers)).json()
        rest = (await http.get("/changes", params={"after": first["next"]}, headers=headers)).json()
        assert rest["next"] is None
        assert [{"event": "change", **item} for item in [*first["items"], *rest["items"]]] == events
        async with house.worker.transaction() as conn:
            await conn.execute("DELETE FROM changes WHERE workspace_id = $1 AND seq <= 3", world.workspace)
        gone = await http.get("/changes", params={"after": 1}, headers=headers)
        assert (gone.status_code, gone.json()["code"]) == (410, "resync")


async def test_F7_without_a_session_there_is_no_stream(house: House) -> None:
    async with httpx2.AsyncClient() as http:
        assert (await http.get(f"{house.urls[0]}/api/v1/stream")).status_code == 401
        wrong = await http.get(f"{house.urls[0]}/api/v1/stream?after=x", headers={"authorization": "Bearer x"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "after")


async def test_F8_waking_coalesces_names_into_few_notifications(doors: Doors) -> None:
    heard: list[str] = []
    speaker, listener = wake.Wake(doors.app), wake.Wake(doors.worker)
    listener.listen(heard.append)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(speaker.run()), group.create_task(listener.run())]
        await until(lambda: _spoken(speaker, heard))
        for _ in range(200):
            speaker.say("c1", "wdeliveries")
        await until(lambda: _heard(heard, "wdeliveries"))
        for task in tasks:
            task.cancel()
    assert heard.count("wdeliveries") < 20


async def _spoken(speaker: wake.Wake, heard: list[str]) -> bool:
    speaker.say("ping")
    return "ping" in heard


async def _heard(heard: list[str], name: str) -> bool:
    return name in heard
