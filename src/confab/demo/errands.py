"""What customers come for: the dialogues of errands.txt, read once, and their blanks filled in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from random import Random
from typing import Literal

Language = Literal["en", "de", "es", "ar", "ja"]
Side = Literal["customer", "bakery"]
Doing = Literal["say", "edit", "unsend", "react"]

LANGUAGES: tuple[Language, ...] = ("en", "de", "es", "ar", "ja")

_SIGNS: dict[str, tuple[Side, Doing]] = {
    ">": ("customer", "say"),
    "<": ("bakery", "say"),
    "~": ("customer", "edit"),
    "!": ("customer", "unsend"),
    "*": ("customer", "react"),
}
_THING = re.compile(r"\[(\w+)(?: (\w+))?\] ?(.*)")

_BLANKS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
        "hour": ("half past 7", "8", "9", "10", "half past 10", "noon", "3", "4", "5"),
        "bread": ("dark rye", "sourdough", "spelt loaf", "walnut bread", "seed bread", "potato loaf", "harbour loaf"),
        "cake": ("carrot cake", "plum cake", "poppy seed cake", "apple cake", "lemon tart", "chocolate cake", "cherry cake"),
        "n": ("6", "8", "10", "12", "14", "16", "18", "20", "24"),
        "street": ("Mill Lane", "Lantern Street", "Fishmarket 4", "the old lighthouse", "Ropewalk 17", "Heron Row"),
        "child": ("Mila", "Theo", "Juno", "Emil", "Frida", "Anouk", "Oskar", "Nour", "Ida", "Leo"),
    },
    "de": {
        "day": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"),
        "hour": ("8", "halb neun", "9", "10", "halb elf", "15 Uhr", "16 Uhr"),
        "bread": ("Roggenbrot", "Dinkelbrot", "Hafenbrot", "Walnussbrot"),
        "cake": ("Apfeltorte", "Mohntorte", "Zitronentorte", "Kirschtorte"),
        "n": ("6", "8", "10", "12", "15", "20"),
        "child": ("Mila", "Theo", "Frida", "Emil", "Ida"),
    },
    "es": {
        "day": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado"),
        "hour": ("8", "9", "10", "11", "12"),
        "cake": ("tarta de limón", "tarta de manzana", "tarta de chocolate", "tarta de queso"),
        "n": ("6", "8", "10", "12", "15"),
    },
    "ar": {},
    "ja": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a dialogue. `thing` is what is sent with it: a photo, a voice note; `payload` belongs to a tap."""

    side: Side
    doing: Doing
    text: str | None
    thing: str | None = None
    payload: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A dialogue, and where it happens."""

    name: str
    language: Language
    where: Literal["bread", "cakes", "both"]
    steps: tuple[Step, ...]


def parse(text: str) -> list[Errand]:
    """The errands of a text, whose form its own head explains. Raises ValueError with the line that is wrong."""
    found: list[Errand] = []
    for line in text.splitlines():
        sign, _, rest = line.partition(" ")
        if sign == "#":
            found.append(_titled(line))
        elif found and sign in _SIGNS:
            found[-1] = replace(found[-1], steps=(*found[-1].steps, _step(sign, rest.strip())))
        elif found and line.strip():
            raise ValueError(f"not a line of an errand: {line!r}")
    return found


@cache
def every() -> tuple[Errand, ...]:
    """All errands there are."""
    return tuple(parse(resources.files("confab.demo").joinpath("errands.txt").read_text(encoding="utf-8")))


@cache
def at(where: Literal["bread", "cakes"], language: Language) -> tuple[Errand, ...]:
    """The errands that somebody of this language comes with to one of the accounts."""
    return tuple(one for one in every() if one.where in (where, "both") and one.language == language)


def filled(errand: Errand, first: str, dice: Random) -> tuple[Step, ...]:
    """The dialogue with every blank filled in, the same throughout."""
    blanks = {name: dice.choice(values) for name, values in _BLANKS[errand.language].items()}
    blanks["first"] = first
    return tuple(replace(step, text=step.text and step.text.format(**blanks)) for step in errand.steps)


def turns(steps: Sequence[Step]) -> list[list[Step]]:
    """The customer's lines, grouped by what is said without waiting for the bakery."""
    found: list[list[Step]] = [[]]
    for step in steps:
        if step.side == "bakery":
            found.append([])
        else:
            found[-1].append(step)
    return [turn for turn in found if turn]


def _titled(line: str) -> Errand:
    match line.split()[1:]:
        case [name, ("en" | "de" | "es" | "ar" | "ja") as language, ("bread" | "cakes" | "both") as where]:
            return Errand(name=name, language=language, where=where, steps=())
        case _:
            raise ValueError(f"not the title of an errand: {line!r}")


def _step(sign: str, rest: str) -> Step:
    side, doing = _SIGNS[sign]
    match = _THING.fullmatch(rest)
    if match is None:
        return Step(side=side, doing=doing, text=rest or None)
    return Step(side=side, doing=doing, text=match[3] or None, thing=match[1], payload=match[2])
