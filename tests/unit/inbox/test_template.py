"""Variables of saved replies. The web answers the same vectors (`web/src/lib/template.test.ts`)."""

import json
from pathlib import Path
from typing import Any

import pytest

from confab.inbox import template
from confab.inbox.split import split

VECTORS = Path(__file__).parents[2] / "vectors"
CASES: list[dict[str, Any]] = json.loads((VECTORS / "template.json").read_text())["cases"]
SPLITS: list[dict[str, Any]] = json.loads((VECTORS / "split.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_SR3_a_text_says_what_the_vectors_say(case: dict[str, Any]) -> None:
    values = template.values(
        name=case.get("participant_name", "Ana Ruiz"), username="ana.ruiz", account="harbour.bakery", agent="Dana"
    )
    assert template.render(case["text"], values) == case["said"]
    assert template.unknown(case["text"]) == case["unknown"]


@pytest.mark.parametrize("case", SPLITS, ids=[case["name"] for case in SPLITS])
def test_O13_a_long_text_is_cut_as_the_vectors_say(case: dict[str, Any]) -> None:
    assert split(case["text"], case["most_bytes"]) == case["parts"]
