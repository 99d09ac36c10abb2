"""Programs that rules call. Rule RU9."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest

from confab.errors import HookFailed
from confab.inbox.calling import Calls, key_of
from confab.media.posts import Posts
from confab.model.inbox import WorkspaceId
from confab.model.rules import CallOut
from confab.store import claims
from tests.integration.rules.robot import Robot
from tests.world import after

KEYS = (b"k" * 32,)


class Program:
    """Somebody's own program: keeps what it is told, and answers as it is told to."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.answer = 204
        self.port = 0

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (head := await reader.readuntil(b"\r\n\r\n")) if not reader.at_eof() else None:
            lines = head.decode().split("\r\n")[1:]
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
            body = await reader.readexactly(int(headers["content-length"]))
            self.told.append((headers, body))
            writer.write(
                f"HTTP/1.1 {self.answer} X\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
            )
            await writer.drain()
            break
        writer.close()


@asynccontextmanager
async def running() -> AsyncIterator[Program]:
    program = Program()
    server = await asyncio.start_server(program.hear, "127.0.0.1", 0)
    program.port = server.sockets[0].getsockname()[1]
    async with server:
        yield program


async def claim(robot: Robot) -> list[claims.Due]:
    async with robot.db.alone() as conn:
        now = robot.clock.now()
        return await claims.RULE_CALLS.claim(conn, now, now + timedelta(seconds=30), 50)


async def test_RU9_a_program_is_told_signed_and_without_what_was_unsent(robot: Robot) -> None:
    async with running() as program, Posts.open(frozenset({("127.0.0.1", program.port)})) as posts:
        await robot.rule("message", CallOut(type="webhook", url=f"http://127.0.0.1:{program.port}/hook?a=1"), name="Tell")
        await robot.hears("1", "Hello")
        await robot.hears("2", "Oops")
        await robot.comes(robot.ada.unsends("2", after(1)))
        calls = Calls(robot.db, robot.clock, lambda: KEYS, posts.post)
        for due in await claim(robot):
            await calls.run(due)
        (headers, body), (_, other) = sorted(program.told, key=lambda one: "Hello" not in one[1].decode())
        key = key_of(KEYS[0], robot.world.workspace)
        wanted = hmac.new(key.encode(), headers["confab-timestamp"].encode() + b"." + body, "sha256").hexdigest()
        assert headers["confab-signature"] == f"v1={wanted}"
        told = json.loads(body)
        assert (told["rule_name"], told["text"], told["kind"], told["person"]) == ("Tell", "Hello", "message", robot.ada.igsid)
        assert UUID(headers["confab-event-id"]) == UUID(told["id"])
        assert json.loads(other)["text"] is None
        assert key != key_of(KEYS[0], WorkspaceId(UUID(int=1)))


@pytest.mark.parametrize("answer", [301, 404, 500])
async def test_RU9_any_other_answer_is_tried_again_and_nobody_is_sent_on(robot: Robot, answer: int) -> None:
    async with running() as program, Posts.open(frozenset({("127.0.0.1", program.port)})) as posts:
        program.answer = answer
        with pytest.raises(HookFailed, match=str(answer)):
            await posts.post(f"http://127.0.0.1:{program.port}/", b"{}", {})
        assert len(program.told) == 1


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://169.254.169.254/x", "https://2130706433/", "http://example.org/",
     "https://10.0.0.1:8443/"],
)  # fmt: skip
async def test_RU9_no_rule_reaches_into_our_own_network(url: str) -> None:
    async with Posts.open(frozenset()) as posts:
        with pytest.raises(HookFailed):
            await posts.post(url, b"{}", {})
