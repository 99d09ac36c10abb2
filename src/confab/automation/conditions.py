"""Whether a rule fires for an event, and if not, why: one rule and one event. Rules RU4-RU6."""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache

from confab.automation import folding, hours
from confab.automation.facts import Facts, Read
from confab.automation.patterns import Patterns
from confab.model.rules import (
    Automation,
    Condition,
    HistoryIs,
    Labelled,
    PersonIs,
    Rule,
    TextIs,
    TimeIs,
    Trigger,
)

_KEPT = 4096


def why_not(rule: Rule, read: Read, settings: Automation) -> str | None:
    """The first thing that stands against it, in words; None: it fires."""
    definition = rule.definition
    missed = trigger_misses(definition.trigger, read.facts)
    if missed is not None:
        return missed
    for condition in definition.conditions:
        missed = misses(condition, read, settings)
        if missed is not None:
            return missed
    return _too_soon(rule, read) if read.last_fired else None


def trigger_misses(trigger: Trigger, facts: Facts) -> str | None:
    """Why an event is not what the rule waits for; None: it is."""
    if trigger.kind not in facts.kinds:
        return "it waits for something else"
    if trigger.payload is not None and trigger.payload != facts.payload:
        return "another choice was tapped"
    if trigger.minutes is not None and trigger.minutes != facts.minutes:
        return "it waits for another length of time"
    return None


def misses(condition: Condition, read: Read, settings: Automation) -> str | None:
    """Why a condition does not hold; None: it does. Never quotes what anybody wrote."""
    match condition.type:
        case "text":
            return _text(condition, read)
        case "labels":
            return _labels(condition, read.facts)
        case "person":
            return _person(condition, read.facts)
        case "history":
            return _history(condition, read.facts)
        case "time":
            return _time(condition, read.facts, settings)
        case "post":
            return None if read.facts.media_ig_id in condition.media_ig_ids else "it is under another post"


def _text(condition: TextIs, read: Read) -> str | None:
    holds = _TESTS[condition.match](condition.values, read)
    if holds == condition.is_not:
        return "the text is what it must not be" if condition.is_not else _MISSED[condition.match]
    return None


_MISSED = {
    "any": "none of its words occurs",
    "all": "not all of its words occur",
    "exact": "the text is another",
    "pattern": "its pattern does not match",
}


def _any(values: tuple[str, ...], read: Read) -> bool:
    return any(line in read.line for line in lines(values))


def _all(values: tuple[str, ...], read: Read) -> bool:
    return all(line in read.line for line in lines(values))


def _exact(values: tuple[str, ...], read: Read) -> bool:
    return read.line in lines(values) if read.words else False


def _pattern(values: tuple[str, ...], read: Read) -> bool:
    return bool(read.facts.text) and bool(_compiled(values).matching((read.facts.text or "")[: folding.LONGEST]))


_TESTS: dict[str, Callable[[tuple[str, ...], Read], bool]] = {"any": _any, "all": _all, "exact": _exact, "pattern": _pattern}


@lru_cache(_KEPT)
def lines(values: tuple[str, ...]) -> tuple[str, ...]:
    """Words and phrases as lines that are looked for."""
    return tuple(folding.line(folding.words(folding.fold(value))) for value in values)


@lru_cache(_KEPT)
def _compiled(values: tuple[str, ...]) -> Patterns:
    return Patterns(values)


def _person(condition: PersonIs, facts: Facts) -> str | None:
    wanted = (
        (condition.is_follower, facts.is_follower, "follows the account"),
        (condition.is_verified, facts.is_verified, "is verified"),
        (condition.is_member, facts.is_member, "is connected"),
    )
    for must, known, words in wanted:
        if must is not None and known is not must:
            return f"nobody knows whether the person {words}" if known is None else _unlike(words, is_so=known)
    if condition.min_followers is not None and (facts.followers or 0) < condition.min_followers:
        return f"the person has fewer than {condition.min_followers} followers"
    return None


def _unlike(words: str, *, is_so: bool) -> str:
    return f"the person {words}" if is_so else f"it is not so that the person {words}"


def _labels(condition: Labelled, facts: Facts) -> str | None:
    if condition.any and not facts.labels & set(condition.any):
        return "the conversation has none of its labels"
    there = sorted(facts.labels & set(condition.none))
    return f"the conversation has the label {there[0]}" if there else None


def _history(condition: HistoryIs, facts: Facts) -> str | None:
    before = facts.messages_before
    if condition.min_messages is not None and before < condition.min_messages:
        return f"they wrote fewer than {condition.min_messages} messages before"
    if condition.max_messages is not None and before > condition.max_messages:
        return f"they wrote more than {condition.max_messages} messages before"
    if condition.is_waiting is not None and condition.is_waiting != facts.is_waiting:
        return "a person has answered" if condition.is_waiting else "nobody has answered yet"
    return None


def _time(condition: TimeIs, facts: Facts, settings: Automation) -> str | None:
    spans = condition.spans or settings.hours
    within = not spans or hours.is_within(facts.at, settings.zone, spans)
    if within == condition.is_within:
        return None
    return "it happened outside the hours" if condition.is_within else "it happened within the hours"


def _too_soon(rule: Rule, read: Read) -> str | None:
    last = read.last_fired.get(rule.id)
    cooldown = timedelta(seconds=rule.definition.cooldown_s)
    if last is not None and read.now < last + cooldown:
        return "it fired for this person a short while ago"
    return None
