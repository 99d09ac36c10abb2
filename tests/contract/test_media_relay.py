"""What may not be kept is passed on: stories until they are over, and everything of an account that keeps nothing.

Rules MD6-MD8 of docs/spec/inbox.md, on graphsim.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from confab.clock import Clock
from confab.store.db import Doors, connect
from tests.contract.test_hints import posts
from tests.contract.test_windows import pass_time
from tests.stack import Stack, stack, until
from tests.world import Customer

SOON_S = 20


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock, is_following=True) as running:
        yield running


@pytest.fixture
async def keepless(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    """An installation that keeps nothing."""
    async with stack(doors, clock=clock, media_mode="reference") as running:
        yield running


def door(shop: Stack) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=shop.url, headers=shop.api.headers, timeout=30)


async def newest(shop: Stack) -> dict[str, Any]:
    (conversation,) = await shop.conversations()
    return (await shop.messages(conversation["id"]))[-1]


async def attachment(shop: Stack, state: str) -> dict[str, Any]:
    """The first attachment of the newest message, once it is so."""

    async def look() -> dict[str, Any] | None:
        if not await shop.conversations():
            return None
        message = await newest(shop)
        found = message["attachments"] and message["attachments"][0]
        return found if found and found["state"] == state else None

    return await until(look, SOON_S)


async def story(shop: Stack, state: str) -> dict[str, Any]:
    """The story that the newest message answers, once it is so."""

    async def look() -> dict[str, Any] | None:
        if not await shop.conversations():
            return None
        found = ((await newest(shop))["reply_to"] or {}).get("story")
        return found if found and found["state"] == state else None

    return await until(look, SOON_S)


async def kept(shop: Stack) -> int:
    """How many files there are of this workspace, in storage and in the database together."""
    async with shop.worker_db.transaction() as conn:
        rows = await conn.fetchval("SELECT count(*) FROM media_objects WHERE workspace_id = $1", shop.workspace)
    folder = shop.front.services.settings.data_dir / "media" / str(shop.workspace)
    return rows + (len(list(folder.iterdir())) if folder.exists() else 0)


async def sources(shop: Stack) -> list[str]:
    """Where Meta has what this workspace's messages carry."""
    async with shop.worker_db.transaction() as conn:
        found = await conn.fetch(
            """SELECT source_url FROM attachments WHERE workspace_id = $1 AND source_url IS NOT NULL
            UNION ALL SELECT reply_to_story_url FROM messages WHERE workspace_id = $1 AND reply_to_story_url IS NOT NULL
            UNION ALL SELECT payload ->> 'url' FROM attachments WHERE workspace_id = $1 AND payload ? 'url'""",
            shop.workspace,
        )
    return [record[0] for record in found]


@pytest.mark.parametrize("kind", ["story_mention", "ig_story"])
async def test_MD7_a_story_is_seen_through_our_own_door_and_never_kept(shop: Stack, kind: str) -> None:
    await shop.customer_writes(None, attachments=[kind])
    found = await attachment(shop, "relayed")
    assert found["url"].startswith("/media/messages/")
    assert (found["width"] > 0, found["placeholder"], found["content_type"]) == (True, None, "image/png")
    message = await newest(shop)
    sent_at, until_ = (datetime.fromisoformat(text) for text in (message["sent_at"], found["available_until"]))
    assert until_ - sent_at == timedelta(hours=24)
    async with door(shop) as http:
        answer = await http.get(found["url"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.content.startswith(b"\x89PNG")
        assert (await http.get(f"{found['url']}?small")).content == answer.content
        http.headers.pop("authorization")
        assert (await http.get(found["url"])).status_code == 401
    assert await kept(shop) <= 2  # the customer's own picture


async def test_MD7_a_story_that_a_message_answers_is_seen_too(shop: Stack) -> None:
    await shop.customer_writes("Do you still have this?", story={})
    found = await story(shop, "relayed")
    assert found["url"].endswith("-story.png")
    assert (await newest(shop))["attachments"] == []
    assert (await shop.conversations())[0]["last_message_preview"] == "Do you still have this?"
    async with door(shop) as http:
        answer = await http.get(found["url"])
    assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (200, "image/png", "no-store")


async def test_MD7_after_a_day_a_story_is_gone_for_certain_and_where_it_was_is_forgotten(shop: Stack, clock: Clock) -> None:
    await shop.customer_writes(None, attachments=["story_mention"])
    url = (await attachment(shop, "relayed"))["url"]
    await shop.customer_writes("this one", story={})
    await story(shop, "relayed")
    assert await sources(shop) != []
    await pass_time(shop, clock, timedelta(hours=24.01))
    async with door(shop) as http:
        assert (await http.get(url)).status_code == 404
    await pass_time(shop, clock, timedelta(hours=1.1))
    assert (await story(shop, "expired"))["url"] is None

    async def forgotten() -> bool:
        return await sources(shop) == []

    await until(forgotten, SOON_S)
    (conversation,) = await shop.conversations()
    first = (await shop.messages(conversation["id"]))[0]
    again = await shop.api.post(f"/conversations/{conversation['id']}/messages/{first['id']}/attachments/0/retry")
    found = again.json()["attachments"][0]
    assert (again.status_code, found["state"], found["error"]) == (200, "expired", "the story is no longer available")


async def test_MD7_a_story_that_was_deleted_before_its_day_is_over_is_no_longer_available(shop: Stack) -> None:
    await shop.customer_writes(None, attachments=["story_mention"])
    url = (await attachment(shop, "relayed"))["url"]
    await shop.fault(target="cdn", effect="status", status=404)
    async with door(shop) as http:
        assert (await http.get(url)).status_code == 404
        assert (await attachment(shop, "expired"))["url"] is None
        assert (await http.get(url)).status_code == 404
    assert await sources(shop) == [] or (await newest(shop))["attachments"][0]["state"] == "expired"


async def test_MD7_nobody_else_sees_a_story_by_guessing_its_address(shop: Stack, doors: Doors, clock: Clock) -> None:
    await shop.customer_writes(None, attachments=["story_mention"])
    url = (await attachment(shop, "relayed"))["url"]
    async with stack(doors, clock=clock, working=False) as other, door(other) as http:
        for guess in (url, url.replace("-0.", "-1."), url.replace("-0.", "-story.")):
            assert (await http.get(guess)).status_code == 404
    conn = await connect(doors.app)
    try:
        async with conn.transaction():
            await conn.execute("SELECT set_config('confab.workspace_id', $1, true)", "00000000-0000-0000-0000-000000000001")
            assert await conn.fetchval("SELECT count(*) FROM attachments") == 0
            assert await conn.fetchval("SELECT count(*) FROM media_fetches") == 0
            assert await conn.fetchval("SELECT count(*) FROM media_turns") == 0
    finally:
        await conn.close()


async def page_of_a_story(shop: Stack, clock: Clock, mid: str) -> None:
    """Somebody answers a story, and the webhook leads to its page."""
    page = "https://www.instagram.com/stories/harbour.bakery/18012345678901234/"
    story = {"story": {"id": "18012345678901234", "url": page}}
    await posts(shop, Customer(shop.ig_id).writes(mid, "this one", clock.now(), reply_to=story))


async def test_MD7_N24_a_page_in_place_of_a_story_is_never_fetched(shop: Stack, clock: Clock) -> None:
    await page_of_a_story(shop, clock, "aWdNobodyKnowsThis")
    assert (await story(shop, "expired"))["url"] is None
    async with shop.worker_db.transaction() as conn:
        said = await conn.fetchval("SELECT error FROM attachments WHERE workspace_id = $1", shop.workspace)
    assert said == "Instagram's link leads to a page and to no file"


async def test_MD7_N24_behind_a_page_instagram_may_have_the_story_all_the_same(shop: Stack, clock: Clock) -> None:
    mid = (await shop.customer_writes("this one", story={"id": "18012345678901234"}, deliver=False))["mid"]
    await page_of_a_story(shop, clock, mid)
    found = await story(shop, "relayed")
    async with door(shop) as http:
        assert (await http.get(found["url"])).status_code == 200


@pytest.mark.parametrize("effect", ["html", "big", "wrong_type"])
async def test_MD7_what_comes_instead_of_a_story_is_not_passed_on(shop: Stack, effect: str) -> None:
    await shop.customer_writes(None, attachments=["story_mention"])
    url = (await attachment(shop, "relayed"))["url"]
    await shop.fault(target="cdn", effect=effect)
    async with door(shop) as http:
        answer = await http.get(url)
    if effect == "wrong_type":  # the host's word counts for nothing
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    else:
        assert answer.status_code == 404
        assert b"<html" not in answer.content


async def test_MD8_an_account_that_keeps_nothing_shows_everything_all_the_same(keepless: Stack) -> None:
    shop = keepless
    await shop.customer_writes("look", attachments=["video"])
    found = await attachment(shop, "relayed")
    assert (found["content_type"], found["available_until"], found["thumbnail_url"]) == ("video/mp4", None, None)
    async with door(shop) as http:
        whole = await http.get(found["url"])
        assert (whole.status_code, whole.headers["cache-control"]) == (200, "no-store")
        assert len(whole.content) == found["size_bytes"]
        part = await http.get(found["url"], headers={"range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, whole.content[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
        assert part.headers["content-type"] == "video/mp4"
        beginning = await http.get(found["url"], headers={"range": "bytes=0-1"})
        assert (beginning.status_code, beginning.content) == (206, whole.content[:2])

        async def pictured() -> str | None:
            return (await shop.conversations())[0]["participant"]["avatar_url"]

        avatar = await http.get(await until(pictured))
        assert (avatar.status_code, avatar.headers["cache-control"]) == (200, "no-store")
        assert avatar.headers["content-type"] == "image/png"
    assert await kept(shop) == 0


async def test_MD8_a_dead_link_is_asked_for_once_and_then_passed_on_again(keepless: Stack) -> None:
    shop = keepless
    await shop.customer_writes("look", attachments=["image"])
    url = (await attachment(shop, "relayed"))["url"]
    before = await sources(shop)
    await shop.fault(target="cdn", effect="status", status=403, count=2)  # for the browser, and when the worker looks
    async with door(shop) as http:
        assert (await http.get(url)).status_code == 404
        await attachment(shop, "relayed")
        assert (await http.get(url)).status_code == 200
    async with shop.worker_db.transaction() as conn:
        assert await conn.fetchval("SELECT count(*) FROM media_fetches WHERE workspace_id = $1", shop.workspace) == 0
    assert len(await sources(shop)) == len(before)
    await shop.fault(target="cdn", effect="status", status=403)
    async with door(shop) as http:
        assert (await http.get(url)).status_code == 404
    assert (await attachment(shop, "expired"))["error"] == "Instagram's link is dead (403)"


async def test_MD8_a_participants_picture_that_died_is_asked_for_with_the_profile(keepless: Stack) -> None:
    shop = keepless
    await shop.customer_writes("hello")

    async def pictured() -> str | None:
        return (await shop.conversations() or [{"participant": {"avatar_url": None}}])[0]["participant"]["avatar_url"]

    url = await until(pictured)
    await shop.fault(target="cdn", effect="status", status=403, count=1)
    async with door(shop) as http:
        assert (await http.get(url)).status_code == 404
        again = await until(pictured)
        assert (await http.get(again)).status_code == 200


async def account_of(shop: Stack) -> dict[str, Any]:
    return (await shop.api.get("/accounts")).json()["items"][0]


async def test_MD8_an_account_may_stop_keeping_and_begin_again(shop: Stack) -> None:
    mid = (await shop.customer_writes("look", attachments=["image", "audio"]))["mid"]
    assert mid
    stored = await attachment(shop, "stored")

    async def all_kept() -> bool:
        avatar = (await shop.conversations())[0]["participant"]["avatar_url"]
        return avatar is not None and [one["state"] for one in (await newest(shop))["attachments"]] == ["stored", "stored"]

    await until(all_kept, SOON_S)
    account = await account_of(shop)
    assert account["media_mode"] is None
    answer = await shop.api.patch(f"/accounts/{account['id']}", json={"media_mode": "reference"})
    assert (answer.status_code, answer.json()["media_mode"]) == (200, "reference")
    relayed = await attachment(shop, "relayed")
    assert (relayed["url"], relayed["placeholder"], relayed["width"]) == (
        stored["url"].partition("?")[0],
        None,
        stored["width"],
    )

    async def none_kept() -> bool:
        return await kept(shop) == 0

    await until(none_kept, SOON_S)
    async with door(shop) as http:
        assert (await http.get(relayed["url"])).status_code == 200

        async def pictured() -> str | None:
            return (await shop.conversations())[0]["participant"]["avatar_url"]

        assert (await http.get(await until(pictured))).headers["cache-control"] == "no-store"
    answer = await shop.api.patch(f"/accounts/{account['id']}", json={"media_mode": "store"})
    assert answer.json()["media_mode"] == "store"
    again = await attachment(shop, "stored")
    assert again["url"] == stored["url"]
    await until(all_kept, SOON_S)

    async def is_over() -> bool:
        async with shop.worker_db.transaction() as conn:
            return await conn.fetchval("SELECT count(*) FROM media_turns WHERE workspace_id = $1", shop.workspace) == 0

    await until(is_over, SOON_S)
