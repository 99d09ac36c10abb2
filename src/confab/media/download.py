"""One file from Meta's media hosts onto our disk: streamed, measured and recognised while it comes. Rules MD1, MD2, M1, M4."""

import asyncio
import hashlib
import ssl
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import IO
from urllib.parse import urljoin

import httpcore2

from confab.errors import MediaGone, MediaRefused, MediaUnavailable
from confab.media import sniff
from confab.media.guard import LEADS_TO_A_PAGE, Allowed, GuardedBackend, Target, checked
from confab.store import paths

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 3
_DEAD = frozenset({401, 403, 404, 410})
_OF_RANGES = frozenset({206, 416})
_TIMEOUTS = {"connect": 5.0, "read": 15.0, "write": 5.0, "pool": 60.0}
_ALTOGETHER_S = 120.0
_BUSY = 429
_PAUSE_S = 2.0
_TOO_OFTEN = 4
_LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file on our disk, open at its beginning. `digest` is its SHA-256. It goes when it is closed."""

    body: IO[bytes]
    digest: bytes
    size_bytes: int
    content_type: str


class Downloads:
    """Fetches files, at most so many connections at once."""

    def __init__(self, pool: httpcore2.AsyncConnectionPool, allow: Allowed, *, max_bytes: int) -> None:
        self._pool = pool
        self._allow = allow
        self._max_bytes = max_bytes
        self._paused_until: dict[str, float] = {}
        self._troubles: dict[str, int] = {}  # one after the other

    @property
    def max_bytes(self) -> int:
        """The largest file that is taken."""
        return self._max_bytes

    def paused(self) -> list[str]:
        """Hosts that asked for a rest, or are in trouble, and are not asked for a moment."""
        now = asyncio.get_running_loop().time()
        self._paused_until = {host: until for host, until in self._paused_until.items() if until > now}
        return list(self._paused_until)

    @classmethod
    @asynccontextmanager
    async def open(cls, allow: Allowed, *, max_bytes: int, connections: int) -> AsyncGenerator["Downloads"]:
        """With connections of its own, through the guard."""
        async with httpcore2.AsyncConnectionPool(
            ssl_context=_trust(), max_connections=connections, max_keepalive_connections=connections // 2,
            keepalive_expiry=10.0, network_backend=GuardedBackend(allow),
        ) as pool:  # fmt: skip
            yield cls(pool, allow, max_bytes=max_bytes)

    @asynccontextmanager
    async def file(self, url: str, *, is_voice: bool) -> AsyncGenerator[File]:
        """The file behind a link, for as long as the block lasts.

        Raises MediaRefused, MediaGone or MediaUnavailable, whose texts say why.
        """
        with tempfile.TemporaryFile() as body:
            try:
                async with asyncio.timeout(_ALTOGETHER_S), self.asked(url) as answer:
                    found = await self._take(answer, body, is_voice=is_voice)
            except TimeoutError:
                raise MediaUnavailable("its host is too slow") from None
            yield found

    @asynccontextmanager
    async def asked(self, url: str, *, range_: str | None = None) -> AsyncGenerator[httpcore2.Response]:
        """The answer that holds the file, its body unread: 200, or to a range also 206 and 416. Raises as `file` does."""
        try:
            async with self._followed(checked(url, self._allow), range_) as answer:
                self._judge(answer, paths.host(url), has_range=range_ is not None)
                yield answer
        except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, ssl.SSLError) as error:
            raise MediaUnavailable(f"its host cannot be read: {type(error).__name__}") from None

    @asynccontextmanager
    async def _followed(self, target: Target, range_: str | None) -> AsyncGenerator[httpcore2.Response]:
        for _ in range(_MOST_HOPS + 1):
            headers = [("Host", _host(target)), ("Accept", "*/*"), ("Accept-Encoding", "identity"), ("User-Agent", "Confab")]
            headers += [("Range", range_)] if range_ is not None else []
            extensions = {"timeout": _TIMEOUTS}
            async with self._pool.stream("GET", target.url, headers=headers, extensions=extensions) as answer:
                if answer.status not in _REDIRECTS:
                    yield answer
                    return
                location = header(answer, b"location")
            target = checked(urljoin(target.url, location), self._allow)
        raise MediaRefused(f"it leads on and on, more than {_MOST_HOPS} times")

    def _judge(self, answer: httpcore2.Response, host: str, *, has_range: bool) -> None:
        if answer.status in _DEAD:
            raise MediaGone(f"Instagram's link is dead ({answer.status})")
        self._note(host, answer.status, header(answer, b"retry-after"))
        if answer.status != 200 and not (has_range and answer.status in _OF_RANGES):
            raise MediaUnavailable(f"its host answers {answer.status}")
        declared = header(answer, b"content-length")
        if declared.isdigit() and int(declared) > self._max_bytes:
            raise self.too_large()

    def _note(self, host: str, status: int, asked_for: str) -> None:
        """A host rests when it asks for it, or is in trouble again and again: one bad file costs its neighbours nothing."""
        if status < 500 and status != _BUSY:
            self._troubles.pop(host, None)
            return
        self._troubles[host] = self._troubles.get(host, 0) + 1
        if status == _BUSY or asked_for.isdigit() or self._troubles[host] >= _TOO_OFTEN:
            pause_s = min(float(asked_for), _LONGEST_PAUSE_S) if asked_for.isdigit() else _PAUSE_S
            self._paused_until[host] = asyncio.get_running_loop().time() + pause_s

    async def _take(self, answer: httpcore2.Response, body: IO[bytes], *, is_voice: bool) -> File:
        first, digest, size = b"", hashlib.sha256(), 0
        async for chunk in answer.aiter_stream():
            size += len(chunk)
            if size > self._max_bytes:
                raise self.too_large()
            if len(first) < sniff.ENOUGH:
                first += chunk[: sniff.ENOUGH - len(first)]
            digest.update(chunk)
            body.write(chunk)
        if size == 0:
            raise MediaUnavailable("its host sends nothing")
        kind = recognised(first, is_voice=is_voice)
        body.seek(0)
        return File(body=body, digest=digest.digest(), size_bytes=size, content_type=kind)

    def too_large(self) -> MediaRefused:
        """What to say of a file above the limit."""
        return MediaRefused(f"it is larger than {self._max_bytes / 2**20:.0f} MB")


def recognised(first: bytes, *, is_voice: bool) -> str:
    """The type of a file that begins so. Raises MediaGone for a page in its place, MediaRefused for what is not served."""
    if sniff.is_page(first):
        raise MediaGone(LEADS_TO_A_PAGE)
    return sniff.content_type(first, is_voice=is_voice)


@cache
def _trust() -> ssl.SSLContext:
    """Whom the machine trusts: reading its certificates takes longer than all the rest of an opening."""
    return ssl.create_default_context()


def _host(target: Target) -> str:
    default = 443 if target.url.startswith("https") else 80
    return target.host if target.port == default else f"{target.host}:{target.port}"


def header(answer: httpcore2.Response, name: bytes) -> str:
    """What the answer says under this name, in lower case; empty where it says nothing."""
    return next((value.decode("latin-1") for key, value in answer.headers if key.lower() == name), "")
