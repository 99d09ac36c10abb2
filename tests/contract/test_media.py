"""What customers send is copied to our own storage and shown from there. Rules MD2-MD5 of docs/spec/inbox.md, on graphsim."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from confab.clock import Clock
from confab.store.db import Doors
from tests.stack import Stack, stack, until


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


async def settled(shop: Stack) -> dict[str, Any]:
    """The first attachment, once nothing is pending."""

    async def look() -> dict[str, Any] | None:
        for conversation in await shop.conversations():
            for message in await shop.messages(conversation["id"]):
                for attachment in message["attachments"]:
                    if attachment["state"] != "pending":
                        return attachment
        return None

    return await until(look)


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
