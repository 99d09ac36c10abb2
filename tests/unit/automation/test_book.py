"""Rules that are found by their words are those that asking every rule would find. Rule RU3."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from confab.automation import conditions
from confab.automation.book import Book
from confab.automation.facts import Facts, Read
from confab.model.inbox import AccountId, AgentId, AgentRef
from confab.model.rules import (
    Automation,
    Definition,
    HistoryIs,
    Labelled,
    PersonIs,
    PostIs,
    Reply,
    Rule,
    RuleId,
    TextIs,
    TimeIs,
    Trigger,
)
from tests.properties import examples

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ME = AgentRef(id=AgentId(UUID(int=1)), name="Dana")


def rule(number: int, **given: Any) -> Rule:
    fields = {
        "name": f"rule {number}", "trigger": Trigger(kind="message"), "conditions": (), "stops": False, "cooldown_s": 0,
        "actions": (Reply(type="reply", text="hi"),),
    }  # fmt: skip
    mode = given.pop("mode", "on")
    return Rule(
        id=RuleId(UUID(int=number + 1)), account_id=AccountId(UUID(int=9)), position=number, mode=mode,
        definition=Definition(**(fields | given)), version=1, updated_at=NOON, updated_by=ME,
    )  # fmt: skip


def read(text: str | None = None, **given: Any) -> Read:
    last = given.pop("last_fired", {})
    return Read(
        facts=Facts(kinds=frozenset(given.pop("kinds", ("message",))), at=NOON, text=text, **given), now=NOON, last_fired=last
    )


def fired(book: Book, one: Read) -> list[int]:
    return [rule.position for rule in book.ask(one).fired]


_WORDS = ["price", "Größe", "open", "价格", "how much", "❤", "don't", "size 42", "x"]
_TEXTS = st.builds(
    TextIs, type=st.just("text"), match=st.sampled_from(["any", "all", "exact", "pattern"]),
    values=st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(tuple), is_not=st.booleans(),
)  # fmt: skip
_CONDITIONS = st.one_of(
    _TEXTS,
    st.builds(PersonIs, type=st.just("person"), is_follower=st.none() | st.booleans(), min_followers=st.none() | st.just(10)),
    st.builds(Labelled, type=st.just("labels"), any=st.sampled_from([(), ("vip",)]), none=st.sampled_from([(), ("old",)])),
    st.builds(HistoryIs, type=st.just("history"), min_messages=st.none() | st.just(2), is_waiting=st.none() | st.booleans()),
    st.builds(PostIs, type=st.just("post"), media_ig_ids=st.sampled_from([("m1",), ("m1", "m2")])),
    st.builds(TimeIs, type=st.just("time"), is_within=st.booleans()),
)
_TRIGGERS = st.one_of(
    st.builds(Trigger, kind=st.sampled_from(["message", "comment", "first_message"])),
    st.builds(Trigger, kind=st.just("tapped"), payload=st.none() | st.sampled_from(["YES", "NO"])),
)
_DEFINITIONS = st.fixed_dictionaries({
    "trigger": _TRIGGERS, "conditions": st.lists(_CONDITIONS, max_size=3).map(tuple), "stops": st.booleans(),
    "mode": st.sampled_from(["on", "on", "watch", "off"]), "cooldown_s": st.sampled_from([0, 60]),
})  # fmt: skip
_EVENTS = st.fixed_dictionaries({
    "text": st.none() | st.lists(st.sampled_from([*_WORDS, "PRICE", "groesse", "hello", "!"]), max_size=4).map(" ".join),
    "kinds": st.sampled_from([("message",), ("message", "first_message"), ("comment",), ("tapped",)]),
    "payload": st.none() | st.sampled_from(["YES", "NO"]), "media_ig_id": st.none() | st.sampled_from(["m1", "m2"]),
    "is_follower": st.none() | st.booleans(), "followers": st.none() | st.integers(0, 20),
    "labels": st.sampled_from([frozenset(), frozenset({"vip"}), frozenset({"old", "vip"})]), "messages_before": st.integers(0, 4),
    "is_waiting": st.booleans(),
})  # fmt: skip


@examples(300)
@given(st.lists(_DEFINITIONS, max_size=12), _EVENTS, st.booleans())
def test_RU3_an_index_finds_what_asking_every_rule_finds(
    definitions: list[dict[str, Any]], event: dict[str, Any], has_fired: bool
) -> None:
    rules = [rule(number, **given) for number, given in enumerate(definitions)]
    recently: dict[UUID, datetime] = {one.id: NOON - timedelta(seconds=30) for one in rules} if has_fired else {}
    expected: list[int] = []
    for one in rules:
        if one.mode != "off" and conditions.why_not(one, read(**event, last_fired=recently), Automation()) is None:
            expected.append(one.position)
            if one.definition.stops and one.mode == "on":
                break
    assert fired(Book(1, Automation(), rules), read(**event, last_fired=recently)) == expected


def test_RU3_what_is_passed_over_is_counted() -> None:
    book = Book(1, Automation(), [
        rule(0, conditions=(TextIs(type="text", match="any", values=("price",)),)),
        rule(1, conditions=(TextIs(type="text", match="any", values=("size",)),)),
        rule(2, trigger=Trigger(kind="comment")),
        rule(3),
    ])  # fmt: skip
    outcome = book.ask(read("the price"))
    assert ([one.name for one in outcome.looked], outcome.passed_over) == (["rule 0", "rule 3"], 1)


def test_RU4_a_phrase_is_found_inside_a_sentence_of_any_script() -> None:
    def says(*values: str) -> Book:
        return Book(1, Automation(), [rule(0, conditions=(TextIs(type="text", match="any", values=values),))])

    assert fired(says("cuánto cuesta"), read("Hola, ¿CUANTO  cuesta esto?")) == [0]
    assert fired(says("价格"), read("请问价格多少")) == [0]
    assert fired(says("いくら"), read("これはいくらですか")) == [0]
    assert fired(says("cost"), read("costs")) == []
    assert fired(says("❤️"), read("I ❤ it")) == [0]
