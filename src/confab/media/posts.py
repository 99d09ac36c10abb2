"""Requests to programs whose addresses people name: guarded as media are, so that no rule reaches into our own network.

`CONFAB_RULES_ALLOW` names the private `host:port` pairs that may be called all the same, and those alone may be plain http.
"""

import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from urllib.parse import urlsplit

import httpcore2

from confab.errors import HookFailed, MediaRefused
from confab.media.guard import Allowed, GuardedBackend

_TIMEOUTS = {"connect": 5.0, "read": 10.0, "write": 5.0, "pool": 30.0}
_CONNECTIONS = 8


class Posts:
    """Posts bodies to other programs."""

    def __init__(self, pool: httpcore2.AsyncConnectionPool, allow: Allowed) -> None:
        self._pool = pool
        self._allow = allow

    @classmethod
    @asynccontextmanager
    async def open(cls, allow: Allowed) -> AsyncGenerator["Posts"]:
        """With connections of its own."""
        async with httpcore2.AsyncConnectionPool(
            ssl_context=_trust(), max_connections=_CONNECTIONS, network_backend=GuardedBackend(allow)
        ) as pool:
            yield cls(pool, allow)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Hand a body over; any answer from 200 to 299 is well, and nobody is sent on. Raises HookFailed."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme != "https" and (host, port) not in self._allow:
            raise HookFailed("the address is not https")
        given = [("Host", parts.netloc), ("User-Agent", "Confab"), ("Content-Length", str(len(body))), *headers.items()]
        try:
            answer = await self._pool.request("POST", url, headers=given, content=body, extensions={"timeout": _TIMEOUTS})
        except MediaRefused:
            raise HookFailed("the address is not one of the public internet's") from None
        except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, ssl.SSLError) as error:
            raise HookFailed(f"the program cannot be reached ({type(error).__name__})") from None
        if not 200 <= answer.status < 300:
            raise HookFailed(f"the program answered {answer.status}")


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
