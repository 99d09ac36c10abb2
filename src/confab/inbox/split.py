"""A long text in parts that Instagram takes, cut where a reader would. Pure; rule O13 of docs/spec/inbox.md.

The web has the same function; `tests/vectors/split.json` holds both to it.
"""

import re

from confab.inbox.policy import MAX_TEXT_BYTES

_BLANK = " \t\r\n"
_JOINS = re.compile("[\u0300-\u036f\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")  # belongs to the character before it
_LONGEST_CHARACTER = 20


def split(text: str, most_bytes: int = MAX_TEXT_BYTES) -> list[str]:
    """The parts in order, each of at most `most_bytes` of UTF-8: at a paragraph, else a line, else a word, else a character."""
    parts: list[str] = []
    rest = text.strip(_BLANK)
    while len(rest.encode()) > most_bytes:
        cut = _cut(rest, len(rest.encode()[:most_bytes].decode(errors="ignore")))
        parts.append(rest[:cut].rstrip(_BLANK))
        rest = rest[cut:].lstrip(_BLANK)
    return [*parts, rest] if rest else parts


def _cut(text: str, most: int) -> int:
    """Where to cut, at most after `most` characters. A paragraph or line that would leave half of it empty is not waited for."""
    for mark in ("\n\n", "\n"):
        found = text.rfind(mark, most // 2, most + 1)
        if found > 0:
            return found
    word = max(text.rfind(blank, 0, most + 1) for blank in _BLANK)
    return word if word > 0 else _before_character(text, most)


def _before_character(text: str, most: int) -> int:
    for cut in range(most, max(most - _LONGEST_CHARACTER, 1), -1):
        if not _JOINS.match(text[cut]) and text[cut - 1] != "\u200d":
            return cut
    return most
