"""Files reach Instagram: uploaded once for each account, else by a link that it fetches here. Rules UP5-UP7, S8, S11, S23."""

import asyncio
import io
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx2
import pytest
from PIL import Image

from confab.clock import Clock
from confab.errors import Rejected, Throttled, Unavailable
from confab.graph.client import GraphClient
from confab.media.handing import Account, Attached, File, Handed, Handing, Linked, Links
from confab.store import uploads
from confab.store.db import Doors
from tests.stack import TOKEN, Stack, stack, until
from tests.unit.media import films

CUSTOMER = "1087654321098765"


@dataclass
class Desk:
    """A shop that hands files over, and what Instagram then has."""

    shop: Stack
    handing: Handing
    account: Account
    graph_url: str
    sends: int = 0

    async def upload(self, body: bytes, name: str = "file") -> File:
        answer = await self.shop.api.post("/uploads", content=body, headers={"x-file-name": quote(name)})
        assert answer.status_code == 201, answer.text
        async with self.shop.worker_db.transaction() as conn:
            (row,) = await uploads.get(conn, self.shop.workspace, [UUID(answer.json()["id"])])
        return File(digest=row.digest, kind=row.kind, content_type=row.content_type, name=row.name, size_bytes=row.size_bytes)

    async def hand_over(self, *files: File) -> list[Handed]:
        return await self.handing.hand_over(self.account, files)

    async def send(self, handed: Handed, kind: str) -> httpx2.Response:
        payload = {"attachment_id": handed.attachment_id} if isinstance(handed, Attached) else {"url": handed.url}
        body = {"recipient": {"id": CUSTOMER}, "message": {"attachment": {"type": kind, "payload": payload}}}
        self.sends += 1
        async with httpx2.AsyncClient(timeout=20) as client:
            headers = {"authorization": f"Bearer {TOKEN}"}
            return await client.post(f"{self.graph_url}/{self.shop.ig_id}/messages", json=body, headers=headers)

    async def asked(self) -> int:
        """How often Instagram was asked to take an upload: nobody else calls it."""
        return (await self.shop.sim.get("/stats")).json()["calls"] - self.sends


@pytest.fixture
async def desk(doors: Doors, clock: Clock) -> AsyncIterator[Desk]:
    async with stack(doors, clock=clock, working=False) as shop, GraphClient.open(_graph(shop), timeout_s=5) as graph:
        await shop.customer_writes("Do you have a menu?", CUSTOMER)
        yield Desk(shop, handing(shop, graph, clock, public_url=shop.url), await account(shop), _graph(shop))


def handing(shop: Stack, graph: GraphClient, clock: Clock, *, public_url: str | None) -> Handing:
    services = shop.front.services
    links = None if public_url is None else Links(public_url=public_url, keys=services.vault.current)
    return Handing(shop.worker_db, graph, services.storage, clock, links)


def _graph(shop: Stack) -> str:
    return shop.front.services.settings.graph_url


async def account(shop: Stack) -> Account:
    (found,) = (await shop.api.get("/accounts")).json()["items"]
    return Account(workspace_id=shop.workspace, account_id=UUID(found["id"]), ig_id=shop.ig_id, token=TOKEN)


def picture(number: int = 0) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), (number * 20, 90, 30)).save(file, "PNG")
    return file.getvalue()


async def test_UP6_S11_a_file_is_uploaded_once_and_instagram_has_its_bytes(desk: Desk) -> None:
    sent = {"image": picture(), "video": films.film(), "audio": films.sound("webm", "libopus"), "file": b"%PDF-1.7\n" + bytes(99)}
    for kind, body in sent.items():
        file = await desk.upload(body, "Speisekarte für heute.xyz")
        (handed,) = await desk.hand_over(file)
        assert isinstance(handed, Attached)
        assert await desk.hand_over(file, file) == [handed, handed]
        assert (await desk.send(handed, kind)).status_code == 200
    assert await desk.asked() == len(sent)


async def test_UP6_several_pictures_keep_their_order(desk: Desk) -> None:
    files = [await desk.upload(picture(number)) for number in range(10)]
    (fifth,) = await desk.hand_over(files[5])
    handed = await desk.hand_over(*files)
    assert handed[5] == fifth
    assert await desk.hand_over(*reversed(files)) == handed[::-1]
    assert len({str(one) for one in handed}) == 10
    assert await desk.asked() == 10


async def test_UP6_what_was_handed_over_before_another_failed_is_not_handed_over_again(desk: Desk) -> None:
    files = [await desk.upload(picture(number)) for number in range(4)]
    await desk.shop.fault(target="upload", effect="error", code=2, count=1)
    with pytest.raises(Unavailable):
        await desk.hand_over(*files)
    assert len(await desk.hand_over(*files)) == 4
    assert await desk.asked() == 5


async def test_UP6_an_id_is_used_for_thirty_days(desk: Desk, clock: Clock) -> None:
    file = await desk.upload(picture())
    (old,) = await desk.hand_over(file)
    clock.ahead += timedelta(days=31)
    assert await desk.hand_over(file) != [old]


@pytest.mark.parametrize(("code", "subcode"), [(2500, None), (3, None), (100, 33), (10, None)])
async def test_UP7_S23_S8_where_uploads_are_not_taken_instagram_fetches_the_file_here(
    desk: Desk, code: int, subcode: int | None
) -> None:
    await desk.shop.fault(target="upload", effect="error", code=code, subcode=subcode, status=400)
    for kind, body in {"image": picture(), "file": b"%PDF-1.7\n" + bytes(99)}.items():
        file = await desk.upload(body)
        (handed,) = await desk.hand_over(file)
        assert isinstance(handed, Linked)
        answer = await desk.send(handed, kind)
        assert answer.status_code == 200, answer.text
    assert await desk.asked() == 1


async def test_UP7_uploading_is_tried_again_after_ten_minutes(desk: Desk, clock: Clock) -> None:
    await desk.shop.fault(target="upload", effect="error", code=3, count=1)
    file = await desk.upload(picture())
    assert isinstance((await desk.hand_over(file))[0], Linked)
    assert isinstance((await desk.hand_over(file))[0], Linked)
    clock.ahead += timedelta(minutes=11)
    assert isinstance((await desk.hand_over(file))[0], Attached)


async def test_UP7_without_a_public_address_the_reason_names_the_setting(desk: Desk, clock: Clock) -> None:
    await desk.shop.fault(target="upload", effect="error", code=10)
    file = await desk.upload(picture())
    async with GraphClient.open(desk.graph_url, timeout_s=5) as graph:
        alone = handing(desk.shop, graph, clock, public_url=None)
        with pytest.raises(Rejected, match="CONFAB_PUBLIC_URL") as refused:
            await alone.hand_over(desk.account, [file])
        assert refused.value.graph_code == 10
        with pytest.raises(Rejected, match="CONFAB_PUBLIC_URL"):
            await alone.hand_over(desk.account, [file])


async def test_UP6_a_refusal_of_the_file_itself_and_a_limit_are_told_as_they_are(desk: Desk) -> None:
    file = await desk.upload(picture())
    await desk.shop.fault(target="upload", effect="error", code=100, subcode=2534080, count=1)
    with pytest.raises(Rejected):
        await desk.hand_over(file)
    await desk.shop.fault(target="upload", effect="error", code=613, count=1)
    with pytest.raises(Throttled):
        await desk.hand_over(file)


@pytest.fixture
async def busy(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    """A shop whose worker sends."""
    async with stack(doors, clock=clock) as shop:
        await shop.customer_writes("Do you have a menu?", CUSTOMER)
        yield shop


async def uploaded(shop: Stack, *bodies: bytes) -> list[str]:
    return [(await shop.api.post("/uploads", content=body)).json()["id"] for body in bodies]


async def sent(shop: Stack, files: list[str], text: str | None = None) -> list[dict[str, Any]]:
    """The messages of an answer, once all of them are settled."""
    conversations = await until(shop.conversations)
    body = {"client_key": f"key {files}", "files": files, **({"text": text} if text is not None else {})}
    answer = await shop.api.post(f"/conversations/{conversations[0]['id']}/messages", json=body)
    assert answer.status_code == 201, answer.text

    async def settled() -> list[dict[str, Any]] | None:
        ours = [one for one in await shop.messages(conversations[0]["id"]) if one["direction"] == "outbound"]
        return ours if all(one["status"] in ("sent", "failed") for one in ours) else None

    return await until(settled, 30)


async def test_UP6_S11_an_answer_with_files_goes_out_files_first_and_then_its_text(busy: Stack) -> None:
    files = await uploaded(busy, picture(1), picture(2), b"%PDF-1.7\n" + bytes(99))
    found = await sent(busy, files, "Our menu")
    assert [one["status"] for one in found] == ["sent"] * 3, found
    assert [(len(one["attachments"]), one["text"]) for one in found] == [(2, None), (1, None), (0, "Our menu")]
    assert {file["state"] for one in found for file in one["attachments"]} == {"stored"}
    first = found[0]["attachments"][0]["url"]
    shown = await busy.api.get(f"{busy.url}{first}")
    assert shown.content == picture(1)


async def test_UP6_S11_an_id_that_instagram_does_not_know_is_forgotten_and_the_file_handed_over_anew(
    busy: Stack, clock: Clock
) -> None:
    (file,) = await uploaded(busy, picture(3))
    (account_,) = (await busy.api.get("/accounts")).json()["items"]
    async with busy.worker_db.transaction() as conn:
        (row,) = await uploads.get(conn, busy.workspace, [UUID(file)])
        await uploads.hand(conn, busy.workspace, UUID(account_["id"]), (row.digest, row.kind), "12", clock.now())
    (message,) = await sent(busy, [file])
    assert message["status"] == "sent", message


async def test_UP7_S8_an_answer_goes_out_by_link_where_uploads_are_not_taken(doors: Doors, clock: Clock) -> None:
    door = socket.create_server(("127.0.0.1", 0))
    async with stack(doors, clock=clock, public_url=f"http://127.0.0.1:{door.getsockname()[1]}") as shop:
        await shop.customer_writes("Do you have a menu?", CUSTOMER)
        await shop.fault(target="upload", effect="error", code=2500, status=400)
        async with through(door, shop.url):
            (message,) = await sent(shop, await uploaded(shop, picture(4)))
    assert message["status"] == "sent", message


async def test_UP7_without_a_public_address_the_answer_fails_and_says_which_setting_helps(busy: Stack) -> None:
    await busy.fault(target="upload", effect="error", code=2500, status=400)
    (message,) = await sent(busy, await uploaded(busy, picture(5)))
    assert message["status"] == "failed"
    assert "CONFAB_PUBLIC_URL" in str(message)


@asynccontextmanager
async def through(door: socket.socket, url: str) -> AsyncIterator[None]:
    """What an operator's own server does: the public address leads to ours."""
    host, _, ours = url.removeprefix("http://").partition(":")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, to_inner = await asyncio.open_connection(host, int(ours))
        open_.extend((writer, to_inner))
        await asyncio.gather(copy(reader, to_inner), copy(inner, writer))

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1 << 16):
            writer.write(piece)
        writer.close()

    open_: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(pass_on, sock=door)
    try:
        yield
    finally:
        server.close()
        for writer in open_:
            writer.close()
            await writer.wait_closed()
