"""Texts as rules compare them. Rule RU4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confab.automation import folding


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("¿Cuánto CUESTA?", ["cuanto", "cuesta"]),
        ("Wie groß ist die Größe?", ["wie", "gross", "ist", "die", "grosse"]),
        ("ΠΌΣΟ", ["ποσο"]),
        ("Don’t  stop", ["dont", "stop"]),
        ("don't", ["dont"]),
        ("ｐｒｉｃｅ ２０", ["price", "20"]),
        ("Zażółć Łódź", ["zazolc", "lodz"]),
        ("ИСТАНБУЛ Й", ["истанбул", "и"]),
        ("كَم السِّعر؟", ["كم", "السعر"]),
        ("מָה המחיר", ["מה", "המחיר"]),
        ("いくらですか", list("いくらですか")),
        ("ガラス", list("ガラス")),
        ("价格多少", list("价格多少")),
        ("얼마예요?", ["얼마예요"]),
        ("pri\u200bce\u00ad", ["price"]),
        ("I ❤️ it 👍🏽", ["i", "❤", "it", "👍", "🏽"]),
        ("स्थिति", ["स्थिति"]),
        ("", []),
        ("?!…", []),
    ],
)
def test_RU4_case_accents_width_and_what_is_invisible_do_not_count(written: str, words: list[str]) -> None:
    assert folding.words(folding.fold(written)) == words


def test_RU4_a_text_is_looked_at_as_far_as_it_goes() -> None:
    assert len(folding.fold("é" * 50_000)) <= folding.LONGEST
    assert len(folding.fold("ﷺ" * 50_000)) <= folding.LONGEST  # one character becomes eighteen


@given(st.text())
def test_RU4_folding_again_changes_no_word(text: str) -> None:
    once = folding.words(folding.fold(text))
    assert folding.words(folding.fold(" ".join(once))) == once


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_RU4_the_short_way_for_plain_texts_is_the_long_one(text: str) -> None:
    long = folding.words(folding.fold(text + " é"))[:-1]
    assert folding.words(folding.fold(text)) == long
