"""What may be sent, and when. The web answers the same vectors (`web/src/lib/window-policy.test.ts`)."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from confab.inbox import policy

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "vectors" / "window.json").read_text())["cases"]


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_W1_W2_W10_S22_the_verdict_is_that_of_the_vectors(case: dict[str, Any]) -> None:
    verdict = policy.window(
        opened_at=moment(case["opened_at"]), opened_by=case["opened_by"],
        refused_at=moment(case["refused_at"]), human_agent=case["human_agent"],
        is_self=case["is_self"], actor=case["actor"], now=datetime.fromisoformat(case["now"]),
    )  # fmt: skip
    expected = case["verdict"] | {name: moment(case["verdict"][name]) for name in ("until", "closed_since")}
    assert {name: getattr(verdict, name) for name in expected} == expected
    assert verdict.opened_at == moment(case["opened_at"])
    assert policy.in_words(verdict) == case["words"]
