"""The customers: everybody is told by a number, from which all about them follows. Nobody of them exists."""

from dataclasses import dataclass
from typing import Literal

from confab.demo import dice, errands
from confab.demo.errands import Errand, Language

Where = Literal["bread", "cakes"]
WHERES: tuple[Where, ...] = ("bread", "cakes")
Temper = Literal["sunny", "brisk", "dreamy", "worried", "grumpy"]

_TEMPERS: tuple[Temper, ...] = ("sunny", "sunny", "brisk", "dreamy", "worried", "grumpy")
_FIRST_ID = 2_000_000_000_000_000
_ROOM = 10**15
_STRIDE = 618_033_988_749_897  # has no factor in common with the room, so every number has an id of its own
_MOST = 10**7

_NAMES: dict[Language, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        (
            "Ada", "Bea", "Callum", "Dora", "Edie", "Fergus", "Gwen", "Hattie", "Imogen", "Jonah", "Kit", "Lorna", "Magnus",
            "Nell", "Otis", "Posy", "Quinn", "Rufus", "Saoirse", "Tess", "Una", "Vince", "Wren", "Yara", "Zadie", "Amara",
            "Bashir", "Chidi", "Devika", "Ewan", "Farida", "Gita", "Hamza", "Ines", "Kofi", "Leila", "Mateusz", "Noor",
        ),
        (
            "Abernathy", "Birdsall", "Copperwell", "Dunmore", "Eastleigh", "Fairweather", "Grantham", "Hollis", "Ivory",
            "Juniper", "Kestrel", "Larkin", "Merriweather", "Northcott", "Okonjo", "Pemberly", "Quill", "Rosewarne",
            "Sandoval", "Thistlewood", "Underhay", "Varma", "Whitlock", "Yarrow", "Zeller", "Banerjee", "Haddad", "Nowak",
        ),
    ),
    "de": (
        ("Anke", "Bjarne", "Clara", "Dörte", "Enno", "Fiete", "Greta", "Heike", "Jule", "Lasse", "Merle", "Nils", "Svea"),
        ("Brandtner", "Deichmüller", "Ehlersen", "Fuhrmannek", "Hansumer", "Kröger", "Petersen", "Siebelhoff", "Thomsen"),
    ),
    "es": (
        ("Alba", "Bruno", "Carmen", "Diego", "Elena", "Inés", "Jimena", "Lucía", "Marcos", "Nuria", "Pablo", "Rocío", "Tomás"),
        ("Arroyo", "Belmonte", "Castaño", "Escudero", "Marín", "Olmedo", "Quiroga", "Robles", "Salvatierra", "Vidal"),
    ),
    "ar": (
        ("ليلى", "سامي", "نور", "رنا", "كريم", "هالة", "زياد", "مريم"),
        ("حداد", "نجار", "خوري", "سعيد", "منصور", "العلي"),
    ),
    "ja": (
        ("葵", "蓮", "陽菜", "湊", "結衣", "大和", "凛", "樹"),
        ("田中", "小林", "森", "石川", "藤本", "松岡"),
    ),
}  # fmt: skip
_FOREIGN: dict[int, Language] = {4: "de", 9: "es", 15: "ja", 19: "de", 22: "es", 27: "ar"}
_KINDS: tuple[tuple[Where, Language], ...] = tuple(  # a quarter wants a cake, a fifth does not write in English
    ("cakes" if number % 4 == 3 else "bread", _FOREIGN.get(number % 30, "en")) for number in range(60)
)
_FOREIGN_HANDLES = (
    "laila", "sami", "nour", "rana", "karim", "hala", "ziad", "maryam", "aoi", "ren", "hina", "minato", "yui", "yamato",
    "rin", "itsuki",
)  # fmt: skip
_LIKES = (
    "crumbs", "butterside", "slowdough", "rye.and.shine", "seagulls", "secondbreakfast", "teaspoon", "windowseat", "bikes",
    "tidepools", "wool", "lighthouse", "film", "ceramics", "allotment", "choir", "swims", "runs.late", "reads", "onions",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer of one of the two accounts."""

    number: int
    igsid: str
    where: Where
    first: str
    name: str
    username: str
    language: Language
    temper: Temper
    follower_count: int
    errand: Errand


def person(number: int) -> Person:
    """The customer of this number, always the same."""
    roll = dice.of("person", number)
    where, language = _KINDS[number % len(_KINDS)]
    firsts, lasts = _NAMES[language]
    first = roll.choice(firsts)
    return Person(
        number=number,
        igsid=igsid_of(number),
        where=where,
        first=first,
        name=_full_name(language, first, roll.choice(lasts)),
        username=_username(language, first, roll.choice(_LIKES), number),
        language=language,
        temper=roll.choice(_TEMPERS),
        follower_count=int(10 ** roll.uniform(1.2, 3.9)),
        errand=_errand(number, where, language),
    )


def igsid_of(number: int) -> str:
    """A participant's id as Instagram gives them, from which the number can be had again."""
    return str(_FIRST_ID + (number + 1) * _STRIDE % _ROOM)


def number_of(igsid: str) -> int:
    """The number behind an id; of an id that is not from here, one of its own."""
    place = int(igsid) - _FIRST_ID
    if 0 < place < _ROOM:
        number = place * pow(_STRIDE, -1, _ROOM) % _ROOM - 1
        if number < _MOST:
            return number
    return _MOST + int(igsid) % _MOST


def _full_name(language: Language, first: str, last: str) -> str:
    return f"{last} {first}" if language == "ja" else f"{first} {last}"


def _username(language: Language, first: str, likes: str, number: int) -> str:
    """What can be told apart at a glance; the number makes it one of a kind."""
    if language in ("ar", "ja"):
        names = _NAMES["ar"][0] + _NAMES["ja"][0]
        handle = _FOREIGN_HANDLES[names.index(first)]
    else:
        handle = first.lower().translate(str.maketrans("öíéñ", "oien"))
    return (f"{handle}.{likes}{number}", f"{handle}_{number}_{likes}", f"{likes}.{handle}{number}")[number % 3]


def _errand(number: int, where: Where, language: Language) -> Errand:
    """They take turns, in an order that does not show: as long as there are unused ones none comes twice."""
    round_, place = divmod(number, len(_KINDS))
    alike = _KINDS.count((where, language)) * round_ + _KINDS[:place].count((where, language))
    known = errands.at(where, language)
    turn, nth = divmod(alike, len(known))
    order = list(range(len(known)))
    dice.of("errands", where, language, turn).shuffle(order)
    return known[order[nth]]
