"""What Meta's refusals mean for who called, beyond the table of codes. Rules E1-E6, L5, S4 of docs/spec/graph.md."""

import json
from datetime import timedelta

import pytest

from confab.errors import GraphError, Rejected, Throttled, Unanswered, Unauthorised, Unavailable
from confab.graph.errors import refusal


def refused(code: object, subcode: int | None = None, *, status: int = 400, is_send: bool = True, **more: object) -> GraphError:
    error = {"message": "(#0) words", "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
    if subcode is not None:
        error["error_subcode"] = subcode
    return refusal(status, json.dumps({"error": error}).encode(), {}, is_send=is_send)


LOOK = [(1, None), (1, 99), (1, 1357046), (2, None)]


@pytest.mark.parametrize("code", LOOK)
def test_S4_a_send_that_may_have_acted_is_never_taken_for_refused(code: tuple[int, int | None]) -> None:
    assert isinstance(refused(*code), Unanswered)
    assert isinstance(refused(*code, is_send=False), Unavailable)


@pytest.mark.parametrize("code", [-1, -2, 100, None, 10])
def test_S4_after_a_5xx_a_send_may_have_acted_whatever_the_code(code: int | None) -> None:
    assert isinstance(refused(code, status=500), Unanswered)
    assert isinstance(refused(code, status=503, is_send=False), Unavailable)


@pytest.mark.parametrize("is_send", [False, True])
def test_E4_what_meta_calls_transient_may_be_tried_again(*, is_send: bool) -> None:
    assert isinstance(refused(100, is_transient=True, is_send=is_send), Unavailable)
    assert isinstance(refused(100, is_transient=False, is_send=is_send), Rejected)


@pytest.mark.parametrize("status", [401, 403, 500])
def test_E2_the_code_decides_and_not_the_status(status: int) -> None:
    assert isinstance(refused(190, status=status), Unauthorised)
    assert isinstance(refused(4, status=status), Throttled)


@pytest.mark.parametrize(
    ("status", "body", "for_a_send", "else_"),
    [
        (502, b"<html>Bad gateway</html>", Unanswered, Unavailable),
        (500, b"", Unanswered, Unavailable),
        (429, b"", Throttled, Throttled),
        (400, b"\xff\xfe", Rejected, Rejected),
        (400, b"[" * 5000, Rejected, Rejected),
        (404, b'{"error": "no object"}', Rejected, Rejected),
    ],
)
def test_E1_an_answer_without_an_envelope_is_judged_by_its_status(
    status: int, body: bytes, for_a_send: type[GraphError], else_: type[GraphError]
) -> None:
    assert type(refusal(status, body, {}, is_send=True)) is for_a_send
    assert type(refusal(status, body, {}, is_send=False)) is else_


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ('{"178":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":7}]}', timedelta(minutes=7)),
        ('{"178":[{"estimated_time_to_regain_access":0}],"179":[{"estimated_time_to_regain_access":3}]}', timedelta(minutes=3)),
        ('{"178":[{"estimated_time_to_regain_access":0}]}', None),
        ("not json", None),
    ],
)
def test_L5_how_long_to_wait_is_read_from_the_usage_header(header: str | None, wait: timedelta | None) -> None:
    error = refusal(400, b'{"error":{"code":613}}', {"x-business-use-case-usage": header} if header else {}, is_send=True)
    assert isinstance(error, Throttled)
    assert error.retry_after == wait


def test_E6_a_restriction_waits_for_an_hour_though_no_header_says_so() -> None:
    error = refused(368)
    assert isinstance(error, Throttled)
    assert error.retry_after == timedelta(hours=1)


@pytest.mark.parametrize("key", [(10, 2534022), (10, 7), (613, None), (551, 9), (100, 33), (None, None), *LOOK])
def test_E2_every_refusal_has_a_sentence_and_metas_numbers(key: tuple[int | None, int | None]) -> None:
    error = refused(*key)
    assert error.detail.endswith((".", "words"))
    assert (error.graph_code, error.subcode, error.trace) == (*key, "A1")
