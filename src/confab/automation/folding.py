"""Texts as rules compare them: without case, accents, width and invisible characters, cut into words.

In scripts without spaces every character is a word, so that a phrase is found inside a sentence. Rule RU4.
"""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 10_000  # characters of a text that are looked at

_MARKS = (
    (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F),
)  # fmt: skip
_INVISIBLE = "\u00ad\u0640\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_APOSTROPHES = "'\u2018\u2019\u02bc\uff07`\u00b4"
_PLAIN = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
_REPLACED: dict[int, str] = {
    **{code: "" for first, last in _MARKS for code in range(first, last + 1)},
    **{ord(character): "" for character in _INVISIBLE + _APOSTROPHES},
    **{ord(character): plain for character, plain in _PLAIN.items()},
}

_ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)  # Thai, Lao, Burmese, Khmer, kana, Han: written without spaces
_SIGNS = "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff"
_INDIC = "\u0900-\u0963\u0966-\u0dff"  # whose vowels are marks, and no letters for regular expressions
_WORD = re.compile(rf"[{_ALONE}{_SIGNS}]|(?:[^\W_{_ALONE}{_SIGNS}]|[{_INDIC}])+")
_PLAIN_WORD = re.compile(r"[a-z0-9]+")


def fold(text: str) -> str:
    """The text as it is compared."""
    if text.isascii():
        return text[:LONGEST].lower().replace("'", "").replace("`", "")
    spread = unicodedata.normalize("NFKD", text[:LONGEST]).casefold()
    return unicodedata.normalize("NFKC", spread.translate(_REPLACED))[:LONGEST]


def words(folded: str) -> list[str]:
    """The words of a folded text, in order; every emoji is one."""
    return (_PLAIN_WORD if folded.isascii() else _WORD).findall(folded)


def line(found: Iterable[str]) -> str:
    """Words in one line with a space around each, so that a phrase is in a text when its line is."""
    return f" {' '.join(found)} "
