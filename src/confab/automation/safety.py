"""When rules keep quiet: people first, and no machine talks to another. Rules RU10-RU13."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from confab.automation import folding
from confab.automation.conditions import lines
from confab.model.rules import Automation

_AT_ONCE = timedelta(seconds=3)
_AT_ONCE_TIMES = 3
_SAME_TIMES = 4
HOUR = timedelta(hours=1)
LOOP_PAUSE = timedelta(hours=24)

Step = Literal["opt_out", "opt_in", "person", "loop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of the conversation: who wrote it and when; `is_tap`: a choice that was tapped; `words`: what tells its text from
    others."""

    author: str
    at: datetime
    is_tap: bool = False
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a person stands to automation. `recent`: the newest messages, newest first; `sent_last_hour`: by rules, to them."""

    recent: Sequence[Said] = ()
    sent_last_hour: int = 0
    is_one_of_ours: bool = False
    is_handled_elsewhere: bool = False
    opted_out_at: datetime | None = None
    paused_until: datetime | None = None
    pause_reason: str | None = None
    resumed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Why no rule is asked, and what has to be remembered besides."""

    why: str
    step: Step | None = None


def quiet(text: str | None, standing: Standing, settings: Automation, now: datetime) -> Quiet | None:
    """Why nothing automatic may happen now; None: rules may be asked."""
    if standing.is_one_of_ours:
        return Quiet(why="it is from another account of this workspace")
    if standing.is_handled_elsewhere:
        return Quiet(why="another app has the conversation")
    said = folding.line(folding.words(folding.fold(text))) if text else ""
    if standing.opted_out_at is not None:
        if said in lines(settings.opt_in_words):
            return Quiet(why="they want automatic answers again; from the next message on", step="opt_in")
        return Quiet(why="they want no automatic answers")
    if said and said in lines(settings.opt_out_words):
        return Quiet(why="they asked for no more automatic answers", step="opt_out")
    if said and said in lines(settings.person_words):
        return Quiet(why="they asked for a person", step="person")
    if standing.paused_until is not None and now < standing.paused_until:
        return Quiet(why=standing.pause_reason or "rules are paused in this conversation")
    if _has_a_person(standing, settings, now):
        return Quiet(why="a person has answered lately")
    return _loop(standing, settings)


def _has_a_person(standing: Standing, settings: Automation, now: datetime) -> bool:
    since = now - timedelta(minutes=settings.pause_minutes)
    if standing.resumed_at is not None:
        since = max(since, standing.resumed_at)
    return any(one.author in ("agent", "instagram") and one.at > since for one in standing.recent)


def _loop(standing: Standing, settings: Automation) -> Quiet | None:
    if standing.sent_last_hour >= settings.most_per_hour:
        return Quiet(why=f"rules have sent {settings.most_per_hour} messages to this person within an hour", step="loop")
    if is_machine(standing.recent):
        return Quiet(why="whoever writes answers within seconds, or always the same: it seems to be a machine", step="loop")
    return None


def is_machine(recent: Sequence[Said]) -> bool:
    """Whether the last automatic messages were each answered faster than anybody types, or each by the same words."""
    answers = [
        (newer, newer.at - older.at)
        for newer, older in pairwise(recent)
        if older.author == "rule" and newer.author == "participant"
    ]
    quick, same = answers[:_AT_ONCE_TIMES], answers[:_SAME_TIMES]
    is_quick = len(quick) == _AT_ONCE_TIMES and all(took <= _AT_ONCE and not one.is_tap for one, took in quick)
    is_same = len(same) == _SAME_TIMES and len({one.words for one, _ in same}) == 1 and not any(one.is_tap for one, _ in same)
    return is_quick or is_same
