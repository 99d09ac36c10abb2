"""What the gate says of comments: every rule with what stands for it and what against. Rules CG1-CG10."""

from dataclasses import replace
from typing import Any

import pytest

from confab.inbox import gate
from confab.inbox.gate import Circumstances
from confab.inbox.in_public import Public, Remark, Where
from confab.inbox.policy import Ruling
from tests.world import NOON

WELL = Circumstances(
    opened_at=None, opened_by=None, refused_at=None, is_self=False, unreachable_at=None, handled_elsewhere=False,
    human_agent=False, health="ok", health_reason=None, has_token=True, paused_until=None, restricted_until=None,
    restricted_reason=None, stopped_by=None, is_all_stopped=False,
)  # fmt: skip
COMMENT = Remark(is_at_meta=True, kind="comment", is_own=False, is_deleted=False, is_hidden=False)
OURS = Where(is_own=True, is_broadcast=False, takes_comments=True)
REPLY = Public(actor="agent", kind="reply", text="Yes!", comment=COMMENT, where=OURS, can_like=False)


def ruling(asked: Public = REPLY, state: Circumstances = WELL, **changed: Any) -> Ruling:
    return gate.ask(replace(asked, **changed), state, NOON)


def rule(**changed: Any) -> str | None:
    return ruling(**changed).rule


def remark(**changed: Any) -> Remark:
    return replace(COMMENT, **changed)


def test_what_nothing_stands_against_may_be_done() -> None:
    assert ruling().outcome == "allowed"
    for kind in ("hide", "unhide", "delete"):
        assert ruling(kind=kind, text=None).outcome == "allowed"
    for kind in ("comments_on", "comments_off"):
        assert ruling(kind=kind, text=None, comment=None).outcome == "allowed"


@pytest.mark.parametrize(
    ("text", "code"), [("", "text_empty"), (" \n", "text_empty"), ("a\0b", "text_empty"), ("\ud83d", "text_empty")]
)
def test_CG1_a_comment_says_something(text: str, code: str) -> None:
    found = ruling(text=text)
    assert (found.rule, found.code, found.field) == ("CG1", code, "text")


def test_CG1_K17_a_comment_has_at_most_2200_characters() -> None:
    assert ruling(text="ß" * 2200).outcome == "allowed"
    assert ruling(text="ß" * 2201).code == "text_too_long"


@pytest.mark.parametrize("kind", ["reply", "hide", "unhide", "delete", "like"])
@pytest.mark.parametrize("gone", [{"is_at_meta": False}, {"is_deleted": True}])
def test_CG2_what_is_not_at_instagram_is_let_be(kind: str, gone: dict[str, bool]) -> None:
    assert rule(kind=kind, comment=remark(**gone)) == "CG2"


def test_CG3_a_hidden_comment_takes_no_public_answer_but_can_be_shown_and_deleted() -> None:
    hidden = remark(is_hidden=True)
    assert rule(comment=hidden) == "CG3"
    assert ruling(comment=hidden, kind="unhide").outcome == ruling(comment=hidden, kind="delete").outcome == "allowed"


def test_CG4_a_live_comment_takes_no_public_answer() -> None:
    assert rule(comment=remark(kind="live_comment")) == "CG4"
    assert rule(where=replace(OURS, is_broadcast=True)) == "CG4"


def test_CG5_under_anothers_post_only_mentions_are_answered() -> None:
    theirs = replace(OURS, is_own=False)
    for kind in ("reply", "hide", "unhide", "delete"):
        assert rule(kind=kind, where=theirs) == "CG5"
    assert rule(kind="comments_off", text=None, comment=None, where=theirs) == "CG5"
    assert ruling(kind="mention_reply", comment=remark(kind="mention"), where=theirs).outcome == "allowed"
    assert rule(kind="delete", comment=remark(kind="mention"), where=replace(OURS, is_own=None)) == "CG5"


def test_CG6_our_own_comments_are_deleted_and_not_hidden() -> None:
    assert rule(kind="hide", comment=remark(is_own=True)) == "CG6"
    assert ruling(kind="delete", comment=remark(is_own=True)).outcome == "allowed"


def test_CG7_a_broadcasts_comments_are_not_switched() -> None:
    assert rule(kind="comments_off", text=None, comment=None, where=replace(OURS, is_broadcast=True)) == "CG7"


def test_CG8_only_facebooks_login_likes() -> None:
    assert rule(kind="like") == rule(kind="unlike") == "CG8"
    assert ruling(kind="like", can_like=True).outcome == "allowed"


def test_CG9_where_comments_are_off_nothing_is_written() -> None:
    assert rule(where=replace(OURS, takes_comments=False)) == "CG9"
    assert ruling(where=replace(OURS, takes_comments=None)).outcome == "allowed"  # nobody knows: Instagram decides


def test_CG10_nothing_automatic_answers_our_own_comment() -> None:
    assert rule(actor="rule", comment=remark(is_own=True)) == "CG10"
    assert ruling(comment=remark(is_own=True)).outcome == "allowed"


def test_G19_G20_G23_what_keeps_an_account_waiting_keeps_comments_waiting_too() -> None:
    assert ruling(state=replace(WELL, health="reconnect")).outcome == "waits"
    assert ruling(state=replace(WELL, stopped_by="Dana", is_all_stopped=True)).rule == "G23"
    restricted = replace(WELL, restricted_until=NOON.replace(hour=13))
    assert ruling(state=restricted).outcome == "allowed"
    assert ruling(state=restricted, actor="rule").rule == "G19"
