"""Taking out a conversation, a person, an account: what is in it, who may have it, and what becomes of it. Rules EX1-EX7."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from confab.archive import export
from confab.archive.export import Exports
from confab.clock import Clock
from confab.media.storage import Storage
from confab.settings import Settings
from confab.store import claims, ids
from confab.store.db import Database
from tests.integration.api.conftest import ORIGIN, Person
from tests.integration.api.test_conversations import NOBODYS, Desk, begin
from tests.world import Customer, body, happen

PICTURE = b"GIF89a not really"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(public_url=ORIGIN, data_dir=tmp_path_factory.mktemp("data"))


class Taking(Desk):
    """A desk whose workspace is taken out."""

    exports: Exports
    storage: Storage

    async def make(self) -> None:
        """As the worker does it: whatever is due."""
        while True:
            async with self.worker.transaction() as conn:
                due = await claims.EXPORTS.claim(conn, self.clock.now(), self.clock.now() + timedelta(minutes=2), 10)
            if not due:
                return
            for one in due:
                await self.exports.run(one)

    async def asked(self, kind: str, id_: str) -> str:
        answer = await self.ask("POST", "/exports", {"kind": kind, "id": id_})
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]

    async def taken(self, kind: str, id_: str) -> zipfile.ZipFile:
        export_id = await self.asked(kind, id_)
        await self.make()
        return await self.opened(export_id)

    async def opened(self, export_id: str) -> zipfile.ZipFile:
        answer = await self.ask("GET", f"/exports/{export_id}/file")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/zip"
        return zipfile.ZipFile(io.BytesIO(answer.content))

    async def says(self, igsid: str, *texts: str) -> None:
        person, now = Customer(self.world.ig_id, igsid), self.clock.now()
        items = [person.writes(f"{igsid} {text}", text, now - timedelta(seconds=len(texts) - n)) for n, text in enumerate(texts)]
        await happen(self.worker, self.world, *items, now=now)

    async def fetch(self, sql: str, *values: object) -> list[Any]:
        async with self.worker.transaction() as conn:
            return await conn.fetch(sql, *values)


@pytest.fixture
async def desk(
    http: httpx2.AsyncClient, anna: Person, app_db: Database, worker_db: Database, clock: Clock, settings: Settings
) -> Taking:
    made = await begin(http, anna, app_db, worker_db, clock)
    desk = Taking(made.http, made.person, made.world, made.worker, made.clock, made.id)
    desk.storage = Storage.at(settings.media_url, settings.data_dir)
    desk.exports = Exports(worker_db, desk.storage, clock)
    return desk


async def attach(desk: Taking, text: str) -> None:
    """A picture for the message of this text, with its copy in our storage."""
    digest = hashlib.sha256(PICTURE).digest()
    await desk.storage.put(desk.world.workspace, digest, io.BytesIO(PICTURE), "image/gif")
    async with desk.worker.transaction() as conn:
        await conn.execute(
            """INSERT INTO media_objects (workspace_id, digest, content_type, size_bytes, kept_at)
            VALUES ($1, $2, 'image/gif', $3, $4)""",
            desk.world.workspace, digest, len(PICTURE), desk.clock.now(),
        )  # fmt: skip
        await conn.execute(
            """INSERT INTO attachments (workspace_id, message_id, position, kind, state, payload, digest, content_type, sent_at)
            SELECT workspace_id, id, 0, 'image', 'stored', '{}', $2, 'image/gif', sent_at FROM messages
            WHERE workspace_id = $1 AND text = $3""",
            desk.world.workspace, digest, text,
        )  # fmt: skip


async def test_EX2_a_conversation_is_pages_json_and_files(desk: Taking) -> None:
    await desk.says("1087654321098765", "<script>alert(1)</script>")
    await attach(desk, "message 1")
    await desk.ask("POST", f"{desk.path}/notes", {"text": "a good customer"})
    await desk.ask("PATCH", desk.path, {"archived": True})
    archive = await desk.taken("conversation", desk.id)
    assert archive.testzip() is None
    (media,) = [name for name in archive.namelist() if name.startswith("media/")]
    assert archive.read(media) == PICTURE
    page = archive.read(f"conversations/{desk.id}.html").decode()
    assert f'<img src="../{media}"' in page
    assert "message 0" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "a good customer" in page
    assert f'href="conversations/{desk.id}.html"' in archive.read("index.html").decode()
    data = json.loads(archive.read("data.json"))
    (told,) = data["conversations"]
    assert [message["text"] for message in told["messages"]][:3] == ["message 0", "message 1", "message 2"]
    assert told["notes"][0]["text"] == "a good customer"
    assert "avatar_source_url" not in json.dumps(data)


@pytest.mark.parametrize("kind", ["conversation", "account"])
async def test_EX7_no_export_holds_raw_webhooks(desk: Taking, kind: str) -> None:
    now, unknown = desk.clock.now(), "a field nobody knows"
    items = [Customer(desk.world.ig_id).writes("raw", "words", now, novelty=unknown)]
    async with desk.worker.transaction() as conn:
        delivery = ids.new(now)
        raw = body(desk.world.ig_id, *items)
        await conn.execute("INSERT INTO deliveries (id, received_at, body) VALUES ($1, $2, $3)", delivery, now, raw)
        await conn.execute(
            "INSERT INTO delivery_parts VALUES ($1, $2, $3, $4, 'applied', 1, 0)",
            desk.world.workspace, delivery, desk.world.account, now,
        )  # fmt: skip
    await happen(desk.worker, desk.world, *items, now=now)
    archive = await desk.taken(kind, desk.id if kind == "conversation" else str(desk.world.account))
    texts = [archive.read(name).decode() for name in archive.namelist() if not name.startswith("media/")]
    assert any("words" in text for text in texts)
    assert not any(unknown in text for text in texts)


async def test_EX1_it_is_as_it_was_when_it_was_asked_for_and_the_record_says_who(desk: Taking) -> None:
    export_id = await desk.asked("conversation", desk.id)
    desk.clock.ahead += timedelta(seconds=10)
    await desk.says("1087654321098765", "too late")
    await desk.make()
    archive = await desk.opened(export_id)
    assert "too late" not in archive.read("data.json").decode()
    lines = (await desk.get("/audit"))["items"]
    assert [line["what"] for line in lines] == ["export_downloaded", "export_made", "export_asked"]
    assert lines[1]["facts"]["messages"] == 3
    shown = await desk.get(f"/exports/{export_id}")
    assert (shown["state"], shown["messages"], shown["title"]) == ("done", 3, "1087654321098765")
    assert [one["id"] for one in (await desk.get("/exports"))["items"]] == [export_id]


async def test_EX1_only_owners_and_admins_of_the_workspace_may(desk: Taking, bob: Person, stranger: Person) -> None:
    export_id = await desk.asked("conversation", desk.id)
    await desk.make()
    for who, status in ((bob, 403), (stranger, 404)):
        for path in (f"/exports/{export_id}", f"/exports/{export_id}/file"):
            assert (await desk.ask("GET", path, who=who)).status_code == status
        body = {"kind": "conversation", "id": desk.id}
        assert (await desk.ask("POST", "/exports", body, who=who)).status_code == status
    for path in ("/exports", "/audit", "/holds"):
        assert (await desk.ask("GET", path, who=bob)).status_code == 403
    assert (await desk.ask("POST", "/exports", {"kind": "account", "id": NOBODYS})).status_code == 404


async def test_EX3_an_account_is_taken_out_page_by_page_and_anew_after_a_crash(
    desk: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_PAGE", 2)
    monkeypatch.setattr(export, "_CONVERSATIONS", 1)
    for person in range(3):
        await desk.says(f"20000{person}", *(f"text {n}" for n in range(5)))
    export_id = await desk.asked("account", str(desk.world.account))
    async with desk.worker.transaction() as conn:
        (due,) = await claims.EXPORTS.claim(conn, desk.clock.now(), desk.clock.now(), 10)  # and the worker dies
        await conn.execute("UPDATE exports SET state = 'running', messages = 1")
    assert due.attempts == 1
    answer = await desk.ask("GET", f"/exports/{export_id}/file")
    assert (answer.status_code, answer.json()["code"]) == (409, "export_not_ready")
    await desk.make()
    archive = await desk.opened(export_id)
    told = json.loads(archive.read("data.json"))["conversations"]
    assert sorted(len(one["messages"]) for one in told) == [3, 5, 5, 5]
    assert len({message["id"] for one in told for message in one["messages"]}) == 18
    assert "comments.html" in archive.namelist()


async def test_EX3_what_fails_again_and_again_says_so(desk: Taking) -> None:
    export_id = await desk.asked("conversation", desk.id)
    async with desk.worker.transaction() as conn:
        (due,) = await claims.EXPORTS.claim(conn, desk.clock.now(), desk.clock.now(), 10)
    await desk.exports.give_up(due, "StorageFailed: the storage does not take it")
    shown = await desk.get(f"/exports/{export_id}")
    assert (shown["state"], shown["error"]) == ("failed", "StorageFailed: the storage does not take it")
    assert (await desk.ask("GET", f"/exports/{export_id}/file")).status_code == 410


async def test_EX4_all_about_a_person_is_everything_of_the_same_member(desk: Taking) -> None:
    await desk.says("300001", "from my other profile")
    await desk.says("300002", "from somebody else")
    async with desk.worker.transaction() as conn:
        await conn.execute(
            """UPDATE participants SET connected_user_id = 'u1'
            WHERE workspace_id = $1 AND igsid IN ('1087654321098765', '300001')""",
            desk.world.workspace,
        )
        await conn.execute(
            """INSERT INTO members (workspace_id, id, way, user_id, email, created_at)
            VALUES ($1, gen_random_uuid(), 'mail', 'u1', 'ada@example.org', $2)""",
            desk.world.workspace, desk.clock.now(),
        )  # fmt: skip
        for key, author, text in (("c1", "1087654321098765", "nice post"), ("c2", "300002", "not hers")):
            await conn.execute(
                """INSERT INTO comments (workspace_id, id, account_id, comment_key, kind, media, author_ig_id, text, is_own,
                    created_at) VALUES ($1, gen_random_uuid(), $2, $3, 'comment', '{}', $4, $5, false, $6)""",
                desk.world.workspace, desk.world.account, key, author, text, desk.clock.now() - timedelta(seconds=5),
            )  # fmt: skip
    data = json.loads((await desk.taken("person", desk.id)).read("data.json"))
    assert sorted(one["profile"]["igsid"] for one in data["conversations"]) == ["1087654321098765", "300001"]
    assert {member["email"] for one in data["conversations"] for member in one["members"]} == {"ada@example.org"}
    assert [one["text"] for one in data["comments"]] == ["nice post"]
    assert "from somebody else" not in json.dumps(data)


async def test_EX5_what_is_erased_has_it_made_anew(desk: Taking) -> None:
    export_id = await desk.asked("conversation", desk.id)
    await desk.make()
    ada = Customer(desk.world.ig_id)
    await happen(desk.worker, desk.world, ada.unsends("m1", desk.clock.now()), now=desk.clock.now())
    assert (await desk.ask("GET", f"/exports/{export_id}/file")).status_code == 409
    desk.clock.ahead += timedelta(minutes=1)
    await desk.make()
    archive = await desk.opened(export_id)
    assert "message 1" not in archive.read("data.json").decode() + archive.read(f"conversations/{desk.id}.html").decode()
    assert "message 2" in archive.read("data.json").decode()


async def test_EX6_its_time_is_over_after_seven_days(desk: Taking, settings: Settings) -> None:
    export_id = await desk.asked("conversation", desk.id)
    await desk.make()
    file = Path(settings.data_dir) / "media" / str(desk.world.workspace) / export.name_of(UUID(export_id))
    assert file.exists()
    desk.clock.ahead += timedelta(days=7, minutes=1)
    await desk.make()
    assert not file.exists()
    answer = await desk.ask("GET", f"/exports/{export_id}/file")
    assert (answer.status_code, answer.json()["detail"]) == (410, "It was kept for 7 days.")
