"""The checks of an account, each with its levels. Rules DR12-DR18, GA4."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from confab.doctor.account import span
from confab.doctor.seen import TokenSeen
from confab.graph import standing
from tests.unit.doctor.seen import BAKERY, BUSY, CLOSED, DEAD, NEVER, WELL, amiss, with_bakery
from tests.world import NOON

GOOD = BAKERY.token
ALL_SCOPES, ALL_FIELDS = BAKERY.scopes, frozenset(standing.WANTED_FIELDS)


def levels(**changed: Any) -> dict[str, str]:
    """What is not green of a changed account, by check."""
    return {finding.check: finding.level for finding in amiss(with_bakery(**changed))}


@pytest.mark.parametrize(
    ("changed", "level", "said"),
    [
        ({"token": TokenSeen(is_there=False)}, "red", "no access token"),
        ({"token": replace(GOOD, refusal=DEAD)}, "red", "The password was changed"),
        ({"token": replace(GOOD, refusal=NEVER)}, "red", "Instagram refused: no."),
        ({"token": replace(GOOD, ig_id="999")}, "red", "token of another account, 999"),
        ({"token": replace(GOOD, refusal=BUSY)}, "unknown", "did not say"),
        ({"token": TokenSeen(is_there=True, missing_key="0badcafe")}, "unknown", "encryption keys"),
        ({"health": "reconnect", "health_reason": "password changed"}, "red", "password changed"),
        ({"token_expires_at": NOON + timedelta(days=5)}, "amber", "It ends 07 November 2026"),
        ({"token_expires_at": NOON + timedelta(days=1)}, "red", "It ends 03 November 2026"),
        ({"token_expires_at": NOON + timedelta(days=30), "token_error": "Not renewed."}, "amber", "Not renewed."),
    ],
)
def test_DR12_a_token_that_is_dead_foreign_or_about_to_end_is_seen(changed: dict[str, Any], level: str, said: str) -> None:
    found = {finding.check: finding for finding in amiss(with_bakery(**changed))}
    assert found["token"].level == level
    assert said in found["token"].says


def test_DR12_a_token_without_an_end_is_good() -> None:
    assert levels(token_expires_at=None) == {}


@pytest.mark.parametrize(
    ("missing", "level"),
    [("instagram_business_manage_messages", "red"), ("instagram_business_manage_comments", "amber"), (None, None)],
)
def test_DR13_permissions_that_were_not_granted_are_named(missing: str | None, level: str | None) -> None:
    assert levels(scopes=ALL_SCOPES - {missing}) == ({"permissions": level} if level else {})


def test_DR13_a_token_given_by_hand_says_nothing_of_its_permissions_and_a_page_needs_its_own() -> None:
    assert levels(scopes=frozenset()) == {"permissions": "unknown"}
    granted = frozenset((*standing.NEEDED_SCOPES_FACEBOOK, *standing.WANTED_SCOPES_FACEBOOK))
    assert levels(platform="facebook", scopes=granted, fields=frozenset({"feed"})) == {}
    assert levels(platform="facebook", scopes=granted - {"instagram_manage_messages"}) == {"permissions": "red"}


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        (frozenset(), "red"),
        (ALL_FIELDS - {"messages"}, "red"),
        (ALL_FIELDS - {"messaging_seen"}, "amber"),
        (BUSY, "unknown"),
        (None, "unknown"),
        (ALL_FIELDS | {"message_echoes"}, None),
    ],
)
def test_DR14_fields_that_are_not_subscribed_are_seen(fields: Any, level: str | None) -> None:
    assert levels(fields=fields) == ({"subscription": level} if level else {})


def test_DR15_a_round_trip_tells_whether_conversations_can_be_read() -> None:
    (closed,) = amiss(with_bakery(reading=CLOSED))
    assert (closed.check, closed.level) == ("access", "red")
    assert "Allow access to messages" in (closed.path or "")
    assert levels(reading=NEVER) == {"access": "red"}
    assert levels(reading=BUSY) == {"access": "unknown"}


@pytest.mark.parametrize(
    ("changed", "tests", "level"),
    [
        ({"heard_at": None, "is_reached": False}, 0, "unknown"),
        ({"heard_at": None, "is_reached": True}, 0, "amber"),
        ({"heard_at": None, "is_reached": False}, 2, "amber"),
        ({"receiving": "polling"}, 0, "amber"),
        ({}, 0, None),
    ],
)
def test_DR16_whether_the_app_is_published_shows_in_what_arrives(changed: dict[str, Any], tests: int, level: str | None) -> None:
    found = {finding.check: finding.level for finding in amiss(replace(with_bakery(**changed), tests=tests))}
    assert found.get("mode") == level


@pytest.mark.parametrize(
    ("habit_h", "silent_h", "level"),
    [(0.1, 20, None), (0.1, 25, "amber"), (10, 25, None), (10, 31, "amber"), (72, 200, None), (72, 220, "amber"), (0, 160, None)],
)
def test_DR17_a_silence_is_strange_when_it_is_far_longer_than_the_accounts_habit(
    habit_h: float, silent_h: float, level: str | None
) -> None:
    found = levels(habit=timedelta(hours=habit_h), heard_at=NOON - timedelta(hours=silent_h))
    assert found == ({"incoming": level} if level else {})


def test_DR1_a_new_account_that_was_not_compared_yet_is_not_known_to_be_complete() -> None:
    assert levels(complete_up_to=None, connected_at=NOON - timedelta(minutes=1)) == {"complete": "unknown"}


def test_DR17_an_account_that_was_never_heard_waits_for_its_first_message() -> None:
    found = {finding.check: finding for finding in amiss(with_bakery(heard_at=None, is_reached=False))}
    assert found["incoming"].level == "unknown"
    assert found["incoming"].says == "Waiting for the first message."
    assert "@harbour.bakery" in (found["incoming"].remedy or "")


@pytest.mark.parametrize(
    ("changed", "check", "level", "said"),
    [
        ({"receiving": "polling", "polling_since": NOON - timedelta(hours=1)}, "incoming", "red", "since 2026-11-02 11:00"),
        ({"complete_up_to": None}, "complete", "amber", "nobody has compared it"),
        ({"complete_up_to": NOON - timedelta(hours=4), "incomplete_reason": "refused"}, "complete", "amber", "refused"),
        ({"incomplete_reason": "In one conversation more was sent."}, "complete", "amber", "In one conversation"),
    ],
)
def test_GA4_an_account_of_which_not_all_arrives_is_named(changed: dict[str, Any], check: str, level: str, said: str) -> None:
    found = {finding.check: finding for finding in amiss(with_bakery(**changed))}
    assert (found[check].about, found[check].level) == ("@harbour.bakery", level)
    assert said in found[check].says


@pytest.mark.parametrize(
    ("changed", "level"),
    [
        ({"used_percent": None}, None),
        ({"used_percent": 74}, None),
        ({"used_percent": 75}, "amber"),
        ({"used_percent": 100}, "red"),
        ({"paused_until": NOON + timedelta(minutes=5)}, "amber"),
        ({"paused_until": NOON - timedelta(minutes=5)}, None),
        ({"restricted_until": NOON + timedelta(hours=1)}, "red"),
        ({"restricted_until": NOON - timedelta(hours=1)}, None),
        ({"health": "paused", "health_reason": "block"}, "red"),
    ],
)
def test_DR18_what_instagram_allows_is_shown_before_it_runs_short(changed: dict[str, Any], level: str | None) -> None:
    assert levels(**changed).get("limits") == level


def test_deliveries_that_failed_or_were_kept_out_are_counted() -> None:
    found = amiss(with_bakery(failed=1, withheld=7))
    assert [finding.says for finding in found] == [
        "One delivery of the last week failed.",
        "7 deliveries of the last week were signed by another Meta app.",
    ]


def test_without_an_account_that_is_the_next_step() -> None:
    (finding,) = amiss(replace(WELL, accounts=[]))
    assert (finding.check, finding.level) == ("connected", "amber")


def test_how_long_is_said_as_people_say_it() -> None:
    spans = [span(timedelta(minutes=minutes)) for minutes in (0, 1, 119, 120, 47 * 60, 48 * 60, 14 * 1440)]
    assert spans == ["1 minute", "1 minute", "119 minutes", "2 hours", "47 hours", "2 days", "14 days"]


@pytest.mark.parametrize(("days", "level"), [(1, None), (2, "amber"), (40, "amber")])
def test_IV9_numbers_that_nobody_could_read_for_two_days_are_said(days: int, level: str | None) -> None:
    assert levels(read_at=NOON - timedelta(days=days)).get("numbers") == level
