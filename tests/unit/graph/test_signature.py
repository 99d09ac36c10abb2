"""Whether Meta signed these bytes. Rules H3-H7 of docs/spec/graph.md."""

import hashlib
import hmac
import re
from pathlib import Path

import pytest

from confab import settings
from confab.graph.signature import is_expected, signer

SPEC = Path(__file__).parents[3] / "docs/spec/graph.md"
SECRET = "0123456789abcdef0123456789abcdef"


def vector() -> tuple[bytes, bytes]:
    """The body and the header of rule H6, as the spec has them."""
    found = re.search(r"\*\*H6\*\*.*?`(sha256=[0-9a-f]{64})`.*?\n +`(\{.*\})`", SPEC.read_text())
    assert found
    return found[2].encode(), found[1].encode()


def signed(body: bytes, secret: str = SECRET) -> bytes:
    return b"sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


def test_H6_the_vector_of_the_spec_is_accepted_byte_for_byte() -> None:
    body, header = vector()
    assert len(body) == 285
    assert signer(body, header, [SECRET]) == 0
    assert signer(body + b"\n", header, [SECRET]) is None


def test_H5_what_was_parsed_and_written_again_is_not_what_was_signed() -> None:
    import json

    body, header = vector()
    for again in (json.dumps(json.loads(body)), json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False)):
        assert signer(again.encode(), header, [SECRET]) is None


def test_H7_any_configured_secret_counts_and_is_named() -> None:
    secrets = settings.read({"CONFAB_META_APP_SECRET": "older, newer", "CONFAB_INSTAGRAM_APP_SECRET": "instagram"})
    every = [*secrets.meta_app_secrets, *secrets.instagram_app_secrets]
    assert every == ["older", "newer", "instagram"]
    assert [signer(b"{}", signed(b"{}", secret), every) for secret in every] == [0, 1, 2]
    assert signer(b"{}", signed(b"{}", "nobody's"), every) is None


def test_of_two_equal_secrets_the_first_is_named() -> None:
    assert signer(b"{}", signed(b"{}"), [SECRET, SECRET]) == 0


@pytest.mark.parametrize("secrets", [[], [""]])
def test_H3_without_a_secret_nothing_is_signed(secrets: list[str]) -> None:
    assert signer(b"{}", signed(b"{}", ""), secrets) is None


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"sha256=",
        signed(b"{}").removeprefix(b"sha256="),
        signed(b"{}").upper(),
        signed(b"{}")[:-1],
        signed(b"{}") + b"0",
        b" " + signed(b"{}"),
        b"sha256=" + b"\xe9" * 64,
    ],
)
def test_H3_a_signature_in_another_form_is_none(header: bytes | None) -> None:
    assert signer(b"{}", header, [SECRET]) is None


def test_H4_the_legacy_signature_proves_nothing() -> None:
    legacy = b"sha1=" + hmac.new(SECRET.encode(), b"{}", hashlib.sha1).hexdigest().encode()
    assert signer(b"{}", legacy, [SECRET]) is None


@pytest.mark.parametrize(
    ("given", "expected", "result"),
    [("token", "token", True), ("token", "other", False), ("", "", False), (None, None, False), ("", "token", False),
     ("token", None, False), ("tökén", "tökén", True)],
)  # fmt: skip
def test_H1_a_verify_token_is_expected_only_where_one_is_set(given: str | None, expected: str | None, result: bool) -> None:
    assert is_expected(given, expected) is result
