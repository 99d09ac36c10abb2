"""What Meta's refusals mean for who called. Rules E1-E6, L5, L7, S4 of docs/spec/graph.md."""

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


NEVER = [
    (3, None), (4, 2207051), (10, None), (10, 2534022), (10, 2018278), (10, 2018065), (10, 2018108), (10, 2534048), (10, 2534077),
    (24, 2207006), (25, 2207050), (100, None), (100, 33), (100, 2018001), (100, 2534014), (100, 2534013), (100, 2534025),
    (100, 2018014), (100, 2018047), (100, 2018074), (100, 2018109), (100, 2534080), (100, 2108006), (200, 2534041),
    (200, 2018028), (200, 1545041), (551, 1545041), (230, None), (506, None), (2022, None), (2500, None), (9010, None),
    (36103, None), (1609005, None), (2018300, None), (2018321, None), (9000001, None), (None, None),
]  # fmt: skip
AFTER_THE_LIMIT = [
    (4, None), (17, None), (17, 2446079), (32, None), (341, None), (613, None), (613, 2534040), (613, 2018338), (80001, None),
    (80002, 2446079), (80006, None), (10, 1893063), (368, None),
]  # fmt: skip
RECONNECT = [(102, None), (104, None), *((190, sub) for sub in (None, 458, 459, 460, 463, 464, 467, 492))]
AGAIN = [(-1, None), (-2, None), (100, 2018008), (100, 2018294)]
LOOK = [(1, None), (1, 99), (1, 1357046), (2, None)]


@pytest.mark.parametrize("is_send", [False, True])
@pytest.mark.parametrize(
    ("codes", "meaning"),
    [(NEVER, Rejected), (AFTER_THE_LIMIT, Throttled), (RECONNECT, Unauthorised), (AGAIN, Unavailable)],
    ids=["never", "after the limit", "reconnect", "again"],
)
def test_E6_each_code_of_the_table_says_whether_and_when_to_try_again(
    codes: list[tuple[int | None, int | None]], meaning: type[GraphError], *, is_send: bool
) -> None:
    assert {key: type(refused(*key, is_send=is_send)) for key in codes} == dict.fromkeys(codes, meaning)


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


@pytest.mark.parametrize("key", [*NEVER, *AFTER_THE_LIMIT, *RECONNECT, *AGAIN, *LOOK])
def test_E2_every_refusal_has_a_sentence_and_metas_numbers(key: tuple[int | None, int | None]) -> None:
    error = refused(*key)
    assert error.detail.endswith((".", "words"))
    assert (error.graph_code, error.subcode, error.trace) == (*key, "A1")
