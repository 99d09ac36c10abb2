"""Searching over HTTP: what is found and how, that it is nobody else's, and that it costs the same whatever there is."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from confab.clock import Clock
from confab.search.indexing import Indexing
from confab.store import claims
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.integration.api.conftest import Person
from tests.integration.api.test_conversations import Desk, begin
from tests.world import Customer, happen


class Searching(Desk):
    """A desk with its workspace's index."""

    indexing: Indexing

    async def index(self) -> None:
        """As the worker does it, whenever it is due."""
        async with self.worker.transaction() as conn:
            await conn.execute("UPDATE search_indexes SET due_at = $1", self.clock.now())
            due = await claims.SEARCHING.claim(conn, self.clock.now(), self.clock.now(), 100)
        for one in due:
            await self.indexing.run(one)

    async def says(self, *texts: str, igsid: str = "1087654321098765", echo: bool = False, ago_days: float = 0) -> None:
        """Somebody writes, a second after the other."""
        now, person = self.clock.now(), Customer(self.world.ig_id, igsid)
        sent = [now - timedelta(days=ago_days) - timedelta(seconds=len(texts) - n) for n in range(len(texts))]
        write = person.echo if echo else person.writes
        items = [write(f"{text}{at}", text, at) for text, at in zip(texts, sent, strict=True)]
        await happen(self.worker, self.world, *items, now=now)
        await self.index()

    async def search(self, text: str, **more: Any) -> Any:
        answer = await self.http.get("/api/v1/search", params={"q": text, **more}, headers=self.person.bearer)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def found(self, text: str, **more: Any) -> list[str]:
        """The texts of the messages that are found."""
        return [hit["message"]["text"] for hit in (await self.search(text, **more))["items"] if hit["kind"] == "message"]


@pytest.fixture
async def desk(
    http: httpx2.AsyncClient, anna: Person, app_db: Database, worker_db: Database, clock: Clock, doors: Doors
) -> Searching:
    return await begin_searching(http, anna, app_db, worker_db, clock, doors)


async def begin_searching(
    http: httpx2.AsyncClient, who: Person, app_db: Database, worker_db: Database, clock: Clock, doors: Doors
) -> Searching:
    made = await begin(http, who, app_db, worker_db, clock)
    found = Searching(made.http, made.person, made.world, made.worker, made.clock, made.id)
    found.indexing = Indexing(worker_db, clock, Wake(doors.worker))
    await found.index()
    return found


async def test_SE1_what_is_written_differently_and_means_the_same_is_found(desk: Searching) -> None:
    await desk.says("Straße nach Málaga", "ﬁne SHOES in ４１", "東京タワーはどこ")
    for text, wanted in (
        ("STRASSE", "Straße nach Málaga"),
        ("malaga", "Straße nach Málaga"),
        ("fine 41", "ﬁne SHOES in ４１"),
        ("タワー", "東京タワーはどこ"),
    ):
        assert await desk.found(text) == [wanted]


async def test_SE2_all_words_count_and_the_last_may_be_a_beginning(desk: Searching) -> None:
    await desk.says("red shoes", "red hat", "blue shoes")
    assert await desk.found("sho") == ["blue shoes", "red shoes"]
    assert await desk.found("red sho") == ["red shoes"]
    assert await desk.found("sho ") == []
    assert await desk.found("sh red") == []
    assert await desk.found("red") == ["red hat", "red shoes"]


async def test_SE5_the_place_is_shown_in_pieces(desk: Searching) -> None:
    await desk.says("May I have the Rosé please? <b>now</b>")
    (hit,) = (await desk.search("rose"))["items"]
    assert [(part["text"], part["is_hit"]) for part in hit["snippet"]] == [
        ("May I have the ", False),
        ("Rosé", True),
        (" please? <b>now</b>", False),
    ]
    assert hit["conversation"]["id"] == desk.id
    assert hit["is_archived"] is False
