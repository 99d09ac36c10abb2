"""`/api/webhooks/instagram` over HTTP: the one path that may never be slow.

Two ways lead to the same judge, `Receiver`. `Webhook` is an ASGI callable and answers everything. `Protocol` is uvicorn's own
HTTP protocol with a shorter way for the plain case, a POST that has its connection to itself: no task, no scope, no messages
back and forth, which together cost more than all that a delivery needs.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from httptools import HttpRequestParser
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from confab.inbox.receive import TOO_LARGE, Answer, Receiver

PATH = "/api/webhooks/instagram"

_PATH = PATH.encode()
_SIGNATURE = b"x-hub-signature-256"
_NOT_ALLOWED = Answer(405)


class Webhook:
    """GET is Meta's handshake, POST a signed delivery; every answer is counted by its status."""

    def __init__(self, receiver: Receiver, answered: Callable[[int], None]) -> None:
        self.receiver = receiver
        self.answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method = scope["method"]
        if method == "POST":
            answer = await self._deliver(scope, receive)
        elif method in ("GET", "HEAD"):
            answer = self.receiver.shake_hands(scope["query_string"].decode("latin-1"))
        else:
            answer = _NOT_ALLOWED
        self.answered(answer.status)
        await send({"type": "http.response.start", "status": answer.status, "headers": _headers(answer)})
        await send({"type": "http.response.body", "body": answer.body})

    async def _deliver(self, scope: Scope, receive: Receive) -> Answer:
        headers = dict(scope["headers"])
        length: bytes | None = headers.get(b"content-length")
        if length is not None and length.isdigit() and int(length) > self.receiver.max_bytes:
            return TOO_LARGE
        body = await _read(receive, self.receiver.max_bytes)
        if body is None:
            return TOO_LARGE
        said: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.receiver.take(headers.get(_SIGNATURE), body, lambda answer: None if said.done() else said.set_result(answer))
        return await said


class Protocol(HttpToolsProtocol):
    """One connection. What is no plain delivery goes uvicorn's way.

    Leans on what uvicorn asks of a request in `self.cycle`; the version is pinned, and tests hold every turn of it.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],  # uvicorn's own signature
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        webhook: Webhook,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._webhook = webhook

    def on_message_begin(self) -> None:
        """A request begins; its scope is made when somebody needs one."""
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        """Choose the way."""
        parser = self.parser
        if parser is not None and self._is_plain_delivery(parser):
            signature = next((value for name, value in self.headers if name == _SIGNATURE), None)
            keep_alive = parser.should_keep_alive() and parser.get_http_version() != "1.0"
            self.cycle = _Delivery(self, self._webhook, signature, keep_alive=keep_alive)  # pyright: ignore[reportAttributeAccessIssue] -- stands in for one
            return
        url, headers, expect_100_continue = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expect_100_continue
        self.scope["headers"] = headers
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of it."""
        if isinstance(self.cycle, _Delivery):
            self.cycle.add(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """All of it."""
        if isinstance(self.cycle, _Delivery):
            self.cycle.end()
        else:
            super().on_message_complete()

    def write(self, answer: Answer, *, keep_alive: bool) -> None:
        """Send an answer, and be ready for the next request."""
        self.transport.write(_rendered(answer, tuple(self.server_state.default_headers), keep_alive=keep_alive))
        if not keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _is_plain_delivery(self, parser: HttpRequestParser) -> bool:
        is_free = self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison] -- None before the first request
        return (
            is_free
            and self.url == _PATH
            and parser.get_method() == b"POST"
            and not self.expect_100_continue
            and not parser.should_upgrade()
        )


class _Nobody:
    """Who waits for the next piece of a delivery."""

    def set(self) -> None:
        pass


class _Delivery:
    """Stands where uvicorn keeps a request and its response, with all that uvicorn asks of one."""

    message_event = _Nobody()

    def __init__(self, connection: Protocol, webhook: Webhook, signature: bytes | None, *, keep_alive: bool) -> None:
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False
        self._connection = connection
        self._webhook = webhook
        self._signature = signature
        self._pieces: list[bytes] = []
        self._size_bytes = 0

    def add(self, piece: bytes) -> None:
        """Keep a piece, unless that makes too much of them."""
        self._size_bytes += len(piece)
        if self._size_bytes <= self._webhook.receiver.max_bytes:
            self._pieces.append(piece)
        elif not self.response_complete:
            self._pieces.clear()
            self._answer(TOO_LARGE)

    def end(self) -> None:
        """All of it is there."""
        if not self.response_complete:
            self._webhook.receiver.take(self._signature, b"".join(self._pieces), self._answer)

    def _answer(self, answer: Answer) -> None:
        """Never raises: the answers of many are given in one go."""
        self.response_complete = True
        self._webhook.answered(answer.status)
        if not self.disconnected:
            self._connection.write(answer, keep_alive=self.keep_alive)


def _headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(answer.body))]
    return [*headers, (b"allow", b"GET, HEAD, POST")] if answer is _NOT_ALLOWED else headers


@lru_cache(maxsize=64)
def _rendered(answer: Answer, default_headers: tuple[tuple[bytes, bytes], ...], *, keep_alive: bool) -> bytes:
    """A response as it goes over the wire. The default headers, a date among them, change once a second."""
    headers = [*default_headers, *_headers(answer), *(() if keep_alive else [(b"connection", b"close")])]
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    return STATUS_LINE[answer.status] + lines + b"\r\n" + answer.body


async def _read(receive: Receive, max_bytes: int) -> bytes | None:
    """The whole body, None once it is larger than allowed. A client that leaves has sent what it has sent."""
    pieces: list[bytes] = []
    size_bytes, is_more = 0, True
    while is_more:
        message = await receive()
        piece: bytes = message.get("body", b"")
        pieces.append(piece)
        size_bytes += len(piece)
        if size_bytes > max_bytes:
            return None
        is_more = message.get("more_body", False)
    return b"".join(pieces)
