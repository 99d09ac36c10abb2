"""Days in Pacific time, by the law in force since 2007 and without the machine's time zones. Rules I6, T14."""

from datetime import UTC, date, datetime, timedelta, timezone

HOUR_MS = 3600 * 1000
_STANDARD_H, _SUMMER_H = -8, -7


def midnight_ms(day: date, offset_h: int | None = None) -> int:
    """When a day begins: in Pacific time, or by a fixed offset from UTC."""
    at_zero = round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    # clocks change at two in the night, so a day begins by the time of the day before
    hours = offset_h if offset_h is not None else _SUMMER_H if _is_summer_at_midnight(day) else _STANDARD_H
    return at_zero - hours * HOUR_MS


def end_ms(day: date, offset_h: int | None = None) -> int:
    """When a day ends: the next one's beginning, 23, 24 or 25 hours later."""
    return midnight_ms(day + timedelta(days=1), offset_h)


def day_of(epoch_ms: int, offset_h: int | None = None) -> date:
    """The day a moment belongs to."""
    day = datetime.fromtimestamp(epoch_ms / 1000, UTC).date()
    while midnight_ms(day, offset_h) > epoch_ms:
        day -= timedelta(days=1)
    while end_ms(day, offset_h) <= epoch_ms:
        day += timedelta(days=1)
    return day


def session_time(epoch_ms: int) -> str:
    """`Monday, 02-Nov-26 06:00:00 PST`, as errors of tokens write it. Rule T14."""
    is_summer = _is_summer(epoch_ms)
    zone = timezone(timedelta(hours=_SUMMER_H if is_summer else _STANDARD_H), "PDT" if is_summer else "PST")
    return datetime.fromtimestamp(epoch_ms / 1000, zone).strftime("%A, %d-%b-%y %H:%M:%S %Z")


def _is_summer(epoch_ms: int) -> bool:
    year = datetime.fromtimestamp(epoch_ms / 1000 + _STANDARD_H * 3600, UTC).year
    begins, ends = _changes(year)
    return _at(begins, 2 - _STANDARD_H) <= epoch_ms < _at(ends, 2 - _SUMMER_H)


def _is_summer_at_midnight(day: date) -> bool:
    begins, ends = _changes(day.year)
    return begins < day <= ends


def _changes(year: int) -> tuple[date, date]:
    """The second Sunday of March and the first of November."""
    return _sunday(date(year, 3, 8)), _sunday(date(year, 11, 1))


def _sunday(day: date) -> date:
    return day + timedelta(days=(6 - day.weekday()) % 7)


def _at(day: date, hour: int) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000) + hour * HOUR_MS
