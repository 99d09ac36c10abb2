"""How long what waits will wait: rules O26 and O27 of docs/spec/inbox.md."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from confab.graph import limits
from confab.inbox import queue
from confab.model.inbox import AccountId, MessageId
from confab.store.outbox import InLine, Waiting

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
FREE: dict[str, Any] = {
    "next_at": None, "used_percent": 0, "paused_until": None, "health": "ok", "health_reason": None,
    "stopped_by": None,
}  # fmt: skip


def waiting(pool: str, count: int, *, lane: int = 0, **more: Any) -> Waiting:
    return Waiting(account_id=AccountId(UUID(int=1)), lane=lane, pool=pool, count=count, **{**FREE, **more})


def call(pool: str, ahead: int, in_pool: int | None = None, **more: Any) -> InLine:
    in_pool = ahead if in_pool is None else in_pool
    given = {"not_before": None, **FREE, **more}
    return InLine(message_id=MessageId(UUID(int=1)), pool=pool, ahead=ahead, ahead_in_pool=in_pool, **given)


@pytest.mark.parametrize(
    ("pool", "count", "seconds"),
    [
        (limits.SENDS, 901, 9.9),
        (limits.HEAVY_SENDS, 91, 9.9),
        (limits.PRIVATE_REPLIES, 61, 0.0),  # what was saved up goes at once
        (limits.PRIVATE_REPLIES, 741, 3604.0),
    ],
)
def test_O26_each_pool_is_as_fast_as_meta_lets_it_be(pool: str, count: int, seconds: float) -> None:
    (shown,) = queue.shown([waiting(pool, count)], NOW)
    assert (shown.people, shown.expected_s) == (count, seconds)


def test_O26_the_slowest_pool_says_how_long_it_lasts_and_lanes_share_it() -> None:
    rows = [waiting(limits.SENDS, 10), waiting(limits.HEAVY_SENDS, 1), waiting(limits.HEAVY_SENDS, 10, lane=2)]
    (shown,) = queue.shown(rows, NOW)
    assert (shown.people, shown.schedules, shown.automatic, shown.expected_s) == (11, 0, 10, 1.1)


@pytest.mark.parametrize(("used", "seconds"), [(74, 1.1), (75, 2.2), (90, 4.4)])
def test_O26_the_more_of_the_allowance_is_used_the_slower_it_goes(used: int, seconds: float) -> None:
    (shown,) = queue.shown([waiting(limits.SENDS, 101, used_percent=used)], NOW)
    assert shown.expected_s == seconds


def test_O26_nothing_goes_before_the_pause_of_its_account_is_over() -> None:
    until = NOW + timedelta(minutes=5)
    rows = [waiting(limits.SENDS, 101, paused_until=until, next_at=NOW + timedelta(seconds=1))]
    (shown,) = queue.shown(rows, NOW)
    assert (shown.expected_s, shown.paused_until, shown.paused_by) == (301.1, until, "Instagram asks to slow down.")
    (shown,) = queue.shown([waiting(limits.SENDS, 1, paused_until=NOW)], NOW)
    assert (shown.expected_s, shown.paused_until, shown.paused_by) == (0.0, None, None)


def test_O26_where_a_person_has_to_mend_something_no_time_is_told() -> None:
    (shown,) = queue.shown([waiting(limits.SENDS, 3, health="reconnect", health_reason="It has expired.")], NOW)
    assert (shown.people, shown.expected_s, shown.paused_by) == (3, None, "It has expired.")


def test_O26_O27_what_somebody_stopped_waits_until_somebody_lets_it_go_and_no_time_is_told() -> None:
    stopped = {"stopped_by": "Robin", "health": "reconnect"}
    (shown,) = queue.shown([waiting(limits.SENDS, 3, **stopped)], NOW)
    (place,) = queue.places([call(limits.SENDS, 2, **stopped)], NOW)
    words = "Robin stopped sending: it waits here until somebody lets it go on."
    assert [(one.expected_s, one.paused_by) for one in (shown, place)] == [(None, words)] * 2


def test_O26_where_nothing_waits_it_takes_no_time() -> None:
    row = Waiting(account_id=AccountId(UUID(int=1)), lane=None, pool=None, count=0, **FREE)
    (shown,) = queue.shown([row], NOW)
    assert (shown.people, shown.schedules, shown.automatic, shown.expected_s) == (0, 0, 0, 0.0)


def test_O27_a_call_goes_after_those_of_its_pool_and_not_before_the_one_written_before_it() -> None:
    film, text = call(limits.HEAVY_SENDS, 30, 20), call(limits.SENDS, 31, 11)
    places = queue.places([film, text], NOW)
    assert [(one.ahead, one.expected_s) for one in places] == [(30, 2.2), (31, 2.2)]


def test_O27_what_may_still_be_taken_back_goes_no_sooner() -> None:
    (place,) = queue.places([call(limits.SENDS, 0, not_before=NOW + timedelta(seconds=5))], NOW)
    assert (place.ahead, place.expected_s) == (0, 5.0)
