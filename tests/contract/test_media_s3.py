"""A message's picture goes from Meta's host into S3 and from there to the browser. Rules MD3, MD13, on graphsim and moto."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from confab.clock import Clock
from confab.media import out
from confab.media.out import GOOD_FOR, Ticket
from confab.store.db import Doors
from tests import s3
from tests.stack import Stack, stack, until


@pytest.fixture(scope="module")
def storage_server() -> Iterator[s3.S3]:
    with s3.serving() as running:
        yield running


@pytest.fixture(params=[False, True], ids=["served", "redirected"])
async def shop(
    request: pytest.FixtureRequest, doors: Doors, clock: Clock, storage_server: s3.S3, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Stack, str, bool]]:
    for name, value in storage_server.environment.items():
        monkeypatch.setenv(name, value)
    bucket = f"bucket-{uuid4()}"
    settings: dict[str, Any] = {"media_url": storage_server.make_bucket(bucket), "media_redirect": request.param}
    async with stack(doors, clock=clock, **settings) as running:
        yield running, bucket, request.param


async def test_MD13_a_picture_comes_through_s3_and_leaves_it_again(shop: tuple[Stack, str, bool], storage_server: s3.S3) -> None:
    one, bucket, is_redirected = shop
    mid = (await one.customer_writes("look", attachments=["image", "video", "story_mention"]))["mid"]

    async def settled() -> list[dict[str, Any]]:
        if not await one.conversations():
            return []
        (message,) = await one.messages((await one.conversations())[0]["id"])
        found = message["attachments"]
        return [] if any(attachment["state"] == "pending" for attachment in found) else found

    picture, film, story = await until(settled)
    assert [found["state"] for found in (picture, film, story)] == ["stored", "stored", "relayed"]
    async with httpx2.AsyncClient(base_url=one.url, headers=one.api.headers, timeout=30, trust_env=False) as http:
        for found in (picture, film):
            answer = await http.get(found["url"])
            if is_redirected:
                assert (answer.status_code, answer.headers["cache-control"]) == (302, "no-store")
                assert answer.headers["location"].startswith(f"{storage_server.origin}/{bucket}/media/{one.workspace}/")
                assert f"img-src 'self' data: blob: {storage_server.origin};" in answer.headers["content-security-policy"]
                answer = await httpx2.AsyncClient(trust_env=False).get(answer.headers["location"])
            assert (answer.status_code, answer.headers["content-type"]) == (200, found["content_type"])
            assert len(answer.content) == found["size_bytes"]
        passed_on = await http.get(story["url"])
        assert (passed_on.status_code, passed_on.headers["cache-control"]) == (200, "no-store")
        http.headers.pop("authorization")
        assert (await http.get(picture["url"])).status_code == 401
    assert len([name for name in storage_server.names(bucket) if "thumbnail" not in name]) in (
        2,
        3,
    )  # and the customer's own picture
    await one.sim.post("/unsend", json={"mid": mid})

    async def gone() -> bool:
        return len([name for name in storage_server.names(bucket) if "thumbnail" not in name]) <= 1

    await until(gone)


async def test_UP5_what_instagram_fetches_for_an_answer_comes_from_here_whatever_browsers_are_sent_on_to(
    shop: tuple[Stack, str, bool],
) -> None:
    one, _, _ = shop
    await one.customer_writes("look", attachments=["image"])

    async def stored() -> list[str]:
        found = await one.conversations()
        shown = [file for message in await one.messages(found[0]["id"]) for file in message["attachments"]] if found else []
        return [file["url"] for file in shown if file["state"] == "stored"]

    (address,) = await until(stored)
    async with httpx2.AsyncClient(base_url=one.url, timeout=30, trust_env=False) as http:
        picture = await http.get(address, headers=one.api.headers, follow_redirects=True)
        ticket = Ticket(
            workspace_id=one.workspace, digest=hashlib.sha256(picture.content).digest(), content_type="image/jpeg",
            name="picture.jpg", until=one.front.services.clock.now() + GOOD_FOR,
        )  # fmt: skip
        answer = await http.get(out.link(one.url, one.front.services.vault.current()[0], ticket))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.content == picture.content
