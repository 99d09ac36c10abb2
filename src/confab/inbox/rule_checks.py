"""What a rule may say: checked when it is saved, so that nothing is found out at three in the morning. Pure. Rules RU15, RU16."""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from confab.automation import folding, patterns
from confab.errors import Invalid
from confab.inbox import contents, in_public, template
from confab.model.rules import (
    Action,
    Automation,
    CallOut,
    Condition,
    Definition,
    HistoryIs,
    Labelled,
    LeaveNote,
    Notify,
    PersonIs,
    PostIs,
    PrivateReply,
    PublicReply,
    PutLabels,
    PutStatus,
    Reply,
    Span,
    TextIs,
    TimeIs,
    Trigger,
)

_NAME, _CONDITIONS, _ACTIONS, _VALUES, _VALUE, _TEXT, _LABELS, _LABEL, _SPANS, _POSTS = (
    100,
    20,
    10,
    50,
    200,
    2000,
    20,
    40,
    50,
    200,
)
_PUBLIC = f"A public answer has at most {in_public.LONGEST:,} characters."
_PRIVATE_BYTES = 800  # with what every automatic text says besides it is one message
_LONGEST_COOLDOWN_S = 30 * 86400
_MINUTES = {"no_answer": 10_080, "window_closing": 1_380}
_DISCLOSURE_BYTES = 200
_WORDS = 20
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_NEVER_CLOSES = "24:00"


def checked(given: Definition) -> Definition:
    """The definition if it can be kept, tidied. Raises Invalid with the field that is wrong and what would be right."""
    name = " ".join(given.name.split())
    _must(0 < len(name) <= _NAME and contents.bad_text(name) is None, "name", f"A rule's name has 1 to {_NAME} characters.")
    _must(0 <= given.cooldown_s <= _LONGEST_COOLDOWN_S, "cooldown_s", "A cool-down is 0 seconds to 30 days.")
    _must(len(given.conditions) <= _CONDITIONS, "conditions", f"A rule has at most {_CONDITIONS} conditions.")
    _must(0 < len(given.actions) <= _ACTIONS, "actions", f"A rule does 1 to {_ACTIONS} things.")
    _trigger(given.trigger)
    for number, condition in enumerate(given.conditions):
        _condition(condition, given.trigger, f"conditions.{number}")
    for number, action in enumerate(given.actions):
        _action(action, given.trigger, f"actions.{number}")
    for kind, how in ((PrivateReply, "private"), (PublicReply, "public")):
        count = sum(isinstance(one, kind) for one in given.actions)
        _must(count <= 1, "actions", f"A comment is answered in {how} once; keep one {how} reply.")
    return replace(given, name=name)


def checked_settings(given: Automation) -> Automation:
    """The settings if they can be kept. Raises Invalid."""
    try:
        ZoneInfo(given.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("Name a time zone as in Europe/Madrid.", field="zone") from None
    _spans(given.hours, "hours")
    disclosure = (given.disclosure or "").strip() or None
    if disclosure is not None:
        is_good = contents.bad_text(disclosure) is None and len(disclosure.encode()) <= _DISCLOSURE_BYTES
        _must(is_good, "disclosure", f"What every automatic text says besides has at most {_DISCLOSURE_BYTES} bytes.")
    for field in ("opt_out_words", "opt_in_words", "person_words"):
        words: tuple[str, ...] = getattr(given, field)
        is_good = len(words) <= _WORDS and all(_has_words(word) and len(word) <= _VALUE for word in words)
        _must(is_good, field, f"At most {_WORDS} words or phrases, each with a letter or digit.")
    _must(0 <= given.pause_minutes <= 10_080, "pause_minutes", "A person's answer pauses rules for 0 minutes to 7 days.")
    _must(1 <= given.most_per_hour <= 100, "most_per_hour", "1 to 100 automatic messages an hour go to one person.")
    return replace(given, disclosure=disclosure)


def _must(holds: bool, field: str, words: str, **facts: object) -> None:
    if not holds:
        raise Invalid(words, field=field, **facts)


def _trigger(trigger: Trigger) -> None:
    most = _MINUTES.get(trigger.kind)
    if most is not None:
        is_good = trigger.minutes is not None and 1 <= trigger.minutes <= most
        _must(is_good, "trigger.minutes", f"Say after how many minutes: 1 to {most}.")
    else:
        _must(trigger.minutes is None, "trigger.minutes", "Minutes are for what only time brings.")
    if trigger.payload is not None:
        _must(trigger.kind == "tapped", "trigger.payload", "A payload is for choices that are tapped.")
        is_good = contents.bad_text(trigger.payload) is None and len(trigger.payload.encode()) <= 1000
        _must(is_good, "trigger.payload", "A payload has 1 to 1000 bytes.")


def _condition(condition: Condition, trigger: Trigger, field: str) -> None:
    match condition:
        case TextIs():
            _text(condition, field)
        case Labelled():
            _labels((*condition.any, *condition.none), field)
        case TimeIs():
            _spans(condition.spans, field)
        case PostIs():
            _must(trigger.kind == "comment", field, "Only a comment stands under a post.")
            _must(0 < len(condition.media_ig_ids) <= _POSTS, field, f"Name 1 to {_POSTS} posts.")
        case PersonIs() | HistoryIs():
            _numbers(condition, field)


def _text(condition: TextIs, field: str) -> None:
    values = condition.values
    _must(0 < len(values) <= _VALUES, field, f"Name 1 to {_VALUES} words, phrases or patterns.")
    if condition.match != "pattern":
        is_good = all(len(value) <= _VALUE and contents.bad_text(value) is None and _has_words(value) for value in values)
        _must(is_good, field, f"A word or phrase has at most {_VALUE} characters, one of them a letter, digit or emoji.")
        return
    for value in values:
        try:
            patterns.refuse(value)
        except patterns.NotAPattern as error:
            raise Invalid(f"This pattern cannot be used: {error}.", field=field, code="pattern_refused") from None


def _has_words(value: str) -> bool:
    return bool(folding.words(folding.fold(value)))


def _numbers(condition: PersonIs | HistoryIs, field: str) -> None:
    given = (condition.min_followers,) if isinstance(condition, PersonIs) else (condition.min_messages, condition.max_messages)
    _must(all(number is None or 0 <= number <= 10**9 for number in given), field, "A number is 0 or more.")


def _labels(labels: Sequence[str], field: str) -> None:
    is_good = 0 < len(labels) <= _LABELS and all(
        label == " ".join(label.split()) and 0 < len(label) <= _LABEL for label in labels
    )
    _must(is_good, field, f"Name 1 to {_LABELS} labels of at most {_LABEL} characters.")


def _spans(spans: Sequence[Span], field: str) -> None:
    is_good = len(spans) <= _SPANS and all(
        span.days and set(span.days) <= set(range(7)) and _CLOCK.fullmatch(span.start)
        and (_CLOCK.fullmatch(span.end) or span.end == _NEVER_CLOSES)
        for span in spans
    )  # fmt: skip
    _must(is_good, field, "Hours name days from 0 (Monday) to 6, a start and an end as HH:MM.")


def _action(action: Action, trigger: Trigger, field: str) -> None:
    is_comment = trigger.kind == "comment"
    match action:
        case Reply():
            _must(not is_comment, field, "A comment is answered in private or in public, not with a message.")
            _words(action.text, field)
            _choices(action, field)
        case PrivateReply():
            _must(is_comment, field, "Only a comment is answered in private.")
            _words(action.text, field)
            _must(len(action.text.encode()) <= _PRIVATE_BYTES, field, f"A private reply has at most {_PRIVATE_BYTES} bytes.")
        case PublicReply():
            _must(is_comment, field, "Only a comment is answered in public.")
            _must(contents.bad_text(action.text) is None, field, "Say something to answer the comment with.")
            _must(len(action.text) <= in_public.LONGEST, field, _PUBLIC)
        case PutLabels():
            _labels((*action.add, *action.remove), field)
        case PutStatus():
            is_good = (action.status == "snoozed") == (action.snooze_minutes is not None)
            _must(is_good, field, "Say for how many minutes to snooze, and only then.")
            _must(action.snooze_minutes is None or 1 <= action.snooze_minutes <= 43_200, field, "Snooze 1 minute to 30 days.")
        case LeaveNote() | Notify():
            is_good = contents.bad_text(action.text) is None and len(action.text) <= _TEXT
            _must(is_good, field, f"Say something of at most {_TEXT} characters.")
        case CallOut():
            _must(_is_https(action.url), field, "Name an https address.")
        case _:
            pass  # whom a conversation is given is looked up when it is


def _words(text: str, field: str) -> None:
    wrong = contents.bad_text(text)
    _must(wrong is None and len(text) <= _TEXT, field, wrong or f"An automatic text has at most {_TEXT} characters.")
    unknown = template.unknown(text)
    known = ", ".join(f"{{{name}}}" for name in template.VARIABLES)
    _must(unknown is None, field, f"There is no variable {{{unknown}}}. There are {known}.", code="unknown_variable")


def _choices(action: Reply, field: str) -> None:
    given = [{"title": one.title, "payload": one.payload} for one in action.quick_replies]
    ruling = contents.refused_content("text", {"text": "?", "quick_replies": given})
    _must(ruling is None, field, ruling.words if ruling is not None else "")
    is_short = not given or len(action.text.encode()) <= _PRIVATE_BYTES
    _must(is_short, field, f"A text with choices under it has at most {_PRIVATE_BYTES} bytes.")


def _is_https(url: str) -> bool:
    try:
        found = urlsplit(url)
        return found.scheme == "https" and bool(found.hostname) and found.username is None and len(url) <= 2000 and url.isascii()
    except ValueError:
        return False
