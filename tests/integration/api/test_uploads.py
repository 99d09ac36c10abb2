"""Files are taken before the message that shows them is sent. Rules UP1-UP5 of docs/spec/inbox.md."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from PIL import Image

from confab.app import Front
from confab.clock import Clock
from confab.media import out
from confab.media.remove import Removals
from confab.store import claims, media, uploads
from confab.store.db import Database
from tests.integration.api.conftest import Person
from tests.unit.media import films


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 700), **more: Any) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, kind, **more)
    return file.getvalue()


async def upload(http: httpx2.AsyncClient, who: Person, body: bytes, name: str = "file", **more: Any) -> httpx2.Response:
    return await http.post("/api/v1/uploads", content=body, headers={**who.bearer, "x-file-name": name}, **more)


async def test_UP1_a_picture_is_taken_and_answered_as_it_will_be_sent(http: httpx2.AsyncClient, anna: Person) -> None:
    body = picture()
    answer = await upload(http, anna, body, "Caf%C3%A9%20menu.JPEG")
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found["kind"], found["content_type"], found["name"]) == ("image", "image/jpeg", "Café menu.jpg")
    assert (found["width"], found["height"], found["size_bytes"]) == (900, 700, len(body))
    shown = await http.get(found["url"], headers=anna.bearer)
    assert (shown.content, shown.headers["content-type"]) == (body, "image/jpeg")
    small = await http.get(found["thumbnail_url"], headers=anna.bearer)
    assert Image.open(io.BytesIO(small.content)).size == (640, 498)
    assert (await http.get(f"/api/v1/uploads/{found['id']}", headers=anna.bearer)).json() == found


async def test_UP2_a_voice_and_a_film_and_a_document_are_what_their_bytes_say(http: httpx2.AsyncClient, anna: Person) -> None:
    voice = (await upload(http, anna, films.sound("webm", "libopus"), "voice.webm")).json()
    assert (voice["kind"], voice["content_type"], voice["name"]) == ("audio", "audio/mp4", "voice.m4a")
    assert voice["duration_ms"] == pytest.approx(2000, abs=100)
    film = (await upload(http, anna, films.film(), "called-a-picture.png")).json()
    assert (film["kind"], film["name"], film["width"]) == ("video", "called-a-picture.mp4", 320)
    paper = (await upload(http, anna, b"%PDF-1.7\n" + bytes(900), "menu.pdf")).json()
    assert (paper["kind"], paper["content_type"], paper["width"]) == ("file", "application/pdf", None)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 422, "file_type"),
        (b"<!doctype html><script>alert(1)</script>", 422, "file_type"),
        (b"PK\3\4" + bytes(500), 422, "file_type"),
        (b"", 422, "file_refused"),
        (picture()[:300], 422, "file_refused"),
    ],
)
async def test_UP1_what_cannot_be_sent_is_refused_with_the_field_and_what_goes(
    http: httpx2.AsyncClient, anna: Person, body: bytes, status: int, code: str
) -> None:
    answer = await upload(http, anna, body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, "file")
    if code == "file_type":
        assert "HEIC" in answer.json()["detail"]


async def test_UP1_the_largest_file_is_25_MB_whether_its_length_is_told_or_not(http: httpx2.AsyncClient, anna: Person) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            taken.append(1)
            yield b"%PDF-" + bytes(1_000_000)

    taken: list[int] = []
    for answer in (
        await http.post("/api/v1/uploads", content=endless(), headers=anna.bearer),
        await http.post("/api/v1/uploads", content=b"", headers={**anna.bearer, "content-length": "25000001"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
        assert answer.json()["limit_bytes"] == 25_000_000
        assert "25 MB" in answer.json()["detail"]
    assert (await upload(http, anna, b"%PDF-" + bytes(24_999_995))).status_code == 201


async def test_UP4_an_upload_is_shown_to_its_workspace_alone(
    http: httpx2.AsyncClient, anna: Person, bob: Person, stranger: Person
) -> None:
    found = (await upload(http, anna, picture())).json()
    assert (await http.get(found["url"], headers=bob.bearer)).status_code == 200
    for address in (found["url"], f"/api/v1/uploads/{found['id']}"):
        assert (await http.get(address, headers=stranger.bearer)).status_code == 404
        assert (await http.get(address)).status_code == 401
    assert (await http.post("/api/v1/uploads", content=picture())).status_code == 401
    assert (await http.get(f"/media/uploads/{uuid4()}.jpg", headers=anna.bearer)).status_code == 404
    assert (await http.get("/media/uploads/..%2f..%2fkeys", headers=anna.bearer)).status_code == 404


async def test_UP3_uploads_are_given_in_the_order_asked_and_the_same_bytes_are_kept_once(
    http: httpx2.AsyncClient, anna: Person, stranger: Person, app_db: Database
) -> None:
    one, two = picture(), picture(size=(50, 50))
    asked = [UUID((await upload(http, anna, body)).json()["id"]) for body in (one, two, one)]
    foreign = UUID((await upload(http, stranger, one)).json()["id"])
    async with app_db.viewing(anna.workspace) as conn:
        found = await uploads.get(conn, anna.workspace, [asked[2], foreign, asked[1], asked[0]])
        kept = await conn.fetchval("SELECT count(*) FROM media_objects WHERE workspace_id = $1", anna.workspace)
    assert [row.id for row in found] == [asked[2], asked[1], asked[0]]
    assert (found[0].digest == found[2].digest, kept) == (True, 2)


async def look_at(front: Front, worker_db: Database, clock: Clock, digest: bytes) -> bool:
    """The removal of an object, as the worker does it when it is due; whether the object is still there."""
    async with worker_db.transaction() as conn:
        due = await claims.REMOVALS.claim(conn, clock.now(), clock.now() + timedelta(minutes=1), 1000)
    for one in due:
        await Removals(worker_db, front.services.storage, clock).run(one)
        async with worker_db.transaction() as conn:
            await claims.REMOVALS.finish(conn, one)
    async with worker_db.transaction() as conn:
        return bool(await conn.fetchval("SELECT count(*) FROM media_objects WHERE digest = $1", digest))


async def test_UP3_an_upload_that_no_message_shows_is_forgotten_after_a_day_with_its_object(
    http: httpx2.AsyncClient, anna: Person, front: Front, worker_db: Database, clock: Clock
) -> None:
    found = (await upload(http, anna, picture(size=(77, 55)))).json()
    async with worker_db.transaction() as conn:
        (row,) = await uploads.get(conn, anna.workspace, [UUID(found["id"])])
    clock.ahead += timedelta(minutes=1)
    assert await look_at(front, worker_db, clock, row.digest)
    clock.ahead += timedelta(hours=23, minutes=58)
    assert await look_at(front, worker_db, clock, row.digest)
    assert (await http.get(found["url"], headers=anna.bearer)).status_code == 200
    clock.ahead += timedelta(minutes=2)
    assert not await look_at(front, worker_db, clock, row.digest)
    assert (await http.get(f"/api/v1/uploads/{found['id']}", headers=anna.bearer)).status_code == 404
    assert await front.services.storage.held(anna.workspace, row.digest) == 0


async def test_UP3_an_upload_that_is_about_to_be_shown_is_not_removed(
    http: httpx2.AsyncClient, anna: Person, app_db: Database, clock: Clock
) -> None:
    """Whoever got it holds it until the message is written: a removal that begins meanwhile waits, and finds it shown."""
    found = (await upload(http, anna, picture(size=(66, 44)))).json()
    async with app_db.viewing(anna.workspace) as conn:
        (row,) = await uploads.get(conn, anna.workspace, [UUID(found["id"])])
        async with app_db.viewing(anna.workspace) as other:
            await other.execute("SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(Exception, match="lock timeout"):
                await media.shut(other, anna.workspace, row.digest)


async def ticket(front: Front, anna: Person, http: httpx2.AsyncClient, body: bytes) -> out.Ticket:
    found = (await upload(http, anna, body, "menu.jpg")).json()
    async with front.services.db.viewing(anna.workspace) as conn:
        (row,) = await uploads.get(conn, anna.workspace, [UUID(found["id"])])
    return out.Ticket(
        workspace_id=anna.workspace, digest=row.digest, content_type="image/jpeg", name="menu.jpg",
        until=front.services.clock.now() + out.GOOD_FOR,
    )  # fmt: skip


async def test_UP5_a_signed_link_gives_one_file_without_a_session_and_nobody_keeps_it(
    http: httpx2.AsyncClient, anna: Person, front: Front
) -> None:
    body = picture()
    link = out.link("", front.services.vault.current()[0], await ticket(front, anna, http, body))
    answer = await http.get(link)
    assert (answer.status_code, answer.content) == (200, body)
    said = {name: answer.headers[name] for name in ("content-type", "content-length", "cache-control", "content-disposition")}
    assert said == {
        "content-type": "image/jpeg", "content-length": str(len(body)), "cache-control": "private, no-store",
        "content-disposition": 'attachment; filename="menu.jpg"',
    }  # fmt: skip
    head = await http.head(link)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(body)))
    part = await http.get(link, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, body[10:20], f"bytes 10-19/{len(body)}")
    assert (await http.get(link, headers={"range": f"bytes={len(body)}-"})).status_code == 416


async def test_UP5_anything_else_at_that_address_is_404_and_all_look_alike(
    http: httpx2.AsyncClient, anna: Person, front: Front, clock: Clock
) -> None:
    key = front.services.vault.current()[0]
    good = await ticket(front, anna, http, picture())
    link = out.link("", key, good)
    stranger = out.link("", b"x" * 32, good)
    gone = out.link("", key, replace(good, digest=bytes(32)))
    assert (await http.get(link)).status_code == 200
    bad = [link[:-1], link + "A", stranger, gone, "/media/out/x", "/media/out/" + "A" * 900]
    answers = [await http.get(address) for address in bad]
    clock.ahead += out.GOOD_FOR
    answers.append(await http.get(link))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert (await http.post(link)).status_code == 405
