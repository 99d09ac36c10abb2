"""Regular expressions that people write: RE2, whose time grows with the text and with nothing else. Rule RU5."""

from collections.abc import Sequence

import re2

LONGEST_PATTERN = 500
_MEMORY = 8 << 20
_SET_MEMORY = 64 << 20
_SMALL = 400  # instructions: those that go together, so that no large one crowds out the others
_LARGEST = 20_000


class NotAPattern(ValueError):
    """It cannot be used; the text says why."""


def refuse(pattern: str) -> None:
    """Raises NotAPattern with the reason, for whoever wrote it."""
    if not pattern or len(pattern) > LONGEST_PATTERN:
        raise NotAPattern(f"a pattern has 1 to {LONGEST_PATTERN} characters")
    try:
        size = re2.compile(pattern, _options(_MEMORY)).programsize
    except (re2.error, UnicodeError) as error:
        raise NotAPattern(_said(error)) from None
    if size > _LARGEST:
        raise NotAPattern("it repeats too much; use smaller numbers in braces")


class Patterns:
    """Many patterns, of which one text names those that match."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._alone: list[tuple[int, re2.Regexp]] = []
        self._together: list[int] = []
        self._set = re2.Set.SearchSet(_options(_SET_MEMORY))
        for number, pattern in enumerate(patterns):
            compiled = re2.compile(pattern, _options(_MEMORY))
            if compiled.programsize > _SMALL:
                self._alone.append((number, compiled))
            else:
                self._set.Add(pattern)
                self._together.append(number)
        if self._together:
            self._set.Compile()

    def matching(self, text: str) -> list[int]:
        """The numbers of the patterns that match somewhere in the text."""
        found = [self._together[number] for number in self._set.Match(text) or ()] if self._together else []
        return found + [number for number, pattern in self._alone if pattern.search(text) is not None]


def _options(memory: int) -> re2.Options:
    options = re2.Options()
    options.case_sensitive, options.max_mem, options.log_errors = False, memory, False
    return options


def _said(error: Exception) -> str:
    first = error.args[0] if error.args else ""
    return first.decode(errors="replace") if isinstance(first, bytes) else str(first)
