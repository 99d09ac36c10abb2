"""Where media may be fetched from: Meta's hosts, over https, at public addresses. Everything else is refused with the reason.

The name is resolved here and the very address that was judged is connected to, so that a name that changes between check
and connection changes nothing. One exception can be made, for the simulator: the exact `host:port` pairs of
`CONFAB_MEDIA_ALLOW`.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httpcore2

from confab.errors import MediaGone, MediaRefused
from confab.graph import pages

_META = ("fbsbx.com", "fbcdn.net", "cdninstagram.com", "facebook.com", "instagram.com")  # rule MD1
_HTTPS = 443
_PLAIN = re.compile(r"[\x21-\x5b\x5d-\x7e]+")  # printable ASCII without a space and without a backslash
_TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"), ipaddress.ip_network("::/96"))

LEADS_TO_A_PAGE = "Instagram's link leads to a page and to no file"

Allowed = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL that may be asked, taken apart."""

    url: str
    host: str
    port: int


def allowed(pairs: Iterable[str]) -> Allowed:
    """`host:port` texts as pairs."""
    split = (pair.rpartition(":") for pair in pairs)
    return frozenset((host.strip("[]").lower(), int(port)) for host, _, port in split)


def checked(url: str, allow: Allowed) -> Target:
    """The URL if media may be fetched from it. Rule MD1.

    Raises MediaRefused, whose text says why not; MediaGone for a page, behind which Meta may have a file (rules N24-N26, M9).
    """
    if not _PLAIN.fullmatch(url):
        raise MediaRefused("the address holds characters that none may hold")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise MediaRefused("the address cannot be read") from None
    if parts.username is not None or parts.password is not None:
        raise MediaRefused("the address holds credentials")
    port = port or (_HTTPS if parts.scheme == "https" else 80)
    if (host, port) in allow and parts.scheme in ("http", "https"):
        return Target(url=url, host=host, port=port)
    if parts.scheme != "https" or port != _HTTPS:
        raise MediaRefused("the address is not https on its usual port")
    if pages.is_page(host):
        raise MediaGone(LEADS_TO_A_PAGE)
    if not any(host == known or host.endswith(f".{known}") for known in _META):
        raise MediaRefused(f"{host[:100] or 'nothing'} is not a host of Meta's media")
    return Target(url=url, host=host, port=port)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's, also where it is written inside an IPv6 address."""
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _written_inside(read)
    if inner is not None:
        return is_public(str(inner))
    return read.is_global and not read.is_multicast and not read.is_reserved


def _written_inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if any(address in network for network in _TRANSLATED):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to judged addresses alone."""

    def __init__(self, allow: Allowed) -> None:
        self._allow = allow
        self._inner = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the backend's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, judge every address, and connect to the first that answers."""
        addresses = await _resolved(host, port)
        if (host, port) not in self._allow and not all(is_public(address) for address in addresses):
            raise MediaRefused(f"{host} leads to an address that is not public")
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 -- the backend's interface
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.AsyncNetworkStream:
        """Never."""
        raise MediaRefused("a socket of this machine is no host of Meta's media")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


async def _resolved(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(f"{host} cannot be resolved") from error
    return list(dict.fromkeys(str(address[4][0]) for address in found))
