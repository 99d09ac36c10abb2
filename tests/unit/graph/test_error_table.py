"""The table of rule E6, row by row as the spec has it: every code with every subcode, of a send and of any other call."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from confab.errors import (
    GraphError,
    Rejected,
    Restricted,
    Throttled,
    Unanswered,
    Unauthorised,
    Unavailable,
    Unreachable,
    WindowShut,
)
from confab.graph.errors import refusal

SPEC = Path(__file__).parents[3] / "docs/spec/graph.md"
AGAIN: dict[str, tuple[type[GraphError], type[GraphError]]] = {  # what may be tried again: of a send, of any other call
    "yes": (Unavailable, Unavailable),
    "yes, twice": (Unavailable, Unavailable),
    "yes; a send: look": (Unanswered, Unavailable),
    "look": (Unanswered, Unavailable),
    "wait": (Throttled, Throttled),
    "wait (hours)": (Throttled, Throttled),
    "reconnect": (Unauthorised, Unauthorised),
    "after a message": (Rejected, Rejected),
    "no": (Rejected, Rejected),
}


MORE_EXACTLY: dict[type[GraphError], set[tuple[int, int | None]]] = {  # refused, and something is known from then on
    WindowShut: {(10, 2534022), (10, 2018278), (10, 2018065)},
    Unreachable: {(10, 2018108), (200, 1545041), (551, 1545041)},
    Restricted: {(4, 2207051), (100, 2534029), (2022, None)},
}


class Row(NamedTuple):
    code: int
    subcode: int | None
    again: str


def rows() -> Iterator[Any]:
    """Every code with every subcode of the table."""
    table = re.findall(r"^\| ([-\d][^|]*) \|([^|]*)\|[^|]*\| ([^|]+) \|$", SPEC.read_text(), re.MULTILINE)
    assert len(table) > 35
    for codes, subcodes, again in table:
        first, dash, last = codes.partition("–")
        every = [int(first), (int(first) + int(last)) // 2, int(last)] if dash else [int(code) for code in codes.split(",")]
        for code in every:
            for subcode in [int(one) for one in subcodes.split(",") if one.strip()] or [None]:
                yield pytest.param(Row(code, subcode, again), id=f"{code}/{subcode or ''} {again}")


def said(code: int, subcode: int | None, *, is_send: bool, headers: dict[str, str] | None = None) -> GraphError:
    error = {"message": "m", "type": "OAuthException", "code": code, **({} if subcode is None else {"error_subcode": subcode})}
    return refusal(400, json.dumps({"error": error}).encode(), headers or {}, is_send=is_send)


@pytest.mark.parametrize("row", list(rows()))
def test_E6_every_code_of_the_table_is_tried_again_as_it_says(row: Row) -> None:
    for_send, for_others = AGAIN[row.again]
    more = next((kind for kind, which in MORE_EXACTLY.items() if (row.code, row.subcode) in which), Rejected)
    for is_send, expected in ((True, for_send), (False, for_others)):
        assert type(said(row.code, row.subcode, is_send=is_send)) is (more if expected is Rejected else expected)


def test_E1_numbers_may_come_as_text_and_anything_may_be_missing() -> None:
    assert type(refusal(400, b'{"error":{"code":"190","error_subcode":"460"}}', {}, is_send=True)) is Unauthorised
    bare = refusal(400, b'{"error":{}}', {}, is_send=True)
    assert (type(bare), bare.detail) == (Rejected, "Instagram refused without a reason.")


def test_L6_the_usage_of_the_whole_app_says_nothing_of_how_long_to_wait() -> None:
    found = said(4, None, is_send=True, headers={"x-app-usage": '{"call_count":100,"total_time":100,"total_cputime":100}'})
    assert isinstance(found, Throttled)
    assert found.retry_after is None
