"""A webhook arrives: check who signed it, keep its bytes, acknowledge. What it says is read later, by the worker.

Pure ASGI, in front of the framework, because this is the path that may never be slow: nothing is parsed, and all requests that
wait at the same time share one commit. 200 is sent only after that commit; before it, every trouble is a 5xx and Meta
delivers again (rules H8, H9). Meta is never redirected and never rate-limited.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from starlette.types import Message, Receive, Scope, Send

from confab.clock import Clock
from confab.graph.signature import is_expected, signer
from confab.store import deliveries, ids
from confab.store.db import REFUSED, Database
from confab.store.deliveries import Raw

_LONGEST_CHALLENGE = 200
_LONGEST_WAIT_S = 4.0  # Meta gives up after five
_MOST_AT_ONCE = 512

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """A secret that counts, and the Meta app it belongs to; None is the environment's app."""

    secret: str
    app_id: UUID | None


class NotStored(Exception):
    """The database did not take a delivery in time; it may have, or may yet."""


class Ledger:
    """Keeps deliveries durably; those that come while a commit is under way share the next one."""

    def __init__(self, db: Database, kept: Callable[[], None]) -> None:
        self._db = db
        self._kept = kept
        self._waiting: list[tuple[Raw, asyncio.Future[None]]] = []
        self._something = asyncio.Event()

    def keep(self, delivery: Raw) -> "asyncio.Future[None]":
        """Done once the delivery is committed; NotStored when it is not known to be."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, done))
        self._something.set()
        return done

    async def run(self) -> None:
        """Commit what waits, again and again, until cancelled."""
        while True:
            await self._something.wait()
            batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            if not self._waiting:
                self._something.clear()
            await self._commit(batch)

    async def _commit(self, batch: Sequence[tuple[Raw, "asyncio.Future[None]"]]) -> None:
        try:
            async with asyncio.timeout(_LONGEST_WAIT_S), self._db.alone() as conn:
                await deliveries.keep(conn, [delivery for delivery, _ in batch])
        except (*REFUSED, TimeoutError) as error:
            log.warning("deliveries_not_stored", count=len(batch), error=type(error).__name__)
            for _, done in batch:
                if not done.done():
                    done.set_exception(NotStored())
            return
        self._kept()
        for _, done in batch:
            if not done.done():
                done.set_result(None)


class _Answer(NamedTuple):
    """An answer as ASGI wants it; those to a delivery are made once, not once a request."""

    status: int
    start: Message
    body: Message


def _answer(status: int, body: bytes, *headers: tuple[bytes, bytes]) -> _Answer:
    usual = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    start = {"type": "http.response.start", "status": status, "headers": [*usual, *headers]}
    return _Answer(status, start, {"type": "http.response.body", "body": body})


_KEPT = _answer(200, b"OK")
_STRANGER = _answer(403, b"")
_UNSIGNED = _answer(403, b"The signature is missing or wrong.")
_NOT_ALLOWED = _answer(405, b"", (b"allow", b"GET, HEAD, POST"))
_TOO_LARGE = _answer(413, b"The body is larger than CONFAB_WEBHOOK_MAX_BYTES.")
_NOT_STORED = _answer(503, b"Not stored; deliver again.")


class Receiver:
    """`/api/webhooks/instagram`: GET is Meta's handshake (rules H1, H2), POST a signed delivery (rule H3)."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        signatories: Callable[[], Sequence[Signatory]],
        *,
        verify_token: str | None,
        max_bytes: int,
        answered: Callable[[int], None],
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._signatories = signatories
        self._verify_token = verify_token
        self._max_bytes = max_bytes
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every answer is counted by its status."""
        method = scope["method"]
        if method == "POST":
            answer = await self._deliver(scope, receive)
        elif method in ("GET", "HEAD"):
            answer = self._shake_hands(scope)
        else:
            answer = _NOT_ALLOWED
        self._answered(answer.status)
        await send(answer.start)
        await send(answer.body)

    def _shake_hands(self, scope: Scope) -> _Answer:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        mode, token, challenge = (
            asked.get(f"hub.{name}", asked.get(f"hub_{name}", [""]))[0] for name in ("mode", "verify_token", "challenge")
        )
        if mode != "subscribe" or not is_expected(token, self._verify_token):
            return _STRANGER
        if len(challenge) > _LONGEST_CHALLENGE or not challenge.replace("-", "").replace("_", "").isalnum():
            return _STRANGER
        return _answer(200, challenge.encode())

    async def _deliver(self, scope: Scope, receive: Receive) -> _Answer:
        headers = dict(scope["headers"])
        length: bytes | None = headers.get(b"content-length")
        if length is not None and length.isdigit() and int(length) > self._max_bytes:
            return _TOO_LARGE
        body = await _read(receive, self._max_bytes)
        if body is None:
            return _TOO_LARGE
        signature: bytes | None = headers.get(b"x-hub-signature-256")
        known = self._signatories()
        header = signature.decode("latin-1") if signature is not None else None
        by = signer(body, header, [signatory.secret for signatory in known])
        if by is None:
            return _UNSIGNED
        now = self._clock.now()
        try:
            await self._ledger.keep(Raw(ids.new(now), now, known[by].app_id, body))
        except NotStored:
            return _NOT_STORED
        return _KEPT


async def _read(receive: Receive, max_bytes: int) -> bytes | None:
    """The whole body, None once it is larger than allowed. A client that leaves has sent what it has sent."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body if len(body) <= max_bytes else None
    chunks, size = [body], len(body)
    while message.get("more_body", False):
        message = await receive()
        chunk: bytes = message.get("body", b"")
        chunks.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            return None
    return b"".join(chunks)
