"""A webhook arrives: check who signed it, keep its bytes, acknowledge. What it says is read later, by the worker.

Pure ASGI, in front of the framework, because this is the path that may never be slow: nothing is parsed, and all requests that
wait at the same time share one commit. 200 is sent only after that commit; before it, every trouble is a 5xx and Meta
delivers again (rules H8, H9). Meta is never redirected and never rate-limited.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from starlette.types import Receive, Scope, Send

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

    async def keep(self, delivery: Raw) -> None:
        """Return once the delivery is committed. Raises NotStored when it is not known to be."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, done))
        self._something.set()
        await done

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
            async with asyncio.timeout(_LONGEST_WAIT_S), self._db.transaction() as conn:
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
            status, body = await self._deliver(scope, receive)
        elif method in ("GET", "HEAD"):
            status, body = self._shake_hands(scope)
        else:
            status, body = 405, b""
        self._answered(status)
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        if status == 405:
            headers.append((b"allow", b"GET, HEAD, POST"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _shake_hands(self, scope: Scope) -> tuple[int, bytes]:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        mode, token, challenge = (
            asked.get(f"hub.{name}", asked.get(f"hub_{name}", [""]))[0] for name in ("mode", "verify_token", "challenge")
        )
        if mode != "subscribe" or not is_expected(token, self._verify_token):
            return 403, b""
        if len(challenge) > _LONGEST_CHALLENGE or not challenge.replace("-", "").replace("_", "").isalnum():
            return 403, b""
        return 200, challenge.encode()

    async def _deliver(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        length, signature = None, None
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = value
            elif name == b"x-hub-signature-256":
                signature = value.decode("latin-1")
        if length is not None and length.isdigit() and int(length) > self._max_bytes:
            return 413, b"The body is larger than CONFAB_WEBHOOK_MAX_BYTES."
        body = await _read(receive, self._max_bytes)
        if body is None:
            return 413, b"The body is larger than CONFAB_WEBHOOK_MAX_BYTES."
        known = self._signatories()
        by = signer(body, signature, [signatory.secret for signatory in known])
        if by is None:
            return 403, b"The signature is missing or wrong."
        now = self._clock.now()
        try:
            await self._ledger.keep(Raw(id=ids.new(now), received_at=now, app_id=known[by].app_id, body=body))
        except NotStored:
            return 503, b"Not stored; deliver again."
        return 200, b"OK"


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
