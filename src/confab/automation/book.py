"""An account's rules, compiled: an event finds those that can fire by its words, and no other is looked at. Rule RU3.

A rule stands under its anchor: what its first text condition waits for, or the tapped choice, the post or the label; only those
without any are asked each time. What an index leaves out would have said no: a test compares it with asking
them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from confab.automation import conditions, folding
from confab.automation.facts import Read
from confab.automation.patterns import Patterns
from confab.model.rules import Automation, Labelled, Looked, PostIs, Rule, TextIs, TriggerKind

_POSITION = attrgetter("position")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Which rules were asked, in order, and which fire. `passed_over`: how many of the trigger no word of the event led to."""

    looked: list[Looked]
    fired: list[Rule]
    passed_over: int


@dataclass(slots=True)
class _Shelf:
    """The rules of one trigger."""

    count: int = 0
    always: list[Rule] = field(default_factory=list)
    by_word: dict[str, list[Rule]] = field(default_factory=dict)
    by_text: dict[str, list[Rule]] = field(default_factory=dict)
    by_payload: dict[str, list[Rule]] = field(default_factory=dict)
    by_post: dict[str, list[Rule]] = field(default_factory=dict)
    by_label: dict[str, list[Rule]] = field(default_factory=dict)
    by_pattern: list[Rule] = field(default_factory=list)
    patterns: Patterns | None = None


class Book:
    """The live rules of an account, at one version."""

    def __init__(self, version: int, settings: Automation, rules: Sequence[Rule]) -> None:
        self.version = version
        self.settings = settings
        self._shelves: dict[TriggerKind, _Shelf] = {}
        texts: dict[TriggerKind, list[str]] = {}
        for rule in sorted(rules, key=lambda rule: rule.position):
            if rule.mode != "off":
                kind = rule.definition.trigger.kind
                _put(self._shelves.setdefault(kind, _Shelf()), rule, texts.setdefault(kind, []))
        for kind, patterns in texts.items():
            if patterns:
                self._shelves[kind].patterns = Patterns(patterns)

    def ask(self, read: Read) -> Outcome:
        """What the rules say to an event, in their order. A rule that only watches stops no other."""
        shelves = [shelf for kind in read.facts.kinds if (shelf := self._shelves.get(kind)) is not None]
        found: list[Rule] = []
        for shelf in shelves:
            _find(shelf, read, found)
        if len(found) > 1:
            found = sorted({id(rule): rule for rule in found}.values(), key=_POSITION)
        looked: list[Looked] = []
        fired: list[Rule] = []
        for rule in found:
            why = conditions.why_not(rule, read, self.settings)
            looked.append(
                Looked(rule_id=rule.id, version=rule.version, name=rule.definition.name, fired=why is None, why=why)
            )  # fmt: skip
            if why is None:
                fired.append(rule)
                if rule.definition.stops and rule.mode == "on":
                    break
        return Outcome(looked=looked, fired=fired, passed_over=sum(shelf.count for shelf in shelves) - len(found))


def _find(shelf: _Shelf, read: Read, found: list[Rule]) -> None:
    found += shelf.always
    if shelf.by_word:
        for word in shelf.by_word.keys() & read.words:
            found += shelf.by_word[word]
    if shelf.by_text:
        found += shelf.by_text.get(read.line, ())
    if shelf.by_payload:
        found += shelf.by_payload.get(read.facts.payload or "", ())
    if shelf.by_post:
        found += shelf.by_post.get(read.facts.media_ig_id or "", ())
    if shelf.by_label:
        for label in read.facts.labels:
            found += shelf.by_label.get(label, ())
    if shelf.patterns is not None and read.facts.text:
        found += [shelf.by_pattern[number] for number in shelf.patterns.matching(read.facts.text[: folding.LONGEST])]


def _put(shelf: _Shelf, rule: Rule, patterns: list[str]) -> None:
    shelf.count += 1
    definition = rule.definition
    text = next((one for one in definition.conditions if isinstance(one, TextIs) and not one.is_not), None)
    post = next((one for one in definition.conditions if isinstance(one, PostIs)), None)
    labels = next((one for one in definition.conditions if isinstance(one, Labelled) and one.any), None)
    if definition.trigger.payload is not None:
        shelf.by_payload.setdefault(definition.trigger.payload, []).append(rule)
    elif text is not None:
        _put_by_text(shelf, rule, text, patterns)
    elif post is not None:
        for media in set(post.media_ig_ids):
            shelf.by_post.setdefault(media, []).append(rule)
    elif labels is not None:
        for label in set(labels.any):
            shelf.by_label.setdefault(label, []).append(rule)
    else:
        shelf.always.append(rule)


def _put_by_text(shelf: _Shelf, rule: Rule, text: TextIs, patterns: list[str]) -> None:
    match text.match:
        case "pattern":
            patterns.extend(text.values)
            shelf.by_pattern.extend([rule] * len(text.values))
        case "exact":
            for line in set(conditions.lines(text.values)):
                shelf.by_text.setdefault(line, []).append(rule)
        case "all":
            shelf.by_word.setdefault(max(_anchors(text.values), key=len), []).append(rule)
        case "any":
            for word in _anchors(text.values):
                shelf.by_word.setdefault(word, []).append(rule)


def _anchors(values: Sequence[str]) -> set[str]:
    """Of each word or phrase the longest word, which is the rarest as far as anybody knows."""
    return {max(found, key=len) for value in values if (found := folding.words(folding.fold(value)))}
