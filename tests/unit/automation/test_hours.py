"""Business hours. Rule RU6."""

from datetime import UTC, datetime

import pytest

from confab.automation import hours
from confab.model.rules import Span

WORK = (Span(days=(0, 1, 2, 3, 4), start="09:00", end="18:00"),)
NIGHT = (Span(days=(4,), start="22:00", end="02:00"),)
ALWAYS = (Span(days=tuple(range(7)), start="00:00", end="24:00"),)


@pytest.mark.parametrize(
    ("at", "zone", "spans", "is_within"),
    [
        ("2026-11-02T09:00", "UTC", WORK, True),
        ("2026-11-02T08:59", "UTC", WORK, False),
        ("2026-11-02T17:59", "UTC", WORK, True),
        ("2026-11-02T18:00", "UTC", WORK, False),
        ("2026-11-01T12:00", "UTC", WORK, False),  # a Sunday
        ("2026-10-25T00:30", "Europe/Madrid", (Span(days=(6,), start="02:00", end="03:00"),), True),  # 2:30, the first time
        ("2026-10-25T01:30", "Europe/Madrid", (Span(days=(6,), start="02:00", end="03:00"),), True),  # 2:30 again
        ("2026-07-01T07:30", "Europe/Madrid", WORK, True),  # summer: 9:30
        ("2026-01-02T07:30", "Europe/Madrid", WORK, False),  # winter: 8:30
        ("2026-11-06T23:00", "UTC", NIGHT, True),  # Friday night
        ("2026-11-07T01:59", "UTC", NIGHT, True),  # which ends on Saturday
        ("2026-11-07T02:00", "UTC", NIGHT, False),
        ("2026-11-06T01:00", "UTC", NIGHT, False),  # Thursday night is none
        ("2026-11-07T23:59", "UTC", ALWAYS, True),
        ("2026-11-02T12:00", "UTC", (), False),
    ],
)
def test_RU6_hours_are_those_of_a_clock_on_the_wall(at: str, zone: str, spans: tuple[Span, ...], is_within: bool) -> None:
    assert hours.is_within(datetime.fromisoformat(at).replace(tzinfo=UTC), zone, spans) is is_within
