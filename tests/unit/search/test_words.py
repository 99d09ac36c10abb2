"""What is the same word, what was asked for, and how the place is shown. Rules SE1, SE2, SE5."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confab.search import words
from confab.search.words import Query


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Straße STRASSE", ["strasse"]),
        ("Éclair ﬁne naïve ２０", ["20", "eclair", "fine", "naive"]),
        ("Ørsted Łódź İstanbul", ["istanbul", "lodz", "orsted"]),
        ("ПРИВЕТ Ёлка", ["елка", "привет"]),
        ("مُحَمَّد", ["محمد"]),
        ("नमस्ते दुनिया", ["दुनिया", "नमस्ते"]),
        ("don't don’t o'clock", ["dont", "oclock"]),
        ("anna.baker_99@example.org", ["99", "anna", "baker", "example", "org"]),
        ("東京タワー", ["ー", "タワ", "ワー", "京タ", "東京"]),
        ("안녕하세요", ["안녕하세요"]),
        ("🥐 !? —", []),
        ("x" * 50, ["x" * 40]),
    ],
)
def test_SE1_what_means_the_same_is_the_same_word(text: str, found: list[str]) -> None:
    assert words.of(text) == sorted(found)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("red sho", Query(words=("red",), prefix="sho")),
        ("red shoes ", Query(words=("red", "shoes"), prefix=None)),
        ("red red re", Query(words=("red",), prefix="re")),
        ("shoes?", Query(words=("shoes",), prefix=None)),
        ("タワー", Query(words=("タワ",), prefix="ワー")),
        ("京", Query(words=(), prefix="京")),
        ("  ", Query(words=(), prefix=None)),
    ],
)
def test_SE2_the_last_word_may_be_a_beginning(text: str, query: Query) -> None:
    assert words.query(text) == query


@given(st.text(max_size=60), st.text(max_size=60))
def test_SE1_any_whole_word_of_a_text_finds_it(text: str, other: str) -> None:
    indexed = set(words.of(text, other))
    assert all(word and len(word) <= words.LONGEST_WORD and " " not in word for word in indexed)
    wanted = words.query(f"{text} ")
    assert set(wanted.words) <= indexed
    assert wanted.prefix is None


@given(st.text(max_size=400))
def test_SE5_a_snippet_is_a_piece_of_the_text_and_marks_only_what_was_wanted(text: str) -> None:
    found = list(words.spans(text))
    wanted = Query(words=(found[-1].word,), prefix=None) if found else Query(words=("nothing",), prefix=None)
    parts = words.snippet(text, wanted)
    whole = "".join(part.text for part in parts if not (part.text == "…" and not part.is_hit))
    assert whole.strip("…") in " ".join(text.split()) or "…" in text
    assert any(part.is_hit for part in parts) == bool(found)
    assert len(whole) <= 140


def test_SE5_a_long_text_is_shown_around_the_place() -> None:
    text = f"{'before ' * 40}needle{' after' * 40}"
    parts = words.snippet(text, words.query("need"))
    assert [part.text for part in parts if part.is_hit] == ["needle"]
    assert (parts[0].text, parts[-1].text) == ("…", "…")
    assert parts[1].text.startswith("before")


def test_SE1_very_long_texts_are_indexed_by_their_first_words() -> None:
    assert len(words.of(" ".join(f"w{n}" for n in range(1000)))) == words.MOST_WORDS
