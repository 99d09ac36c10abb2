"""How customers decide: pure functions of who they are and what was said. The same always leads to the same."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from confab.demo import dice, errands, replies
from confab.demo.errands import Side, Step
from confab.demo.people import Person, Temper
from confab.demo.replies import Sense

Doing = Literal["say", "edit", "unsend", "react", "see"]

_PATIENCE: dict[Temper, int] = {"sunny": 4, "brisk": 2, "dreamy": 4, "worried": 3, "grumpy": 2}
_STUBBORN = 3  # so many more questions are answered when patience is over
_SIGNS: tuple[tuple[Sense, str], ...] = (
    ("photo", r"(photo|picture|\bpic\b|foto|bild|写真|صورة).*[?？؟]|send (me|us) (a|the) (photo|picture)"),
    ("allergy", r"allerg|intoleran"),
    ("how_many", r"(how many|how much do you|wie viele|cuánt[oa]s|何名|何個|كم شخص).*[?？؟]"),
    ("name", r"(what|which|your|welche[mnr]?|qué|a qué) .*\b(name|nombre)\b.*[?？؟]"),
    ("contact", r"(address|phone|e-?mail|adresse|dirección).*[?？؟]"),
    ("when", r"(when|what time|which day|wann|welchen tag|cuándo|a qué hora|いつ|何時|متى).*[?？؟]"),
    ("question", r"[?？؟]"),
    ("sorry", r"sorry|apolog|tut (uns|mir) leid|entschuldig|lo sentimos|perdón|آسف|すみません|申し訳"),
    ("no", r"unfortunately|sold out|can'?t|cannot|not possible|we don'?t|leider|ausverkauft|lamentab|no podemos|للأسف|残念"),
    ("price", r"[€$£]|\b\d+[.,]\d\d\b|\b(euros?|dollars?|pounds?)\b"),
    ("bye", r"\b(bye|goodbye|see you|have a (nice|lovely|good)|tschüss|bis bald|hasta (luego|pronto))\b"),
    ("greeting", r"^\W*(hi|hello|hey|good (morning|evening)|hallo|moin|hola|buenos días)\b.{0,14}$"),
)
_CHOICE = re.compile(
    r"(?:^|[,.:;!?]|\b(?:is it|rather|the|a|would you like|do you want|prefer))\s*([\w' -]{2,28}?) (?:or|oder) ([\w' -]{2,28}?)\?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that was said; `text` None when it was only a picture, a voice note and the like."""

    side: Side
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a customer does, so many seconds after the move before it. Edits, reactions and the like mean what came last."""

    doing: Doing
    after_s: float
    text: str | None = None
    thing: str | None = None
    payload: str | None = None


def opening(person: Person) -> list[Move]:
    """How they begin: everything they say before the bakery has answered."""
    roll = dice.of("opening", person.number)
    return _told(errands.turns(script(person))[0], roll, first_s=0)


def answer(person: Person, talk: Sequence[Line]) -> list[Move]:
    """What they do about what the bakery said last: look, and mostly say something 3 to 12 s later.

    A question is answered; else they go on with their errand; else they thank, ask, or leave it at a heart.
    """
    said = _unanswered(talk)
    if not said:
        return []
    roll = dice.of("answer", person.number, len(talk), said)
    looked = [Move(doing="see", after_s=round(roll.uniform(0.8, 2.2), 1))]
    what = sense(said)
    asked = what == "choice" or "?" in said or "？" in said or "؟" in said
    rounds = _rounds(talk)
    patience = _PATIENCE[person.temper]
    if asked and rounds < patience + _STUBBORN:
        return looked + _reply(person, said, what, roll)
    rest = _rest_of_errand(person, talk)
    if what in ("yes", "price") and any(step.doing == "say" for step in rest):
        return looked + _told(rest, roll, first_s=roll.uniform(2.5, 7))
    if rounds < patience:
        return looked + _reply(person, said, what, roll)
    heart = roll.choice(("❤️", "❤️", "👍", "😆"))
    return [*looked, Move(doing="react", after_s=round(roll.uniform(2, 8), 1), text=heart)]


def again(person: Person, nth: int) -> list[Move]:
    """What brings them back without having been asked."""
    roll = dice.of("again", person.number, nth)
    said = roll.choice(replies.AGAIN[person.language])
    if roll.random() < 0.2:
        return [Move(doing="say", after_s=0, text=_slipped(said, roll)), Move(doing="edit", after_s=6, text=said)]
    if roll.random() < 0.15:
        return [Move(doing="say", after_s=0, thing="photo"), Move(doing="say", after_s=4, text=said)]
    return [Move(doing="say", after_s=0, text=said)]


def sense(said: str) -> Sense:
    """What an answer is, as a customer takes it."""
    said = said.lower()
    if _CHOICE.search(said):
        return "choice"
    for found, sign in _SIGNS:
        if re.search(sign, said, re.DOTALL):
            return found
    return "yes"


def script(person: Person) -> tuple[Step, ...]:
    """Their errand as they have it in mind."""
    return errands.filled(person.errand, person.first, dice.of("blanks", person.number))


def _reply(person: Person, said: str, what: Sense, roll: Random) -> list[Move]:
    known = replies.BACK[person.language]
    is_question = what in ("choice", "when", "how_many", "name", "contact", "allergy", "question")
    lines = known.get(what) or known["question" if is_question else "yes"]
    text = roll.choice(lines).format(pick=_pick(said, roll), name=person.name, first=person.first)
    text = text[:1].upper() + text[1:]
    moves = [Move(doing="say", after_s=round(roll.uniform(2.5, 8.5), 1), text=text)]
    if what == "photo":
        moves.append(Move(doing="say", after_s=2, thing="photo"))
    elif not is_question and roll.random() < 0.25:
        moves.insert(0, Move(doing="react", after_s=1, text="❤️"))
    elif roll.random() < 0.12:
        moves = [Move(doing="say", after_s=moves[0].after_s, text=_slipped(text, roll)), Move(doing="edit", after_s=5, text=text)]
    return moves


def _pick(said: str, roll: Random) -> str:
    """One of the two that the bakery offered."""
    found = _CHOICE.search(said.lower())
    if found is None:
        return "the first one"
    return found[roll.choice((1, 2))].strip()


def _told(steps: Sequence[Step], roll: Random, *, first_s: float) -> list[Move]:
    moves: list[Move] = []
    for step in steps:
        after_s = roll.uniform(2, 6) if moves else first_s
        move = Move(doing=step.doing, after_s=round(after_s, 1), text=step.text, thing=step.thing, payload=step.payload)
        moves.append(move)
    return moves


def _unanswered(talk: Sequence[Line]) -> str:
    """What the bakery said since the customer spoke last."""
    said: list[str] = []
    for line in reversed(talk):
        if line.side == "customer":
            break
        said.append(line.text or "")
    return "\n".join(reversed(said)).strip()


def _rounds(talk: Sequence[Line]) -> int:
    """How often they have answered the bakery already."""
    return sum(before.side == "bakery" and after.side == "customer" for before, after in itertools.pairwise(talk))


def _rest_of_errand(person: Person, talk: Sequence[Line]) -> list[Step]:
    """The turn of their errand that comes next: the one after the last that they have said."""
    said = {line.text for line in talk if line.side == "customer"}
    turns = errands.turns(script(person))
    reached = [place for place, turn in enumerate(turns) if any(step.text in said for step in turn if step.text)]
    place = reached[-1] + 1 if reached else 1
    return turns[place] if place < len(turns) else []


def _slipped(text: str, roll: Random) -> str:
    """The text as it comes out when one types too fast: two letters in the wrong order."""
    places = [place for place in range(1, len(text) - 2) if text[place : place + 2].isalpha() and text[place] != text[place + 1]]
    if not places:
        return text
    place = roll.choice(places)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
