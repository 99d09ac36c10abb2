"""When an account is compared with Instagram, and when it is polled. Rules GA1, GA3."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from confab.inbox.reading import Found
from confab.inbox.watch import polls_since, reads_since, silence_of, why_look
from confab.store.heartbeats import Outage
from confab.store.watches import Watch
from tests.world import NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WELL = Watch(
    connected_at=NOON - 30 * 24 * HOUR, complete_up_to=NOON - 5 * MINUTE, incomplete_reason=None, receiving="webhooks",
    polling_since=None, heard_at=NOON - 5 * MINUTE, habit_s=3600, looked_at=NOON - 20 * MINUTE, stored_at=None,
    has_failures=False, gap=None, gap_from=None, gap_at=None, is_imported=False, place=None, place_from=None, place_at=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("amiss", "reason"),
    [
        ({}, None),
        ({"complete_up_to": None, "looked_at": None}, "never"),
        ({"has_failures": True}, "failures"),
        ({"gap": "one", "gap_at": NOON - HOUR, "is_imported": True}, "imported"),
        ({"receiving": "polling", "polling_since": NOON - HOUR}, "polling"),
        ({"looked_at": NOON - 61 * MINUTE}, "routine"),
        ({"looked_at": NOON - 40 * MINUTE, "heard_at": NOON - 41 * MINUTE, "habit_s": 60}, "silence"),
        ({"looked_at": NOON - 40 * MINUTE, "heard_at": NOON - 41 * MINUTE, "habit_s": 3600}, None),
        ({"looked_at": NOON - 20 * MINUTE, "heard_at": NOON - 41 * MINUTE, "habit_s": 60}, None),  # asked since: quiet indeed
    ],
)
def test_GA1_an_account_is_compared_for_a_reason(amiss: dict[str, Any], reason: str | None) -> None:
    assert why_look(replace(WELL, **amiss), None, NOON) == reason


@pytest.mark.parametrize(("ended", "reason"), [(NOON - MINUTE, "outage"), (NOON - 21 * MINUTE, None)])
def test_GA1_an_outage_counts_until_it_was_looked_into(ended: Any, reason: str | None) -> None:
    assert why_look(WELL, Outage(down_from=ended - HOUR, down_until=ended), NOON) == reason


@pytest.mark.parametrize(("habit_s", "silence"), [(1, HOUR / 2), (3600, 2 * HOUR), (10**6, 24 * HOUR)])
def test_GA1_silence_is_strange_at_twice_the_habit_within_bounds(habit_s: int, silence: timedelta) -> None:
    assert silence_of(replace(WELL, habit_s=habit_s)) == silence


@pytest.mark.parametrize(
    ("sent_at", "is_subscribed", "polls"),
    [
        ([], True, False),
        ([NOON - 3 * MINUTE], True, True),  # newer than the last webhook
        ([NOON - MINUTE], True, False),  # may still be announced
        ([NOON - 10 * MINUTE], True, False),  # webhooks came after it
        ([], False, True),
    ],
)
def test_GA3_polling_begins_when_webhooks_stay_away(sent_at: list[Any], *, is_subscribed: bool, polls: bool) -> None:
    found = Found(new_inbound=sent_at)
    assert polls_since(WELL, found, NOON, is_subscribed=is_subscribed) == (NOON if polls else None)


def test_GA3_a_first_comparison_is_no_sign_that_webhooks_stay_away() -> None:
    """What was written before anybody listened may be announced yet, or never."""
    found = Found(new_inbound=[NOON - timedelta(minutes=10)])
    first = replace(WELL, looked_at=None, heard_at=None)
    assert polls_since(first, found, NOON, is_subscribed=True) is None
    assert polls_since(first, found, NOON, is_subscribed=False) == NOON


@pytest.mark.parametrize(("heard_at", "since"), [(NOON - 2 * HOUR, NOON - HOUR), (NOON - MINUTE, None)])
def test_GA3_polling_ends_with_the_first_webhook(heard_at: Any, since: Any) -> None:
    polling = replace(WELL, receiving="polling", polling_since=NOON - HOUR, heard_at=heard_at)
    assert polls_since(polling, Found(), NOON, is_subscribed=True) == since


@pytest.mark.parametrize(
    ("gap_from", "reason", "since"),
    [
        (None, "routine", NOON - 25 * MINUTE),  # the last look, and a little
        (NOON - 3 * HOUR, "routine", NOON - 3 * HOUR),
        (NOON - 3 * HOUR, "polling", NOON - 3 * HOUR),  # rarely: twenty minutes after the last look
        (NOON - 25 * HOUR, "routine", NOON - 25 * MINUTE),  # an import alone brings that
        (NOON - 3 * HOUR, "imported", NOON - 20 * MINUTE),
    ],
)
def test_GA4_what_is_missing_is_read_again_for_a_day(gap_from: Any, reason: Any, since: Any) -> None:
    watch = replace(WELL, gap="one", gap_at=NOON - HOUR, gap_from=gap_from)
    assert reads_since(watch, reason, NOON) == since


def test_GA4_who_polls_every_minute_does_not_read_all_of_it_again_each_time() -> None:
    watch = replace(WELL, gap="one", gap_at=NOON - HOUR, gap_from=NOON - 3 * HOUR, looked_at=NOON - MINUTE)
    assert reads_since(watch, "polling", NOON) == NOON - 6 * MINUTE
