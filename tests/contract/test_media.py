"""What customers send is copied to our own storage and shown from there. Rules MD2-MD5 of docs/spec/inbox.md, on graphsim."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from confab.clock import Clock
from confab.store.db import Doors, connect
from tests.stack import Stack, stack, until


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


async def settled(shop: Stack) -> dict[str, Any]:
    """The first attachment that is no longer pending."""

    async def look() -> dict[str, Any] | None:
        for conversation in await shop.conversations():
            for message in await shop.messages(conversation["id"]):
                for attachment in message["attachments"]:
                    if attachment["state"] != "pending":
                        return attachment
        return None

    return await until(look, 30)


def door(shop: Stack) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=shop.url, headers=shop.api.headers, timeout=30)


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("image", "image/png"), ("video", "video/mp4"), ("audio", "audio/wav"), ("file", "application/pdf")],
)
async def test_MD5_a_file_is_copied_and_served_with_its_own_type(shop: Stack, kind: str, content_type: str) -> None:
    await shop.customer_writes(None, attachments=[kind])
    attachment = await settled(shop)
    assert (attachment["state"], attachment["error"]) == ("stored", None)
    assert attachment["url"].startswith("/media/messages/")
    async with door(shop) as http:
        answer = await http.get(attachment["url"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == content_type == attachment["content_type"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.content) == attachment["size_bytes"]
        again = await http.get(attachment["url"], headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        part = await http.get(attachment["url"], headers={"range": "bytes=2-5"})
        assert (part.status_code, part.content) == (206, answer.content[2:6])
        assert part.headers["content-range"] == f"bytes 2-5/{len(answer.content)}"
        assert (await http.get(attachment["url"], headers={"range": "bytes=-3"})).content == answer.content[-3:]
        beyond = await http.get(attachment["url"], headers={"range": f"bytes={len(answer.content)}-"})
        assert beyond.status_code == 416
        http.headers.pop("authorization")
        assert (await http.get(attachment["url"])).status_code == 401


async def test_MD3_a_picture_has_its_size_and_a_placeholder_before_it_is_loaded(shop: Stack) -> None:
    await shop.customer_writes(None, attachments=["image"])
    attachment = await settled(shop)
    assert attachment["width"] > 0 < attachment["height"]
    assert attachment["placeholder"].startswith("data:image/webp;base64,")


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ({"effect": "html"}, "expired", "page"),
        ({"effect": "status", "status": 404}, "expired", "dead"),
        ({"effect": "big"}, "refused", "larger"),
    ],
)
async def test_MD4_what_cannot_be_copied_says_why(shop: Stack, fault: dict[str, Any], state: str, reason: str) -> None:
    await shop.fault(target="cdn", **fault)
    await shop.customer_writes("look", attachments=["image"])
    attachment = await settled(shop)
    assert (attachment["state"], attachment["url"]) == (state, None)
    assert reason in attachment["error"]


async def first(shop: Stack) -> dict[str, Any]:
    (conversation,) = await shop.conversations()
    return (await shop.messages(conversation["id"]))[0]


async def shown(shop: Stack) -> list[str]:
    """The addresses of what is stored of all messages."""
    found = [message for one in await shop.conversations() for message in await shop.messages(one["id"])]
    return [one["url"] for message in found for one in message["attachments"] if one["state"] == "stored"]


async def is_pictured(shop: Stack) -> bool:
    """Everybody who wrote has their own picture."""
    found = await shop.conversations()
    return found != [] and all(one["participant"]["avatar_url"] for one in found)


async def objects(shop: Stack) -> int:
    """How many files are kept for messages."""
    async with shop.worker_db.transaction() as conn:
        return await conn.fetchval(
            """SELECT count(*) FROM media_objects o WHERE workspace_id = $1 AND NOT EXISTS (
                SELECT FROM participants p WHERE p.workspace_id = $1 AND p.avatar_digest = o.digest)""",
            shop.workspace,
        )


async def test_MD3_the_same_picture_is_kept_once_and_until_the_last_message_with_it_is_taken_back(shop: Stack) -> None:
    mids = [(await shop.customer_writes("look", attachments=["image"]))["mid"]]
    await settled(shop)
    await until(lambda: is_pictured(shop))
    async with shop.worker_db.transaction() as conn:
        link = await conn.fetchval("SELECT source_url FROM attachments WHERE workspace_id = $1", shop.workspace)
    mids.append((await shop.customer_writes("again", attachments=[{"type": "image", "url": link}]))["mid"])

    async def both() -> list[str]:
        urls = await shown(shop)
        return urls if len(urls) == 2 else []

    urls = await until(both)
    assert len({url.partition("?")[2] for url in urls}) == 1
    assert await objects(shop) == 1
    await shop.sim.post("/unsend", json={"mid": mids[1]})

    async def one_left() -> bool:
        return len(await shown(shop)) == 1

    await until(one_left)
    assert await objects(shop) == 1
    await shop.sim.post("/unsend", json={"mid": mids[0]})

    async def none_left() -> bool:
        return await objects(shop) == 0

    await until(none_left)
    async with door(shop) as http:
        assert [(await http.get(url)).status_code for url in urls] == [404, 404]


async def test_MD3_a_file_that_nothing_shows_leaves_storage_though_nobody_said_so(shop: Stack, clock: Clock) -> None:
    """Its message was taken back while it was fetched, or its worker died before it was shown."""
    await shop.customer_writes("look", attachments=["image"])
    await settled(shop)
    await until(lambda: is_pictured(shop))
    assert await objects(shop) == 1
    async with shop.worker_db.transaction() as conn:
        await conn.execute("DELETE FROM attachments WHERE workspace_id = $1", shop.workspace)
    clock.ahead += timedelta(minutes=1)

    async def gone() -> bool:
        return await objects(shop) == 0

    await until(gone)


@pytest.mark.parametrize("lost", ["half of the file", "the file", "the thumbnail", "all of the thumbnail's bytes"])
async def test_MD3_what_storage_holds_by_halves_is_put_there_again_when_the_same_file_comes(shop: Stack, lost: str) -> None:
    await shop.customer_writes("look", attachments=["image"])
    attachment = await settled(shop)
    async with shop.worker_db.transaction() as conn:
        link, digest = await conn.fetchrow("SELECT source_url, digest FROM attachments WHERE workspace_id = $1", shop.workspace)
    file = Path(shop.front.services.settings.data_dir) / "media" / str(shop.workspace) / digest.hex()
    small = file.with_name(f"{file.name}.thumbnail")
    before = file.read_bytes(), small.read_bytes()
    match lost:
        case "half of the file":
            file.write_bytes(before[0][: len(before[0]) // 2])
        case "the file":
            file.unlink()
        case "the thumbnail":
            small.unlink()
        case _:
            small.write_bytes(b"")
    await shop.customer_writes("again", attachments=[{"type": "image", "url": link}])

    async def both() -> bool:
        return len(await shown(shop)) == 2

    await until(both)
    assert (file.read_bytes(), small.read_bytes()) == before
    async with door(shop) as http:
        assert (await http.get(attachment["url"])).content == before[0]
        assert (await http.get(attachment["thumbnail_url"])).content == before[1]


async def test_MD4_what_failed_is_fetched_when_somebody_asks_again(shop: Stack) -> None:
    await shop.fault(target="cdn", effect="status", status=503)
    await shop.customer_writes("look", attachments=["image"])
    attachment = await settled(shop)
    assert (attachment["state"], attachment["error"]) == ("failed", "MediaUnavailable: its host answers 503")
    await shop.sim.delete("/fault")
    message = await first(shop)
    path = f"/conversations/{message['conversation_id']}/messages/{message['id']}/attachments"
    answer = await shop.api.post(f"{path}/0/retry")
    assert answer.status_code == 200, answer.text
    assert answer.json()["attachments"][0]["state"] in ("pending", "stored")

    async def there() -> bool:
        return (await first(shop))["attachments"][0]["state"] == "stored"

    await until(there)
    again = await shop.api.post(f"{path}/0/retry")
    assert (again.status_code, again.json()["attachments"][0]["state"]) == (200, "stored")
    assert (await shop.api.post(f"{path}/7/retry")).status_code == 404


async def test_MD5_nobody_else_sees_a_file_by_guessing_its_address(shop: Stack, doors: Doors, clock: Clock) -> None:
    await shop.customer_writes("look", attachments=["image"])
    url = (await settled(shop))["url"]
    async with stack(doors, clock=clock, working=False) as other, door(other) as http:
        for guess in (url, url.replace(".png", ".jpg"), url.partition("?")[0]):
            assert (await http.get(guess)).status_code == 404
    async with door(shop) as http:
        assert (await http.get(url)).status_code == 200
        for nonsense in (
            "/media/messages/x/y",
            url.replace("-0.", "-99."),
            "/media/avatars/1/2.png",
        ):
            assert (await http.get(nonsense)).status_code in (404, 422), nonsense


async def test_MD5_a_customers_own_picture_is_kept_and_shown_and_may_be_kept_by_browsers(shop: Stack) -> None:
    await shop.customer_writes("hello")

    async def pictured() -> str | None:
        return next((one["participant"]["avatar_url"] for one in await shop.conversations()), None)

    url = await until(pictured)
    assert url.startswith("/media/avatars/")
    async with door(shop) as http:
        answer = await http.get(url)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert "immutable" in answer.headers["cache-control"]


async def test_MD12_what_failed_again_and_again_is_marked_until_somebody_tries_again(shop: Stack) -> None:
    await shop.fault(target="cdn", effect="status", status=503)
    await shop.customer_writes("look", attachments=["image"])
    attachment = await settled(shop)
    assert (attachment["state"], attachment["media_fetch_failed"]) == ("failed", True)

    async def without_picture() -> bool:
        async with shop.worker_db.transaction() as conn:
            sql = "SELECT bool_or(avatar_fetch_failed) FROM participants WHERE workspace_id = $1"
            return await conn.fetchval(sql, shop.workspace)

    await until(without_picture)
    await shop.fault(target="cdn", effect="slow", seconds=1.0)
    message = await first(shop)
    path = f"/conversations/{message['conversation_id']}/messages/{message['id']}/attachments/0/retry"
    again = (await shop.api.post(path)).json()["attachments"][0]
    assert (again["state"], again["media_fetch_failed"]) == ("pending", False)


async def test_MD4_a_dead_link_is_no_failure(shop: Stack) -> None:
    await shop.fault(target="cdn", effect="status", status=404)
    await shop.customer_writes("look", attachments=["image"])
    attachment = await settled(shop)
    assert (attachment["state"], attachment["media_fetch_failed"]) == ("expired", False)


async def test_MD10_a_film_and_a_sound_are_measured_before_anybody_loads_them(shop: Stack) -> None:
    await shop.customer_writes(None, attachments=["video", "audio"])

    async def stored(nth: int) -> dict[str, Any] | None:
        found = (await first(shop))["attachments"][nth]
        return found if found["state"] == "stored" else None

    await settled(shop)  # one of the two
    film, sound = await until(lambda: stored(0)), await until(lambda: stored(1))
    assert film["content_type"] == "video/mp4"
    assert film["width"] > 0 < film["height"]
    assert film["duration_ms"] > 0
    assert film["placeholder"].startswith("data:image/webp")
    assert sound["duration_ms"] > 0
    async with door(shop) as http:
        poster = await http.get(film["thumbnail_url"])
        assert (poster.status_code, poster.headers["content-type"]) == (200, "image/webp")
        assert (await http.get(film["url"])).headers["content-type"] == "video/mp4"


async def test_MD10_a_film_that_no_decoder_can_read_is_kept_all_the_same(shop: Stack) -> None:
    await shop.fault(target="cdn", effect="truncate")
    await shop.customer_writes(None, attachments=["video"])
    film = await settled(shop)
    assert film["state"] == "stored"
    assert (film["thumbnail_url"] is None) == (film["placeholder"] is None)


async def test_MD9_a_copy_leaves_at_its_age_unless_a_younger_message_shows_it(doors: Doors, clock: Clock) -> None:
    async with stack(doors, clock=clock, media_keep_days=(("image", 30),)) as shop:
        await shop.customer_writes("look", attachments=["image", "file"])
        await settled(shop)
        async with shop.worker_db.transaction() as conn:
            link = await conn.fetchval(
                "SELECT source_url FROM attachments WHERE workspace_id = $1 AND kind = 'image'", shop.workspace
            )
            await conn.execute(
                """UPDATE attachments SET sent_at = sent_at - interval '31 days' WHERE workspace_id = $1""", shop.workspace
            )
        await shop.customer_writes("again", attachments=[{"type": "image", "url": link}])

        async def three() -> bool:
            return len(await shown(shop)) == 3

        await until(three)
        async with shop.worker_db.transaction() as conn:
            await conn.execute("UPDATE schedules SET due_at = now() WHERE name = 'media_ages'")

        async def two() -> bool:
            return len(await shown(shop)) == 2

        await until(two)
        old = (await first(shop))["attachments"][0]
        assert (old["state"], old["error"], old["url"]) == ("expired", "pictures are kept for 30 days here", None)
        assert await objects(shop) == 2  # the document, and the picture that the younger message shows
        async with door(shop) as http:
            assert [(await http.get(url)).status_code for url in await shown(shop)] == [200, 200]


async def test_MD11_the_files_of_one_account_hang_and_another_s_arrive(doors: Doors, clock: Clock) -> None:
    async with (
        stack(doors, clock=clock, working=False) as well,
        stack(doors, clock=clock, media_allow=(well.sim.base_url.netloc.decode(),)) as hanging,  # one worker for both
    ):
        await hanging.fault(target="cdn", effect="slow", seconds=30.0)
        for number in range(12):
            await hanging.customer_writes(f"n{number}", customer=f"10876543210{number:05}", attachments=["image"])
        await well.customer_writes("look", attachments=["image"])
        assert (await settled(well))["state"] == "stored"
        states = [
            attachment["state"]
            for conversation in await hanging.conversations()
            for message in await hanging.messages(conversation["id"])
            for attachment in message["attachments"]
        ]
        assert states == ["pending"] * 12


async def test_MD5_as_the_role_of_the_application_another_workspaces_media_are_not_there(shop: Stack, doors: Doors) -> None:
    await shop.customer_writes("look", attachments=["image"])
    await settled(shop)
    conn = await connect(doors.app)
    try:
        for workspace, seen in ((shop.workspace, 1), (uuid4(), 0)):
            async with conn.transaction():
                await conn.execute("SELECT set_config('confab.workspace_id', $1, true)", str(workspace))
                for table in ("media_objects", "attachments"):
                    assert min(1, await conn.fetchval(f"SELECT count(*) FROM {table}")) == seen, table
                changed = await conn.execute("UPDATE media_objects SET size_bytes = 1 WHERE workspace_id <> $1", workspace)
                assert changed == "UPDATE 0"
                assert await conn.execute("DELETE FROM media_removals WHERE workspace_id <> $1", workspace) == "DELETE 0"
    finally:
        await conn.close()
