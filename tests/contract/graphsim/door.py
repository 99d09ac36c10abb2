"""How these tests reach a simulator: a process of its own, its control door, and a callback that receives."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from tests.lines import line_of

ROOT = Path(__file__).parents[3]
IG = "17841461234567890"
USERNAME = "harbour.bakery"
TOKEN = "IGAAharbour"
SECRET = "0123456789abcdef0123456789abcdef"
VERIFY = "let-me-in"
CUSTOMER = "1087654321098765"
DAY = 86400


@contextmanager
def running(*arguments: str) -> Iterator[str]:
    """The base url of a simulator started with these arguments on a free port."""
    command = [sys.executable, "-m", "graphsim", "serve", "--port", "0", "--exit-with-parent", *arguments]
    environment = {"PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            line = line_of(process)
            assert line.startswith("graphsim listening on http://"), line
            yield line.split()[-1]
        finally:
            process.terminate()


@dataclass
class Posted:
    """One POST the callback got."""

    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A callback: keeps what it gets and answers what it is told to."""

    port: int = 0
    posts: list[Posted] = field(default_factory=list)
    status: int = 200
    hang: asyncio.Event | None = None
    verify_token: str = VERIFY
    content: bytes = b""
    content_type: str = "image/png"
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def file(self, content: bytes) -> str:
        self.content = content
        return f"http://127.0.0.1:{self.port}/file"

    def items(self) -> list[Any]:
        """Every messaging, standby and changes item so far, in order of arrival."""
        entries = [entry for post in self.posts for entry in post.document["entry"]]
        return [item for entry in entries for key in ("messaging", "standby", "changes") for item in entry.get(key, [])]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *rest = head.decode().split("\r\n")
                headers = {k.lower(): v for k, _, v in (one.partition(": ") for one in rest if one)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                status, answer = await self.answer(*line.split()[:2], headers, body)
                reply = f"HTTP/1.1 {status} X\r\ncontent-type: {self.content_type}\r\ncontent-length: {len(answer)}\r\n\r\n"
                writer.write(reply.encode() + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def close(self) -> None:
        for writer in self.writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if method == "POST":
            self.posts.append(Posted(headers=headers, body=body))
            if self.hang is not None:
                await self.hang.wait()
            return self.status, b"ok"
        if target == "/file":
            return 200, self.content
        query = dict(httpx2.URL("http://x" + target).params)
        if query.get("hub.mode") == "subscribe" and query.get("hub.verify_token") == self.verify_token:
            return 200, query["hub.challenge"].encode()
        return 403, b""


class Sim:
    """A simulator as a test speaks to it."""

    def __init__(self, base: str, client: httpx2.AsyncClient) -> None:
        self.base = base
        self.client = client

    async def do(self, path: str, **body: Any) -> Any:
        answer = await self.client.post(f"{self.base}/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def see(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(f"{self.base}/_control/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def flush(self) -> None:
        assert (await self.do("flush"))["settled"]

    async def advance(self, seconds: float) -> None:
        await self.do("clock", advance_s=seconds)

    async def call(
        self,
        method: str,
        path: str,
        *,
        host: str = "graph.instagram.com",
        token: str | None = TOKEN,
        body: Any = None,
        **query: Any,
    ) -> httpx2.Response:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        url = f"{self.base}/{host}/v25.0/{path}"
        return await self.client.request(method, url, params=query, headers=headers, json=body)

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, text: str | None = "hello", to: str = CUSTOMER, message: Any = None, **more: Any) -> httpx2.Response:
        body = {"recipient": {"id": to}, "message": {"text": text} if message is None else message, **more}
        return await self.call("POST", "me/messages", body=body)


def refusal(answer: httpx2.Response) -> tuple[int, int | None]:
    """The (code, subcode) of a refused call."""
    error = answer.json()["error"]
    return error["code"], error.get("error_subcode")
