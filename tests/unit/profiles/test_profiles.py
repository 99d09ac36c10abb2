"""What is decided without looking anywhere: which picture is another one, how many are refreshed in a night, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from confab.profiles.fetch import is_to_fetch
from confab.profiles.nightly import next_night, share
from confab.store.participants import Picture

HERE = "https://scontent-lhr8-2.cdninstagram.com/v/t51.2885-19/ada.jpg"


def have(source_url: str | None, *, is_missing: bool = False, is_wanted: bool = False) -> Picture:
    return Picture(source_url=source_url, is_missing=is_missing, is_wanted=is_wanted)


@pytest.mark.parametrize(
    ("ours", "now", "is_fetched"),
    [
        (have(f"{HERE}?oh=1&oe=68BDB031"), f"{HERE}?oh=2&oe=68C00000", False),
        (have(f"{HERE}?oe=1"), f"{HERE.replace('lhr8-2', 'ams4-1')}?oe=2", False),
        (have(f"{HERE}?oe=1"), f"{HERE.replace('ada', 'ada-2')}?oe=1", True),
        (have(f"{HERE}?oe=1", is_missing=True), f"{HERE}?oe=1", True),
        (have(f"{HERE}?oe=1", is_wanted=True), f"{HERE}?oe=1", True),
        (have(None), f"{HERE}?oe=1", True),
        (have(f"{HERE}?oe=1"), "https://[broken", True),
    ],
)
def test_PR6_a_picture_is_another_one_by_its_path_and_in_doubt(ours: Picture, now: str, is_fetched: bool) -> None:
    assert is_to_fetch(ours, now) is is_fetched


@pytest.mark.parametrize(("people", "tonight"), [(0, 0), (1, 1), (15, 1), (16, 2), (4500, 300), (10_000_000, 20_000)])
def test_PR5_a_night_takes_a_fifteenth_of_all_and_never_more_than_it_can_do(people: int, tonight: int) -> None:
    assert share(people) == tonight


def test_PR5_the_night_is_at_two() -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert next_night(noon) == datetime(2026, 11, 3, 2, tzinfo=UTC)
    assert next_night(next_night(noon)) == datetime(2026, 11, 4, 2, tzinfo=UTC)
    assert next_night(noon - timedelta(hours=11)) == datetime(2026, 11, 2, 2, tzinfo=UTC)
