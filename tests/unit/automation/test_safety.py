"""When rules keep quiet. Rules RU10-RU13."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from confab.automation.safety import Quiet, Said, Standing, is_machine, quiet
from confab.model.rules import Automation

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def talk(*said: tuple[str, float], taps: bool = False) -> list[Said]:
    """Who said something, and how many seconds before noon; the newest first."""
    return [Said(author=by, at=NOON - timedelta(seconds=ago), is_tap=taps and by == "participant") for by, ago in said]


def hush(text: str | None, standing: Standing, **settings: int) -> Quiet | None:
    return quiet(text, standing, replace(Automation(), **settings), NOON)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("stop", "opt_out"),
        ("STOP!!", "opt_out"),
        ("Unsubscribe.", "opt_out"),
        ("please don't stop", None),
        ("Human?", "person"),
        ("hi", None),
    ],
)
def test_RU11_a_word_counts_when_it_is_all_that_is_said(text: str, step: str | None) -> None:
    said = hush(text, Standing())
    assert (said.step if said else None) == step


def test_RU11_who_opted_out_is_heard_for_one_word_alone() -> None:
    out = Standing(opted_out_at=NOON - timedelta(days=100))
    assert (hush("hello", out) or Quiet(why="")).step is None
    assert hush("hello", out) is not None
    assert (hush("START", out) or Quiet(why="")).step == "opt_in"


@pytest.mark.parametrize(
    ("by", "minutes", "is_quiet"),
    [
        ("agent", 5, True),
        ("instagram", 5, True),
        ("rule", 5, False),
        ("service", 5, False),
        ("schedule", 5, False),
        ("agent", 61, False),
    ],
)
def test_RU12_a_person_is_who_answers_from_here_or_from_a_phone(by: str, minutes: float, is_quiet: bool) -> None:
    standing = Standing(recent=talk(("participant", 0), (by, minutes * 60)))
    assert (hush("hi", standing, pause_minutes=60) is not None) is is_quiet


def test_RU12_what_a_person_said_before_rules_were_let_in_again_pauses_nothing() -> None:
    standing = Standing(recent=talk(("participant", 0), ("agent", 300)), resumed_at=NOON - timedelta(seconds=200))
    assert hush("hi", standing) is None
    assert hush("hi", replace(standing, resumed_at=NOON - timedelta(seconds=400))) is not None


def test_RU13_three_answers_within_seconds_are_a_machines() -> None:
    machine = [
        ("participant", 0),
        ("rule", 1),
        ("participant", 2),
        ("rule", 3),
        ("participant", 4),
        ("rule", 5),
        ("participant", 9),
    ]
    assert is_machine(talk(*machine))
    assert not is_machine(talk(*machine, taps=True))  # who taps is quick
    assert not is_machine(talk(*machine[:4]))
    slow = [("participant", 0), ("rule", 1), ("participant", 2), ("rule", 9), ("participant", 10), ("rule", 11)]
    assert not is_machine(talk(*slow))
    assert (hush("hi", Standing(recent=talk(*machine))) or Quiet(why="")).step == "loop"


def test_RU13_who_says_the_same_four_times_is_a_machine() -> None:
    def says(*words: str) -> list[Said]:
        said = [
            [Said(author="participant", at=NOON, words=one), Said(author="rule", at=NOON - timedelta(hours=1))] for one in words
        ]
        return [one for pair in said for one in pair]

    assert is_machine(says("a", "a", "a", "a", "b"))
    assert not is_machine(says("a", "a", "a"))
    assert not is_machine(says("a", "a", "b", "a"))


def test_RU13_a_limit_is_a_loop() -> None:
    assert (hush("hi", Standing(sent_last_hour=20)) or Quiet(why="")).step == "loop"
    assert hush("hi", Standing(sent_last_hour=19)) is None


def test_RU10_other_apps_and_accounts_of_ours_are_left_alone() -> None:
    assert hush("hi", Standing(is_one_of_ours=True)) is not None
    assert hush("hi", Standing(is_handled_elsewhere=True)) is not None
