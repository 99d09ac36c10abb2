"""When an account is compared with Instagram, and when it is polled. Rules GA1, GA3."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from confab.inbox.reading import Found
from confab.inbox.watch import Compared, polls_since, silence_of, why_look
from confab.store.heartbeats import Outage
from confab.store.watches import Watch
from tests.world import NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WELL = Watch(
    connected_at=NOON - 30 * 24 * HOUR, complete_up_to=NOON - 5 * MINUTE, incomplete_reason=None, receiving="webhooks",
    polling_since=None, heard_at=NOON - 5 * MINUTE, habit_s=3600, looked_at=NOON - 20 * MINUTE, has_failures=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("amiss", "reason"),
    [
        ({}, None),
        ({"complete_up_to": None, "looked_at": None}, "never"),
        ({"has_failures": True}, "failures"),
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


def compared(*sent_at: Any, is_subscribed: bool = True) -> Compared:
    return Compared(found=Found(new_inbound=list(sent_at)), is_subscribed=is_subscribed)


@pytest.mark.parametrize(
    ("found", "polls"),
    [
        (compared(), False),
        (compared(NOON - 3 * MINUTE), True),  # newer than the last webhook
        (compared(NOON - MINUTE), False),  # may still be announced
        (compared(NOON - 10 * MINUTE), False),  # webhooks came after it
        (compared(is_subscribed=False), True),
    ],
)
def test_GA3_polling_begins_when_webhooks_stay_away(found: Compared, polls: bool) -> None:
    assert polls_since(WELL, found, NOON) == (NOON if polls else None)


@pytest.mark.parametrize(("heard_at", "since"), [(NOON - 2 * HOUR, NOON - HOUR), (NOON - MINUTE, None)])
def test_GA3_polling_ends_with_the_first_webhook(heard_at: Any, since: Any) -> None:
    polling = replace(WELL, receiving="polling", polling_since=NOON - HOUR, heard_at=heard_at)
    assert polls_since(polling, compared(), NOON) == since
