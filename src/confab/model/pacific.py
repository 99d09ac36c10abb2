"""The days that Meta counts by: Pacific time, by the law in force since 2007, whatever time zones this machine knows. Rule I6."""

from datetime import UTC, date, datetime, time, timedelta

_STANDARD, _SUMMER = timedelta(hours=8), timedelta(hours=7)
_NOON = timedelta(hours=12)


def begin_of(day: date) -> datetime:
    """When a day begins, in UTC. Clocks change at two in the night, so it begins by the time of the day before."""
    return datetime.combine(day, time(), UTC) + (_SUMMER if _is_summer(day) else _STANDARD)


def end_of(day: date) -> datetime:
    """When a day ends: 23, 24 or 25 hours after it began."""
    return begin_of(day + timedelta(days=1))


def day_of(moment: datetime) -> date:
    """The day that a moment lies in."""
    day = moment.astimezone(UTC).date()
    return day if begin_of(day) <= moment else day - timedelta(days=1)


def last_whole(now: datetime) -> date:
    """The last day that is over."""
    return day_of(now) - timedelta(days=1)


def day_that_ends(at: datetime) -> date:
    """The day that a number belongs to whose day ends then: the one before in summer's 07:00 and winter's 08:00 UTC.

    It is the date of twelve hours before, so that days which end elsewhere, which is uncertain, are named rightly too.
    """
    return (at.astimezone(UTC) - _NOON).date()


def ends_between(since: date, until: date) -> tuple[datetime, datetime]:
    """From when on, and before when, those days end that `day_that_ends` names so: of `since` to `until`, both included."""
    first, last = (datetime.combine(day, time(), UTC) + _NOON for day in (since, until + timedelta(days=1)))
    return first, last


def _is_summer(day: date) -> bool:
    """Whether it is summer at its midnight: after the second Sunday of March, up to the first of November."""
    return _sunday(date(day.year, 3, 8)) < day <= _sunday(date(day.year, 11, 1))


def _sunday(day: date) -> date:
    return day + timedelta(days=(6 - day.weekday()) % 7)
