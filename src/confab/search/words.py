"""Texts as words: what is written differently and means the same is the same word. Pure; rules SE1, SE2.

Case, accents, width and ligatures make no difference, in any script. Writing without spaces (Chinese, Japanese, Thai and others)
is cut into pairs of characters, so that any part of it is found.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from confab.model.search import SnippetPart

MOST_WORDS = 200
"""How many words of one text are indexed."""
LONGEST_WORD = 40

_EXTRA = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n"})
_MARKS = re.compile(r"[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_JOINED = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"
    r"\u0900-\u0963\u0966-\u0dff\u0e01-\u0e3a\u0e40-\u0e4e\u0e80-\u0eff\u0f71-\u0fbc\u1000-\u1049\u1050-\u109f\u1780-\u17d3"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
"""Signs above, below and after letters: they belong to a word, and Python's own classes leave them out."""
_LETTERS = rf"[^\W_][{_JOINED}]*"
_RUN = re.compile(rf"(?:{_LETTERS})+(?:['’](?=\w)(?:{_LETTERS})+)*")
_UNSPACED = re.compile(
    r"[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003134f]+"
)
_PLAIN = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_SNIPPET = 140
_BEFORE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A word and where it stands in the text as it was written."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody looks for: words that must all be there, and the beginning of one more, None when the last is whole."""

    words: tuple[str, ...]
    prefix: str | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.words and self.prefix is None


def folded(text: str) -> str:
    """The text without what makes no difference between words."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _MARKS.sub("", plain)).translate(_EXTRA)


def spans(text: str, *, is_kept: bool = False) -> Iterator[Span]:
    """The words of a text in their order, with their places in it. `is_kept`: to be found by any part of what has no spaces."""
    for run in _RUN.finditer(text):
        at = run.start()
        for unspaced, piece in _pieces(run.group()):
            start, at = at, at + len(piece)
            yield from _pairs(piece, start, is_kept=is_kept) if unspaced else _plain(piece, start)


def of(*texts: str | None) -> list[str]:
    """The different words of these texts, in order of the alphabet; of very long ones the first."""
    found: dict[str, None] = {}
    for text in texts:
        for word in _words(text or ""):
            found[word] = None
            if len(found) == MOST_WORDS:
                return sorted(found)
    return sorted(found)


def query(text: str) -> Query:
    """What was typed: its last word may be the beginning of one, unless something follows it."""
    given = list(spans(text))
    if not given:
        return Query(words=(), prefix=None)
    last = given[-1]
    is_open = not text[last.end :].strip() and not text[-1].isspace()
    words = dict.fromkeys(span.word for span in (given[:-1] if is_open else given))
    return Query(words=tuple(word for word in words if not is_open or word != last.word), prefix=last.word if is_open else None)


def snippet(text: str, wanted: Query) -> list[SnippetPart]:
    """The part of a text where it says what was looked for, in pieces; whitespace is one space. Put together it is readable."""
    flat = " ".join(text.split())
    hits = _joined([span for span in spans(flat) if is_wanted(span.word, wanted)])
    start = _cut_before(flat, hits[0][0]) if hits else 0
    end = min(len(flat), start + _SNIPPET)
    parts = [SnippetPart(text="…", is_hit=False)] if start else []
    at = start
    for hit_start, hit_end in hits:
        if hit_start >= end:
            break
        if hit_start > at:
            parts.append(SnippetPart(text=flat[at:hit_start], is_hit=False))
        at = min(hit_end, end)
        parts.append(SnippetPart(text=flat[hit_start:at], is_hit=True))
    if at < end:
        parts.append(SnippetPart(text=flat[at:end], is_hit=False))
    return [*parts, SnippetPart(text="…", is_hit=False)] if end < len(flat) else parts


def is_wanted(word: str, wanted: Query) -> bool:
    """Whether a word is one of those that are looked for."""
    return word in wanted.words or (wanted.prefix is not None and word.startswith(wanted.prefix))


def _words(text: str) -> Iterable[str]:
    """What most people write in is quickly done with."""
    if text.isascii():
        return (word.replace("'", "")[:LONGEST_WORD] for word in _PLAIN.findall(text.lower()))
    return (span.word for span in spans(text, is_kept=True))


def _pieces(run: str) -> Iterator[tuple[bool, str]]:
    if run.isascii():
        yield False, run
        return
    at = 0
    for unspaced in _UNSPACED.finditer(run):
        if unspaced.start() > at:
            yield False, run[at : unspaced.start()]
        yield True, unspaced.group()
        at = unspaced.end()
    if at < len(run):
        yield False, run[at:]


def _plain(piece: str, start: int) -> Iterator[Span]:
    word = folded(piece).replace("'", "").replace("’", "")[:LONGEST_WORD]
    if word:
        yield Span(word=word, start=start, end=start + len(piece))


def _pairs(piece: str, start: int, *, is_kept: bool) -> Iterator[Span]:
    for index in range(len(piece) if is_kept else max(1, len(piece) - 1)):
        pair = piece[index : index + 2]
        yield Span(word=folded(pair), start=start + index, end=start + index + len(pair))


def _joined(hits: Sequence[Span]) -> list[tuple[int, int]]:
    """Hits that touch or overlap are one."""
    found: list[tuple[int, int]] = []
    for hit in hits:
        if found and hit.start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], hit.end))
        else:
            found.append((hit.start, hit.end))
    return found


def _cut_before(flat: str, hit: int) -> int:
    """Where a snippet begins so that the hit is seen: at a word, not too far before it."""
    if hit <= _BEFORE:
        return 0
    space = flat.find(" ", hit - _BEFORE, hit)
    return space + 1 if space >= 0 else hit - _BEFORE
