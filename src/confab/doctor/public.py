"""Our own public address, asked as Meta asks it: its handshake, over https, without a redirect, within five seconds."""

import asyncio
import ipaddress
import secrets
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2

from confab.doctor.seen import PublicSeen

WEBHOOK = "/api/webhooks/instagram"
_OK, _FORBIDDEN = 200, 403
_PATIENCE_S = 5.0  # as long as Meta waits (rule H8)


async def shake_hands(origin: str, verify_token: str | None) -> PublicSeen:
    """What Meta would see at this address of ours. Without a token the refusal of the handshake is the right answer."""
    is_private = await _is_private(urlsplit(origin).hostname or "")
    challenge = secrets.token_hex(8)
    asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token or "none"}
    try:
        async with httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=_PATIENCE_S) as client:
            answer = await client.get(f"{origin}{WEBHOOK}", params=asked)
    except httpx2.HTTPError as error:
        return _failed(error, is_private=is_private)
    if answer.has_redirect_location:
        to = answer.headers["location"].split("?")[0]
        return PublicSeen(outcome="redirects", detail=f"{answer.status_code} to {to}", is_private=is_private)
    if answer.status_code == _OK and answer.text == challenge:
        return PublicSeen(outcome="answers", detail="", is_private=is_private)
    if answer.status_code == _FORBIDDEN:
        return PublicSeen(outcome="refuses", detail="403", is_private=is_private)
    return PublicSeen(outcome="other", detail=str(answer.status_code), is_private=is_private)


def _failed(error: httpx2.HTTPError, *, is_private: bool) -> PublicSeen:
    causes = list(_causes(error))
    if bad := next((one for one in causes if isinstance(one, ssl.SSLError)), None):
        why = getattr(bad, "verify_message", "") or bad.reason or "TLS fails"
        return PublicSeen(outcome="certificate", detail=why, is_private=is_private)
    if any(isinstance(one, socket.gaierror) for one in causes):
        return PublicSeen(outcome="unknown_name", detail="its name is not known", is_private=is_private)
    return PublicSeen(outcome="unreachable", detail=type(error).__name__, is_private=is_private)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


async def _is_private(host: str) -> bool:
    """Whether every address of the name is one that nobody outside can reach. A name that nobody knows is not private."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except OSError:
        return False
    addresses = [ipaddress.ip_address(str(one[4][0]).split("%")[0]) for one in found]
    return bool(addresses) and not any(address.is_global for address in addresses)
