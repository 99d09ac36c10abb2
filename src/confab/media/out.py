"""Links by which Instagram fetches a file from here: signed, good for an hour, and for that one file. Rule UP5.

A link holds all that is needed to answer it, so that one that nobody signed costs no look into the database or the storage.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

GOOD_FOR = timedelta(hours=1)
LONGEST = 600
"""No token has more letters."""

_PURPOSE = b"confab media out 1"
_HEAD = struct.Struct(">16s32sIB")
_MAC_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Which file, as what it is given, and until when. `name` is ASCII."""

    workspace_id: UUID
    digest: bytes
    content_type: str
    name: str
    until: datetime


def link(public_url: str, key: bytes, ticket: Ticket) -> str:
    """The address at which this file, and no other, is given until its hour is over."""
    content_type = ticket.content_type.encode()
    head = _HEAD.pack(ticket.workspace_id.bytes, ticket.digest, int(ticket.until.timestamp()), len(content_type))
    told = head + content_type + ticket.name.encode()
    return f"{public_url}/media/out/{base64.urlsafe_b64encode(told + _mac(key, told)).rstrip(b'=').decode()}"


def opened(token: str, keys: Sequence[bytes], now: datetime) -> Ticket | None:
    """What a token that one of these keys signed says; None for any other, and when its hour is over."""
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        given = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    told, mac = given[:-_MAC_BYTES], given[-_MAC_BYTES:]
    if len(told) < _HEAD.size or not any(hmac.compare_digest(_mac(key, told), mac) for key in keys):
        return None
    workspace, digest, until, length = _HEAD.unpack_from(told)
    rest = told[_HEAD.size :]
    ticket = Ticket(
        workspace_id=UUID(bytes=workspace), digest=digest, content_type=rest[:length].decode(), name=rest[length:].decode(),
        until=datetime.fromtimestamp(until, now.tzinfo),
    )  # fmt: skip
    return ticket if now < ticket.until else None


def _mac(key: bytes, told: bytes) -> bytes:
    """Under a key of its own, so that nothing sealed or signed elsewhere is a link."""
    return hmac.digest(hmac.digest(key, _PURPOSE, hashlib.sha256), told, hashlib.sha256)
