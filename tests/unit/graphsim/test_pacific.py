"""Days of insights: Pacific, with the law of summer time and without the machine's time zones. Rule I6."""

from datetime import UTC, date, datetime

import pytest

from graphsim.rules import pacific


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "ends", "hours"),
    [
        (date(2026, 7, 4), "2026-07-05T07:00:00+00:00", 24),
        (date(2026, 10, 31), "2026-11-01T07:00:00+00:00", 24),
        (date(2026, 11, 1), "2026-11-02T08:00:00+00:00", 25),
        (date(2026, 12, 31), "2027-01-01T08:00:00+00:00", 24),
        (date(2027, 3, 13), "2027-03-14T08:00:00+00:00", 24),
        (date(2027, 3, 14), "2027-03-15T07:00:00+00:00", 23),
        (date(2028, 3, 12), "2028-03-13T07:00:00+00:00", 23),
    ],
)
def test_I6_a_day_ends_at_seven_or_eight_utc_and_has_23_24_or_25_hours(day: date, ends: str, hours: int) -> None:
    assert pacific.end_ms(day) == ms(ends)
    assert pacific.end_ms(day) - pacific.midnight_ms(day) == hours * 3_600_000


def test_I6_every_moment_belongs_to_the_day_around_it() -> None:
    for hour in range(0, 24 * 400, 5):
        moment = ms("2026-01-01T00:30:00+00:00") + hour * 3_600_000
        day = pacific.day_of(moment)
        assert pacific.midnight_ms(day) <= moment < pacific.end_ms(day)


def test_I6_days_may_follow_another_offset() -> None:
    assert datetime.fromtimestamp(pacific.midnight_ms(date(2026, 11, 1), 9) / 1000, UTC) == datetime(2026, 10, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-11-01T08:59:59+00:00", "Sunday, 01-Nov-26 01:59:59 PDT"),
        ("2026-11-01T09:00:00+00:00", "Sunday, 01-Nov-26 01:00:00 PST"),
        ("2027-03-14T09:59:59+00:00", "Sunday, 14-Mar-27 01:59:59 PST"),
        ("2027-03-14T10:00:00+00:00", "Sunday, 14-Mar-27 03:00:00 PDT"),
    ],
)
def test_T14_times_of_sessions_are_pacific(moment: str, text: str) -> None:
    assert pacific.session_time(ms(moment)) == text
