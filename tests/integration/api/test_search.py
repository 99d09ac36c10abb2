"""Searching over HTTP: what is found and how, that it is nobody else's, and that it costs the same whatever there is."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from confab.clock import Clock
from confab.inbox.comments import act as comment_act
from confab.inbox.comments import reading
from confab.inbox.retention import Retention
from confab.search.indexing import Bell, Indexing
from confab.store import account_erasure, claims, comments, wake
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.integration.api.conftest import Person
from tests.integration.api.test_conversations import Desk, begin
from tests.stack import until
from tests.world import Customer, comment, happen, told


class Searching(Desk):
    """A desk with its workspace's index."""

    indexing: Indexing
    doors: Doors

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

    async def remarks(self, *texts: str, ago_days: float = 0) -> None:
        """Somebody comments, a second after the other."""
        now = self.clock.now() - timedelta(days=ago_days)
        for n, text in enumerate(texts):
            at = now - timedelta(seconds=len(texts) - n)
            await told(self.worker, self.world, comment(f"c {text}", text), at=at, now=at)
        await self.index()

    async def search(self, text: str, **more: Any) -> Any:
        answer = await self.http.get("/api/v1/search", params={"q": text, **more}, headers=self.person.bearer)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def found(self, text: str, **more: Any) -> list[str]:
        """The texts of the messages that are found."""
        return [hit["message"]["text"] for hit in (await self.search(text, **more))["items"] if hit["kind"] == "message"]

    async def found_remarks(self, text: str, **more: Any) -> list[str]:
        """The texts of the comments that are found."""
        return [hit["comment"]["text"] for hit in (await self.search(text, **more))["items"] if hit["kind"] == "comment"]


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
    found.indexing, found.doors = Indexing(worker_db, clock, Wake(doors.worker)), doors
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


async def test_SE3_what_was_there_before_is_indexed_the_newest_first_and_then_the_feed_is_followed(
    desk: Searching, worker_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("confab.search.indexing._FILL_STEP", 2)
    monkeypatch.setattr("confab.search.indexing._FEED_STEP", 1)
    await desk.says("one apple", "two apples", "three apples")
    async with worker_db.transaction() as conn:
        await conn.execute(
            "UPDATE search_indexes SET seq = NULL, is_whole = false, messages_from = NULL, conversations_from = NULL"
        )
        await conn.execute("DELETE FROM search_words")
        await conn.execute("DELETE FROM search_entries")
    assert (await desk.search("apple"))["is_complete"] is False
    await desk.index()
    assert await desk.found("apple") == ["three apples", "two apples", "one apple"]
    assert (await desk.search("apple"))["is_complete"] is True
    await desk.says("four apples")
    assert (await desk.found("apples"))[0] == "four apples"


async def test_SE3_a_feed_that_has_forgotten_begins_the_index_anew(desk: Searching, worker_db: Database) -> None:
    await desk.says("one apple")
    async with worker_db.transaction() as conn:
        await conn.execute("DELETE FROM changes WHERE workspace_id = $1", desk.world.workspace)
        await conn.execute("UPDATE search_indexes SET seq = 1 WHERE workspace_id = $1", desk.world.workspace)
        await conn.execute("INSERT INTO search_words SELECT workspace_id, 1, 'stale', gen_random_uuid() FROM workspaces")
    await desk.index()
    assert await desk.found("apple") == ["one apple"]
    async with worker_db.transaction() as conn:
        left = "SELECT count(*) FROM search_words WHERE workspace_id = $1 AND word = 'stale'"
        assert await conn.fetchval(left, desk.world.workspace) == 0


async def words_left(worker_db: Database, word: str) -> int:
    async with worker_db.transaction() as conn:
        in_words = await conn.fetchval("SELECT count(*) FROM search_words WHERE word = $1", word)
        return in_words + await conn.fetchval("SELECT count(*) FROM search_entries WHERE $1 = ANY(words)", word)


async def test_SE4_an_unsent_or_edited_message_leaves_no_word_behind(desk: Searching, worker_db: Database) -> None:
    ada, now = Customer(desk.world.ig_id), desk.clock.now()
    await happen(worker_db, desk.world, ada.writes("a", "swordfish here", now), ada.writes("b", "pelican there", now), now=now)
    await desk.index()
    assert await words_left(worker_db, "swordfish") == 2
    await happen(worker_db, desk.world, ada.unsends("a", now), now=now)
    assert await words_left(worker_db, "swordfish") == 0  # at once
    await happen(worker_db, desk.world, ada.edits("b", 1, "heron there", now), now=now)
    await desk.index()
    assert await words_left(worker_db, "pelican") == 0
    assert await desk.found("heron") == ["heron there"]
    await desk.index()
    assert await desk.found("swordfish") == []


async def test_SE6_frequent_words_cost_no_more_and_the_answer_says_where_to_go_on(
    desk: Searching, worker_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("confab.store.search.SCANNED", 10)
    monkeypatch.setattr("confab.store.search.FIRST", 3)
    await desk.says("common rare", *[f"common word {n}" for n in range(30)])
    assert await desk.found("common rare ") == ["common rare"]  # the rare one leads
    await desk.says("again rare", *[f"common rarely {n}" for n in range(12)])
    found, cursor, pages = list[str](), "", 0
    while cursor is not None:
        page = await desk.search("word commo", kind="message", limit=5, **({"cursor": cursor} if cursor else {}))
        found += [hit["message"]["text"] for hit in page["items"]]
        cursor, pages = page["next"], pages + 1
        assert pages < 20
    assert found == [f"common word {n}" for n in reversed(range(30))]
    assert len(await desk.found("commo", kind="message", limit=5)) == 5


async def test_SE7_pages_follow_one_another(desk: Searching) -> None:
    await desk.says(*[f"apple {n}" for n in range(7)])
    first = await desk.search("apple", limit=3)
    second = await desk.search("apple", limit=3, cursor=first["next"])
    third = await desk.search("apple", limit=3, cursor=second["next"])
    texts = [hit["message"]["text"] for page in (first, second, third) for hit in page["items"]]
    assert texts == [f"apple {n}" for n in reversed(range(7))]
    assert third["next"] is None


async def test_SE8_nobody_finds_what_another_workspace_has(
    desk: Searching, http: httpx2.AsyncClient, stranger: Person, app_db: Database, worker_db: Database, clock: Clock, doors: Doors
) -> None:
    theirs = await begin_searching(http, stranger, app_db, worker_db, clock, doors)
    await theirs.says("their secret")
    await desk.says("our secret")
    assert await desk.found("secret") == ["our secret"]
    assert await theirs.found("secret") == ["their secret"]
    async with app_db.viewing(desk.world.workspace) as conn:
        assert await conn.fetchval("SELECT count(DISTINCT workspace_id) FROM search_words") == 1


async def test_SE9_people_come_by_name_and_conversations_by_labels_and_notes(desk: Searching, worker_db: Database) -> None:
    async with worker_db.transaction() as conn:
        await conn.execute("UPDATE participants SET username = 'anna.baker_99', name = 'Ánna Bäcker'")
    await desk.ask("PATCH", desk.path, {"labels": ["wholesale"]})
    await desk.ask("POST", f"{desk.path}/notes", {"text": "wants a discount on pretzels"})
    await desk.index()

    async def kinds(text: str, **more: Any) -> list[tuple[str, str]]:
        hits = (await desk.search(text, **more))["items"]
        return [(hit["kind"], "".join(part["text"] for part in hit["snippet"] if part["is_hit"])) for hit in hits]

    assert await kinds("anna") == [("person", "Ánnaanna")]
    assert await kinds("backer") == [("person", "Bäcker")]
    assert await kinds("annabak") == [("person", "")]
    assert await kinds("wholes") == [("conversation", "wholesale")]
    assert await kinds("pretzels") == [("conversation", "pretzels")]
    assert await kinds("pretzels", kind="message") == []
    await desk.says("a baker of pretzels")
    assert [kind for kind, _ in await kinds("pretzels")] == ["conversation", "message"]
    await desk.ask("PATCH", desk.path, {"labels": []})
    await desk.index()
    assert await kinds("wholes") == []


async def test_SE10_the_archive_is_searched_when_asked(desk: Searching) -> None:
    await desk.says("apple pie")
    assert (await desk.ask("PATCH", desk.path, {"archived": True})).status_code == 200
    assert await desk.found("apple") == []
    assert await desk.found("apple", archived=True) == ["apple pie"]
    (hit,) = (await desk.search("apple", archived=True))["items"]
    assert hit["is_archived"] is True
    await desk.ask("PATCH", desk.path, {"archived": False})
    assert await desk.found("apple") == ["apple pie"]


async def test_SE13_comments_are_found_by_what_they_say_above_the_messages(desk: Searching) -> None:
    await desk.remarks("Is the Rosé back?", "rose garden", *[f"rose {n}" for n in range(7)])
    await desk.says("a rosé, please")
    items = (await desk.search("rose "))["items"]
    assert [hit["kind"] for hit in items] == ["comment"] * 5 + ["message"]
    (hit,) = (await desk.search("rosé back"))["items"]
    assert [(part["text"], part["is_hit"]) for part in hit["snippet"]] == [
        ("Is the ", False), ("Rosé", True), (" ", False), ("back", True), ("?", False),
    ]  # fmt: skip
    assert (hit["conversation"], hit["comment"]["text"], hit["is_archived"]) == (None, "Is the Rosé back?", False)
    found, cursor = list[str](), ""
    while cursor is not None:
        page = await desk.search("rose", kind="comment", limit=4, **({"cursor": cursor} if cursor else {}))
        assert {hit["kind"] for hit in page["items"]} <= {"comment"}
        found += [hit["comment"]["text"] for hit in page["items"]]
        cursor = page["next"]
    assert found == [*[f"rose {n}" for n in reversed(range(7))], "rose garden", "Is the Rosé back?"]


async def test_SE10_SE13_comments_in_the_archive_are_found_when_asked(desk: Searching, worker_db: Database) -> None:
    await desk.remarks("apple tart")
    async with worker_db.transaction() as conn:
        await conn.execute("UPDATE comments SET is_archived = true WHERE workspace_id = $1", desk.world.workspace)
    assert await desk.found_remarks("apple") == []
    assert await desk.found_remarks("apple", archived=True) == ["apple tart"]
    (hit,) = (await desk.search("apple", archived=True))["items"]
    assert hit["is_archived"] is True


async def test_SE3_SE13_comments_that_were_there_before_are_indexed_also_where_all_else_is(
    desk: Searching, worker_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("confab.search.indexing._FILL_STEP", 2)
    await desk.remarks("one apple", "two apples", "three apples")
    async with worker_db.transaction() as conn:
        await conn.execute("UPDATE search_indexes SET comments_from = NULL, has_comments = false")  # as an upgrade leaves it
        await conn.execute("DELETE FROM search_words WHERE kind = 5")
        await conn.execute("DELETE FROM search_entries WHERE kind = 5")
    assert (await desk.search("apple"))["is_complete"] is False
    await desk.index()
    assert await desk.found_remarks("apple") == ["three apples", "two apples", "one apple"]
    assert (await desk.search("apple"))["is_complete"] is True


async def test_SE4_SE13_a_comment_that_is_deleted_leaves_no_word_behind(desk: Searching, worker_db: Database) -> None:
    await desk.remarks("swordfish here", "pelican there", ago_days=2)
    async with worker_db.transaction() as conn:
        rows = await comments.lock_keys(conn, desk.world.workspace, desk.world.account, ["c swordfish here"])
        await reading.is_gone(conn, rows[0], desk.clock.now())
        await comment_act.published(conn, desk.world.workspace, [rows[0].id], desk.clock.now())
    assert await words_left(worker_db, "swordfish") == 0  # at once
    await desk.index()
    assert await desk.found_remarks("swordfish") == []
    retention = Retention(worker_db, desk.clock, Wake(desk.doors.worker), days={"comments": 1})
    await retention.run(desk.world.workspace, is_dry=False)
    assert await words_left(worker_db, "pelican") == 0
    await desk.index()
    assert await desk.found_remarks("pelican") == []


async def test_SE8_SE13_nobody_finds_comments_of_another_workspace(
    desk: Searching, http: httpx2.AsyncClient, stranger: Person, app_db: Database, worker_db: Database, clock: Clock, doors: Doors
) -> None:
    theirs = await begin_searching(http, stranger, app_db, worker_db, clock, doors)
    await theirs.remarks("their secret")
    await desk.remarks("our secret")
    assert await desk.found_remarks("secret") == ["our secret"]
    assert await theirs.found_remarks("secret") == ["their secret"]


async def test_SE11_what_cannot_be_searched_says_why_and_nobody_asks_too_often(desk: Searching) -> None:
    for text, words in (("", "letter"), ("?!", "letter"), ("x" * 201, "characters"), (" ".join("abcdefghi"), "8 words")):
        answer = await desk.http.get("/api/v1/search", params={"q": text}, headers=desk.person.bearer)
        assert (answer.status_code, answer.json()["field"]) == (422, "q")
        assert words in answer.json()["detail"]
    answer = await desk.http.get("/api/v1/search", params={"q": "a", "cursor": "x"}, headers=desk.person.bearer)
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")
    answers = [await desk.http.get("/api/v1/search", params={"q": "a"}, headers=desk.person.bearer) for _ in range(60)]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert answers[-1].json()["code"] == "too_many_searches"


async def test_SE12_the_bell_has_a_grown_feed_indexed(desk: Searching, worker_db: Database, doors: Doors) -> None:
    waker = Wake(doors.worker)
    bell = Bell(worker_db, desk.clock, waker)
    async with worker_db.transaction() as conn:
        await conn.execute("UPDATE search_indexes SET due_at = $1", desk.clock.now() + timedelta(hours=1))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(bell.run())
        waker.say(wake.changed(desk.world.workspace))

        async def is_due() -> bool:
            async with worker_db.transaction() as conn:
                at = "SELECT due_at FROM search_indexes WHERE workspace_id = $1"
                return await conn.fetchval(at, desk.world.workspace) <= desk.clock.now()

        await until(is_due)
        running.cancel()


async def test_SE4_EX5_an_account_that_is_erased_leaves_no_word_and_no_export(desk: Searching, worker_db: Database) -> None:
    await desk.says("swordfish and pelican")
    await desk.remarks("swordfish in a comment")
    await desk.ask("POST", f"{desk.path}/notes", {"text": "swordfish in a note"})
    await desk.index()
    made = (await desk.ask("POST", "/exports", {"kind": "conversation", "id": desk.id})).json()["id"]
    async with worker_db.transaction() as conn:
        await conn.execute("UPDATE exports SET state = 'done', due_at = expires_at WHERE id = $1", made)
        while await account_erasure.some(conn, desk.world.workspace, desk.world.account, desk.clock.now()):
            pass
    assert await words_left(worker_db, "swordfish") == 0
    async with worker_db.transaction() as conn:
        left = "SELECT count(*) FROM search_words WHERE workspace_id = $1"
        assert await conn.fetchval(left, desk.world.workspace) == 0
    assert (await desk.get(f"/exports/{made}"))["state"] == "withdrawn"
