"""A link to connect is masked wherever it could be kept. Rule CN7."""

import json

import pytest

from confab.model import links

TOKEN = "0123456789abcdef" * 4
LINK = f"https://inbox.example.org/verify?token={TOKEN}&ig_id=a%20b"


def test_CN7_a_link_is_masked_and_made_readable_again() -> None:
    assert links.connecting("https://inbox.example.org", "a b", TOKEN) == LINK
    masked = links.masked(f"Here: {LINK}!")
    assert masked == "Here: https://inbox.example.org/verify?token=…&ig_id=a%20b!"
    assert masked is not None
    assert links.revealed(masked, TOKEN) == f"Here: {LINK}!"
    assert links.masked(masked) == masked


@pytest.mark.parametrize("text", [None, "", "…", "/verify?token=", f"/verify?token={TOKEN[:-1]}", f"?token={TOKEN}"])
def test_CN7_what_is_no_link_of_ours_stays(text: str | None) -> None:
    assert links.masked(text) == text


@pytest.mark.parametrize(
    "written",
    [
        json.dumps({"text": LINK}),
        json.dumps({"text": LINK}).replace("/", "\\/"),
        json.dumps({"text": LINK}).replace("=", "\\u003d").replace("&", "\\u0026").replace("?", "\\u003F"),
        json.dumps({"text": f"ü {LINK}"}, ensure_ascii=False),
    ],
)
def test_CN7_json_is_masked_before_anybody_has_read_it(written: str) -> None:
    masked = links.masked_raw(written.encode())
    assert TOKEN.encode() not in masked
    assert json.loads(masked)["text"] == links.masked(json.loads(written)["text"])


def test_CN7_json_without_a_link_is_kept_as_it_came() -> None:
    body = json.dumps({"text": f"verify this: {TOKEN}"}).encode()
    assert links.masked_raw(body) is not None
    assert links.masked_raw(body) == body
