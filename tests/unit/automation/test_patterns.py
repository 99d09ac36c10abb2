"""Regular expressions that people write, also those who mean harm. Rule RU5."""

import time

import pytest

from confab.automation.patterns import NotAPattern, Patterns, refuse

HOSTILE = [
    r"(a+)+$", r"(a|a)*$", r"(a|aa)+$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(.*)*x", r"(x+x+)+y", r"^(\w+\s?)*$", r"(a*)*b",
    r"([a-zA-Z]+)*\d", r"^(a?){50}a{50}$", r"(?:a.*){10}b", r"(\d+)*[^\d]", r"((ab)*)*c", r"(.+)+\n", r"^(.|\n)*?$z",
    r"[^x]*[^y]*[^z]*q", r"(?i)(HEL+O+)+!{3}", r"\b(\w+\W+){1,30}end",
]  # fmt: skip


@pytest.mark.parametrize("pattern", HOSTILE)
def test_RU5_no_pattern_takes_longer_than_its_text(pattern: str) -> None:
    refuse(pattern)
    patterns = Patterns([pattern])
    began = time.process_time()
    for text in ("a" * 10_000 + "!", "x" * 10_000, "ab" * 5_000, "hello " * 1_600):
        patterns.matching(text)
    assert time.process_time() - began < 2


def test_RU5_all_hostile_patterns_together_are_no_worse() -> None:
    patterns = Patterns(HOSTILE * 10)
    began = time.process_time()
    patterns.matching("a" * 10_000 + "!")
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "pattern",
    ["", "(", "a{1,5000}", "(?=a)", r"(a)\1", "(?<!x)y", "x" * 501, "((a{30}){30}){30}", "[z-a]", "\\", "(?P<n", "a**\x00)"],
)
def test_RU5_what_is_no_pattern_is_refused_with_the_reason(pattern: str) -> None:
    with pytest.raises(NotAPattern) as refused:
        refuse(pattern)
    assert len(str(refused.value)) > 3


def test_RU5_patterns_together_say_what_each_says_alone() -> None:
    given = [r"gr(ö|oe)ße", r"\bsize\b", r"^hi", r"(\w+\W+){1,30}end", r"\d{2,}", r"💛"]
    together = Patterns(given)
    for text in ("Welche GRÖSSE, size 42?", "Hi there", "which Größe", "a b c end", "💛", "", "ﬁ" * 100):
        assert sorted(together.matching(text)) == [n for n, one in enumerate(given) if Patterns([one]).matching(text)]
