"""The webhook's way through the HTTP server, byte by byte: every turn of its shortcut. Rules D1, D2, H1-H9."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

import pytest

from confab.api.webhook import PATH
from confab.app import web_app
from confab.clock import Clock
from confab.settings import Settings
from confab.store.db import Database, Doors, connect
from tests.stack import served

SECRET = "0123456789abcdef0123456789abcdef"
MAX_BYTES = 2_000


@dataclass
class Wire:
    """One connection to our server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def say(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)

    async def hear(self) -> tuple[int, dict[str, str], bytes]:
        """The next response: status, headers, body."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await self.reader.readexactly(int(headers["content-length"])) if "content-length" in headers else b""
        return int(head[0].split()[1]), headers, body

    async def is_closed(self) -> bool:
        return await self.reader.read() == b""


class Server:
    """What Meta reaches, and what it has kept."""

    def __init__(self, url: str, db: Database) -> None:
        self._host, _, port = url.removeprefix("http://").partition(":")
        self._port = int(port)
        self._db = db
        self._wires: list[Wire] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for wire in self._wires:
            wire.writer.close()

    async def connect(self) -> Wire:
        self._wires.append(Wire(*await asyncio.open_connection(self._host, self._port)))
        return self._wires[-1]

    async def kept(self, body: bytes) -> int:
        async with self._db.transaction() as conn:
            return await conn.fetchval("SELECT count(*) FROM deliveries WHERE body = $1", body)


@pytest.fixture
async def meta(doors: Doors, clock: Clock) -> AsyncIterator[Server]:
    settings = Settings(meta_app_secrets=(SECRET,), meta_verify_token="verify-me", webhook_max_bytes=MAX_BYTES)
    async with web_app(settings, doors, clock) as front, served(front) as url, Database.open(doors.worker, size=2) as db:
        async with Server(url, db) as server:
            yield server


def signed(body: bytes) -> bytes:
    return b"X-Hub-Signature-256: sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest().encode()


def post(body: bytes, *headers: bytes, version: bytes = b"1.1", length: int | None = None) -> bytes:
    lines = [b"POST %b HTTP/%b" % (PATH.encode(), version), b"Host: confab.test", *headers]
    if length != -1:
        lines.append(b"Content-Length: %d" % (len(body) if length is None else length))
    return b"\r\n".join([*lines, b"", body])


async def test_D1_deliveries_follow_one_another_on_one_connection_and_other_requests_between_them(meta: Server) -> None:
    wire = await meta.connect()
    for number in range(3):
        body = b'{"one after another":%d}' % number
        wire.say(post(body, signed(body)))
        status, headers, said = await wire.hear()
        assert (status, said, headers["content-type"]) == (200, b"OK", "text/plain; charset=utf-8")
        assert "date" in headers
        assert await meta.kept(body) == 1
        wire.say(b"GET /healthz HTTP/1.1\r\nHost: confab.test\r\n\r\n")
        assert (await wire.hear())[0] == 200


async def test_D1_a_delivery_in_pieces_is_kept_whole(meta: Server) -> None:
    wire = await meta.connect()
    body = b'{"in pieces":"' + b"x" * 900 + b'"}'
    whole = post(body, signed(body))
    for start in range(0, len(whole), 97):
        wire.say(whole[start : start + 97])
        await wire.writer.drain()
        await asyncio.sleep(0)
    assert (await wire.hear())[0] == 200
    assert await meta.kept(body) == 1


async def test_D1_a_delivery_of_unknown_length_is_kept_whole(meta: Server) -> None:
    wire = await meta.connect()
    body = b'{"chunked":true}'
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (body[:5], body[5:])) + b"0\r\n\r\n"
    wire.say(post(chunks, signed(body), b"Transfer-Encoding: chunked", length=-1))
    assert (await wire.hear())[0] == 200
    assert await meta.kept(body) == 1


async def test_D1_requests_sent_without_waiting_are_answered_in_their_order(meta: Server) -> None:
    wire = await meta.connect()
    good, bad = b'{"pipelined":1}', b'{"pipelined":2}'
    last = b'{"pipelined":3}'
    wire.say(post(good, signed(good)) + post(bad) + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + post(last, signed(last)))
    assert [(await wire.hear())[0] for _ in range(4)] == [200, 403, 200, 200]
    assert [await meta.kept(body) for body in (good, bad, last)] == [1, 0, 1]


async def test_D1_who_asks_before_sending_is_told_to_go_on(meta: Server) -> None:
    wire = await meta.connect()
    body = b'{"expected":true}'
    wire.say(post(b"", signed(body), b"Expect: 100-continue", length=len(body)))
    assert (await wire.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
    wire.say(body)
    assert (await wire.hear())[0] == 200
    assert await meta.kept(body) == 1


@pytest.mark.parametrize("case", ["announced", "not announced"])
async def test_D2_too_large_is_413_and_the_connection_goes_on(meta: Server, case: str) -> None:
    wire = await meta.connect()
    body = b"x" * (3 * MAX_BYTES)
    if case == "announced":
        wire.say(post(body, signed(body)))
    else:
        wire.say(post(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body), signed(body), b"Transfer-Encoding: chunked", length=-1))
    status, _, said = await wire.hear()
    assert (status, said) == (413, b"The body is larger than CONFAB_WEBHOOK_MAX_BYTES.")
    assert await meta.kept(body) == 0
    body = b'{"after":"%b"}' % case.encode()
    wire.say(post(body, signed(body)))
    assert (await wire.hear())[0] == 200


async def test_D2_unsigned_and_wrongly_signed_are_403(meta: Server) -> None:
    wire = await meta.connect()
    body = b'{"unsigned":true}'
    headers = ([], [signed(b"another")], [b"X-Hub-Signature-256: sha256=\xe9"], [b"X-Hub-Signature-256:"])
    for given in headers:
        wire.say(post(body, *given))
        assert (await wire.hear())[0] == 403
    assert await meta.kept(body) == 0


@pytest.mark.parametrize(("version", "header"), [(b"1.0", b"X: y"), (b"1.1", b"Connection: close")])
async def test_D1_a_connection_that_is_to_close_is_closed_after_the_answer(meta: Server, version: bytes, header: bytes) -> None:
    wire = await meta.connect()
    body = b'{"last":"%b"}' % version
    wire.say(post(body, signed(body), header, version=version))
    status, headers, _ = await wire.hear()
    assert (status, headers["connection"]) == (200, "close")
    assert await wire.is_closed()
    assert await meta.kept(body) == 1


async def test_D1_who_leaves_without_hearing_the_answer_has_been_heard(meta: Server) -> None:
    wire = await meta.connect()
    body = b'{"left":true}'
    wire.say(post(body, signed(body)))
    await wire.writer.drain()
    wire.writer.transport.abort()
    async with asyncio.timeout(10):
        while not await meta.kept(body):
            await asyncio.sleep(0.01)
    other = await meta.connect()
    other.say(post(b'{"next":true}', signed(b'{"next":true}')))
    assert (await other.hear())[0] == 200


async def test_D1_a_delivery_under_way_is_answered_before_the_server_ends(
    doors: Doors, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("confab.inbox.receive._LONGEST_WAIT_S", 60.0)
    settings = Settings(meta_app_secrets=(SECRET,))
    body = b'{"at the end":true}'
    async with (
        web_app(settings, doors, clock) as front, Database.open(doors.worker, size=1) as db, AsyncExitStack() as at_last,
        asyncio.TaskGroup() as group,
    ):  # fmt: skip
        async with served(front) as url:
            server = await at_last.enter_async_context(Server(url, db))
            wire, idle = await server.connect(), await server.connect()
            lock = await connect(doors.owner)
            await lock.execute("BEGIN")
            await lock.execute("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE")
            wire.say(post(body, signed(body)))
            async with asyncio.timeout(10):
                while not await _is_blocked(doors):
                    await asyncio.sleep(0.01)

            async def let_go() -> None:
                assert await idle.is_closed()  # the server is ending
                await lock.close()

            group.create_task(let_go())
            answer = group.create_task(wire.hear())
    status, headers, _ = answer.result()
    assert (status, headers["connection"]) == (200, "close")


async def test_D1_what_cannot_be_stored_is_503_and_comes_again(doors: Doors, clock: Clock) -> None:
    settings = Settings(meta_app_secrets=(SECRET,))
    body = b'{"not now":true}'
    async with (
        web_app(settings, doors, clock) as front, served(front) as url, Database.open(doors.worker, size=1) as db,
        Server(url, db) as server,
    ):  # fmt: skip
        wire = await server.connect()
        lock = await connect(doors.owner)
        await lock.execute("BEGIN")
        await lock.execute("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE")
        wire.say(post(body, signed(body)))
        status, _, said = await wire.hear()
        assert (status, said) == (503, b"Not stored; deliver again.")
        await lock.close()
        wire.say(post(body, signed(body)))
        assert (await wire.hear())[0] == 200
        assert await server.kept(body) == 1


async def _is_blocked(doors: Doors) -> bool:
    async with Database.open(doors.worker, size=1) as db, db.transaction() as conn:
        ours = "SELECT oid FROM pg_database WHERE datname = current_database()"
        return await conn.fetchval(f"SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database = ({ours}))")


async def test_H1_H2_the_handshake_and_whatever_else_is_asked_of_the_address(meta: Server) -> None:
    wire = await meta.connect()
    shake = b"?hub.mode=subscribe&hub.verify_token=%b&hub.challenge=1158201444"
    for token, expected in ((b"verify-me", (200, b"1158201444")), (b"another", (403, b""))):
        wire.say(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % (PATH.encode() + shake % token))
        status, _, said = await wire.hear()
        assert (status, said) == expected
    wire.say(b"PUT %b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}" % PATH.encode())
    status, headers, _ = await wire.hear()
    assert (status, headers["allow"]) == (405, "GET, HEAD, POST")
    body = b'{"with a query":true}'
    wire.say(post(body, signed(body)).replace(PATH.encode(), PATH.encode() + b"?x=y", 1))
    assert (await wire.hear())[0] == 200
    assert await meta.kept(body) == 1


async def test_a_request_that_is_no_http_is_refused(meta: Server) -> None:
    wire = await meta.connect()
    wire.say(b"HELLO\r\n\r\n")
    assert (await wire.hear())[0] == 400
