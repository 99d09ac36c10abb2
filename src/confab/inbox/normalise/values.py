"""Single values of Meta's: times, and what cannot be kept at all. The part of normalise about them; pure."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

_EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
_ABSURD = datetime(2100, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(minutes=5)
_SECONDS_BELOW = 1e11  # rule N4
_LONGEST_NAME = 100


class NotKept(Exception):
    """A value that cannot be kept; the text names the field. It never leaves normalise."""


def moment(value: object, received_at: datetime) -> tuple[datetime, str | None]:
    """A time of Meta's, clamped to what can be; and as it was written, where that differs. Rule N4.

    Missing or meaningless: the arrival time. Raises NotKept for a time that no clock shows.
    """
    read = _read_time(value)
    if read is None:
        return received_at, None if value is None else f"{value!s:.40}"
    if read >= _ABSURD:
        raise NotKept(f"timestamp {value!s:.40} lies in the year {read.year}")
    clamped = min(max(read, _EARLIEST), received_at + _AHEAD)
    return clamped, None if clamped == read else str(value)


def _read_time(value: object) -> datetime | None:
    if not isinstance(value, str | int | float) or value == "":
        return None
    try:
        return _from_number(float(value))
    except OverflowError:
        raise NotKept(f"timestamp {value!s:.40} is no time") from None
    except ValueError:
        return _read_iso(str(value))


def _from_number(number: float) -> datetime | None:
    if not math.isfinite(number):
        return None
    seconds = number if abs(number) < _SECONDS_BELOW else number / 1000
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=round(seconds, 3))


def _read_iso(value: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    try:
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except OverflowError:
        raise NotKept(f"timestamp {value:.40} is no time") from None


def name_of(*parts: str) -> str:
    """The name of something unknown, fit to be kept and counted whatever Meta calls it."""
    name = ", ".join(parts)[:_LONGEST_NAME]
    return name.replace("\0", "\ufffd").encode(errors="replace").decode()


def flaw(value: object) -> str | None:
    """Why a decoded value cannot be kept as it is, None when it can: PostgreSQL has no NUL, UTF-8 no half of a character."""
    return next((found for one in _leaves(value) if (found := _flaw(one)) is not None), None)


def _flaw(leaf: object) -> str | None:
    if isinstance(leaf, float):
        return None if math.isfinite(leaf) else "a number is beyond measure"
    if isinstance(leaf, str):
        if "\0" in leaf:
            return "a text holds a NUL character"
        if not leaf.isascii() and any("\ud800" <= letter <= "\udfff" for letter in leaf):
            return "a text holds half of a character"
    return None


def _leaves(value: object) -> Iterable[object]:
    """Every key and every value that holds no other, at whatever depth."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            known = cast(dict[str, object], one)  # objects of JSON have text as keys
            yield from known
            waiting.extend(known.values())
        elif isinstance(one, list):
            waiting.extend(cast(list[object], one))
        else:
            yield one
