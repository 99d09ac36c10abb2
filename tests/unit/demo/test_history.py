"""Six weeks of a bakery: the same for the same moment, of many kinds, and within what Instagram allows."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from confab.demo import dice, errands, history, reload
from confab.demo.people import person

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
PAST = history.past(300, NOW, 4)
ALL: list[Any] = [one for _, plays in PAST.plays for one in plays]


def moment(act: Any) -> datetime:
    return datetime.fromtimestamp(act["at"] / 1000, UTC)


def last_inbound(conversation: Any) -> datetime:
    return max(moment(act) for act in conversation["acts"] if act["do"] in ("write", "postback"))


def test_the_same_moment_has_the_same_past() -> None:
    assert history.past(300, NOW, 4) == PAST


def test_there_are_at_least_sixty_errands_and_every_blank_can_be_filled() -> None:
    assert len(errands.every()) >= 60
    for number in range(300):
        for step in errands.filled(person(number).errand, "Ada", dice.of(number)):
            assert step.text or step.thing or step.doing == "unsend"
            assert "{" not in (step.text or "")
            assert len((step.text or "").encode()) <= 900


def test_an_unreadable_errand_names_its_line() -> None:
    with pytest.raises(ValueError, match="what is this"):
        errands.parse("# a en bread\n> Hello\nwhat is this")
    with pytest.raises(ValueError, match="# a klingon bread"):
        errands.parse("# a klingon bread")


def test_nothing_lies_in_the_future_or_too_long_ago() -> None:
    times = [moment(act) for one in ALL for act in one["acts"]]
    assert max(times) <= NOW
    assert min(times) > NOW - timedelta(days=60)


def test_every_kind_of_thing_has_happened() -> None:
    acts = [act for one in ALL for act in one["acts"]]
    assert set(Counter(act["do"] for act in acts)) == {
        "write", "echo", "postback", "edit", "unsend", "react", "seen", "comment",
    }  # fmt: skip
    things = {one if isinstance(one, str) else one["type"] for act in acts for one in act.get("attachments", [])}
    assert things >= {"image", "audio", "video", "ig_reel", "ig_post", "story_mention"}
    assert any("story" in act for act in acts)


def test_some_windows_are_open_a_few_close_soon_and_most_are_closed() -> None:
    left = [last_inbound(one) + history.WINDOW - NOW for one in ALL]
    closing = [one for one in left if timedelta(0) < one < timedelta(hours=2)]
    still_open = [one for one in left if one > timedelta(0)]
    assert 5 <= len(closing) <= 25
    assert 40 <= len(still_open) <= 140


def test_what_an_act_is_about_was_said_before_it_by_the_right_side() -> None:
    for one in ALL:
        for act in one["acts"]:
            if act.get("to") is None:
                assert act["do"] not in ("edit", "unsend", "react")
                continue
            about = one["acts"][act["to"]]
            assert about["do"] in (("echo",) if act["do"] == "react" else ("write", "postback"))
            assert about["at"] <= act["at"]


def test_the_team_has_closed_assigned_labelled_noted_and_snoozed() -> None:
    patches = [chore.patch for chore in PAST.chores]
    assert Counter(patch.get("status") for patch in patches)["closed"] > 80
    assert any(patch.get("status") == "snoozed" for patch in patches)
    assert sum("labels" in patch for patch in patches) > 30
    assert sum(chore.assignee is not None for chore in PAST.chores) > 20
    assert any(chore.notes for chore in PAST.chores)


def test_neighbours_in_the_list_do_not_say_the_same() -> None:
    newest = sorted(ALL, key=lambda one: max(act["at"] for act in one["acts"]), reverse=True)[:40]
    said = [[act.get("text") for act in one["acts"] if act["do"] in ("write", "echo", "postback")][-1] for one in newest]
    assert sum(one is not None and one == other for one, other in itertools.pairwise(said)) <= 1


def test_a_changed_new_or_missing_source_file_is_noticed(tmp_path: Any) -> None:
    (tmp_path / "a.py").write_text("1")
    before = reload.seen(tmp_path)
    (tmp_path / "b.py").write_text("2")
    (tmp_path / "notes.txt").write_text("no source")
    assert reload.seen(tmp_path).keys() - before.keys() == {"b.py"}


def test_the_team_answers_a_few_of_those_who_wait_today_with_the_next_line_of_their_errand() -> None:
    answers = [chore.answer for chore in PAST.chores if chore.answer]
    assert 4 <= len(answers) <= 20
