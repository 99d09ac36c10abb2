"""Times of Meta's and the days that they end. Rules IV7, I6."""

from datetime import UTC, date, datetime, timedelta

import pytest

from confab.graph.insights import moment
from confab.model import pacific


@pytest.mark.parametrize(
    "written",
    ["2026-10-31T07:00:00Z", "2026-10-31T07:00:00+0000", "2026-10-31T07:00:00+00:00", "2026-10-31T07:00:00",
     "2026-10-31T09:00:00+0200", "2026-10-31T00:00:00-07:00", 1793430000, "1793430000"],
)  # fmt: skip
def test_IV7_every_way_to_write_a_time_is_the_same_moment(written: str | int) -> None:
    at = moment(written)
    assert at == datetime(2026, 10, 31, 7, tzinfo=UTC)
    assert at is not None
    assert pacific.day_that_ends(at) == date(2026, 10, 30)


def test_IV7_what_is_no_time_is_none() -> None:
    assert [moment(one) for one in (None, "", "yesterday", "2026-13-01")] == [None] * 4


def test_I6_days_follow_each_other_without_a_gap_and_those_of_changing_clocks_are_shorter_and_longer() -> None:
    day, lengths = date(2026, 1, 1), dict[date, float]()
    while day < date(2027, 1, 1):
        begin, end = pacific.begin_of(day), pacific.end_of(day)
        assert pacific.begin_of(day + timedelta(days=1)) == end
        assert pacific.day_of(begin) == pacific.day_of(end - timedelta(seconds=1)) == pacific.day_that_ends(end) == day
        lengths[day] = (end - begin) / timedelta(hours=1)
        day += timedelta(days=1)
    assert {day: hours for day, hours in lengths.items() if hours != 24} == {date(2026, 3, 8): 23, date(2026, 11, 1): 25}
