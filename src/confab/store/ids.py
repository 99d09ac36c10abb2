"""Row ids: UUIDv7, made here and not in the database, so that they are known before the row is written."""

import hashlib
import os
import uuid
from datetime import UTC, datetime

from asyncpg.pgproto.pgproto import UUID  # a uuid.UUID that is made in a tenth of the time: several for every message

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_RANDOM_A = 0xFFF << 64
_RANDOM_B = (1 << 62) - 1


def new(at: datetime) -> UUID:
    """A fresh id whose first 48 bits are `at` in milliseconds. Source: RFC 9562 §5.7."""
    return _build(at, int.from_bytes(os.urandom(10), "big"))


def first(at: datetime) -> UUID:
    """What no id of that moment or later is below."""
    return UUID((_build(at, 0).int & ~((1 << 80) - 1)).to_bytes(16, "big"))


def several(at: datetime, count: int) -> list[UUID]:
    """So many fresh ids of one moment, for a quarter of what they cost one by one."""
    prefix, chance = _build(at, 0).int, os.urandom(10 * count)
    return [
        UUID((prefix | _masked(int.from_bytes(chance[start : start + 10], "big"))).to_bytes(16, "big"))
        for start in range(0, 10 * count, 10)
    ]


def made_at(id_: uuid.UUID) -> datetime:
    """The moment that an id was made for, to the millisecond."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)


def derived(at: datetime, *names: str) -> UUID:
    """The id that these names always get at that time: the same event has the same id in whatever order it comes."""
    return _build(at, int.from_bytes(hashlib.sha256("\0".join(names).encode()).digest()[:10], "big"))


def digest(text: str) -> UUID:
    """The first 16 bytes of the text's SHA-256, as the database keeps a `mid` for its unique index."""
    return UUID(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16])


def _build(at: datetime, random: int) -> UUID:
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    whole = milliseconds << 80 | _VERSION_7 | _VARIANT | _masked(random)
    return UUID(whole.to_bytes(16, "big"))


def _masked(random: int) -> int:
    return random & _RANDOM_A | random & _RANDOM_B
