"""Comments and mentions, all the way to Instagram and back. Rules CM1-CM20 and CG1-CG11, on the simulator."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from confab.clock import Clock
from confab.store.db import Doors
from tests.stack import Stack, stack, until

ADA = "1087654321098765"


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock, send_timeout_s=5) as running:
        yield running


@pytest.fixture
async def impatient_shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    """One that gives up a call soon: for answers that are meant to be lost."""
    async with stack(doors, clock=clock, send_timeout_s=0.5) as running:
        yield running


async def said(shop: Stack, text: str | None = "Do you ship to Dundee?", **more: Any) -> dict[str, Any]:
    """Somebody has commented, and it is here."""
    answer = await shop.sim.post("/comment", json={"account": shop.ig_id, "customer": ADA, "text": text, **more})
    assert answer.status_code == 200, answer.text
    made = answer.json()

    async def here() -> dict[str, Any] | None:
        return next((one for one in await listed(shop) if one["ig_id"] == made["id"]), None)

    return await until(here)


async def listed(shop: Stack, **filters: Any) -> list[dict[str, Any]]:
    return (await shop.api.get("/comments", params=filters)).json()["items"]


async def thread(shop: Stack, comment: str) -> dict[str, Any]:
    return (await shop.api.get(f"/comments/{comment}")).json()


async def seen(shop: Stack, comment: str, **wanted: Any) -> dict[str, Any]:
    """The comment, as soon as it is so."""

    async def look() -> dict[str, Any] | None:
        found = (await thread(shop, comment))["comment"]
        return found if all(found[name] == value for name, value in wanted.items()) else None

    return await until(look)


async def reply(shop: Stack, comment: str, text: str = "Yes, two days.", key: str | None = None) -> dict[str, Any]:
    answer = await shop.api.post(f"/comments/{comment}/reply", json={"client_key": key or text, "text": text})
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def moderate(shop: Stack, comment: str, what: str) -> dict[str, Any]:
    answer = await shop.api.post(f"/comments/{comment}/moderation", json={"what": what})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def at_meta(shop: Stack, comment: str) -> dict[str, Any]:
    """What Instagram shows of it, or of what went wrong."""
    answer = await shop.sim.get(f"/comments/{comment}")
    return answer.json() if answer.status_code == 200 else {}


async def synced(shop: Stack) -> dict[str, Any]:
    (account,) = (await shop.api.get("/accounts")).json()["items"]
    run = (await shop.api.post(f"/accounts/{account['id']}/sync", json={"what": "comments"})).json()

    async def over() -> dict[str, Any] | None:
        found = (await shop.api.get(f"/runs/{run['id']}")).json()
        return found if found["state"] in ("done", "failed") else None

    return await until(over)


async def test_CM1_CM2_a_comment_stands_under_its_post_with_picture_and_caption(shop: Stack) -> None:
    comment = await said(shop)
    assert comment["text"] == "Do you ship to Dundee?"

    async def pictured() -> dict[str, Any] | None:
        post = (await thread(shop, comment["id"]))["post"]
        return post if post is not None and post["picture_url"] is not None else None

    post = await until(pictured)
    assert post["is_own"] is True
    assert post["caption"]
    assert post["permalink"].startswith("https://www.instagram.com/p/")
    picture = await shop.api.get(f"{shop.url}{post['picture_url']}")
    assert (picture.status_code, picture.headers["content-type"][:6]) == (200, "image/")
    (talked,) = (await shop.api.get("/posts", params={"view": "open"})).json()["items"]
    assert (talked["post"]["id"], talked["open"]) == (post["id"], 1)


async def test_CM6_a_public_answer_is_one_comment_whoever_tells_of_it_first(shop: Stack) -> None:
    comment = await said(shop)
    made = await reply(shop, comment["id"])
    assert (made["status"], made["is_own"], made["ig_id"], made["written_by"]) == ("queued", True, None, "Dana")
    again = await reply(shop, comment["id"])
    assert again["id"] == made["id"]
    sent = await seen(shop, made["id"], status="sent")
    await shop.sim.post("/flush")
    under = (await thread(shop, comment["id"]))["replies"]
    assert [(one["ig_id"], one["text"]) for one in under] == [(sent["ig_id"], "Yes, two days.")]
    above = (await thread(shop, comment["id"]))["comment"]
    assert (above["done_by"], above["done_at"] is not None) == ("Dana", True)
    assert await listed(shop, view="open") == []


async def test_CM7_hiding_is_shown_at_once_and_done_at_instagram(shop: Stack) -> None:
    comment = await said(shop)
    hidden = await moderate(shop, comment["id"], "hide")
    assert (hidden["hidden"], hidden["pending"]) == (True, "hide")
    await seen(shop, comment["id"], hidden=True, pending=None, error=None)
    assert [one["id"] for one in await listed(shop, view="hidden")] == [comment["id"]]
    refused = await shop.api.post(f"/comments/{comment['id']}/reply", json={"client_key": "k", "text": "x"})
    assert (refused.status_code, refused.json()["rule"], refused.json()["code"]) == (409, "CG3", "comment_hidden")
    await moderate(shop, comment["id"], "unhide")
    await seen(shop, comment["id"], hidden=False, pending=None)


async def test_CM8_what_instagram_refuses_is_taken_back_with_its_words(shop: Stack) -> None:
    comment = await said(shop)
    await shop.fault(target="comments", effect="error", code=200, status=403, message="(#200) Permissions error")
    await moderate(shop, comment["id"], "hide")
    refused = await seen(shop, comment["id"], hidden=False, pending=None)
    assert refused["error"] is not None


async def test_CM4_a_comment_that_we_delete_keeps_who_and_when_and_loses_its_words(shop: Stack) -> None:
    comment = await said(shop)
    await moderate(shop, comment["id"], "delete")
    gone = await seen(shop, comment["id"], pending=None, text=None)
    assert gone["deleted_at"] is not None
    assert gone["author"]["username"] is not None
