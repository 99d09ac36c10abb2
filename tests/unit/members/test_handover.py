"""The hand-over to the company's own page: only what it said, to us, now, about this browser, counts. Rule CS9."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from confab.errors import SignInFailed
from confab.members import handover

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
KEY = "k" * 40
ORIGIN = "https://inbox.example.org"
PAGE = "https://shop.example.org/instagram?lang=en"


def said(key: str = KEY, alg: str = "HS256", **claims: Any) -> str:
    """What the company's page sends back."""
    given = {"aud": ORIGIN, "state": "s1", "sub": "user-7", "exp": int((NOON + timedelta(minutes=5)).timestamp()), **claims}
    return jwt.encode(
        {"alg": alg},
        {name: value for name, value in given.items() if value is not None},
        OctKey.import_key(key),
        algorithms=[alg],
    )


def come_back(given: str, state: str = "s1") -> Any:
    return handover.come_back(given, KEY, origin=ORIGIN, state=state, now=NOON)


def test_CS9_the_page_learns_whose_profile_it_is_and_where_to_go_back_to() -> None:
    url = handover.leave(PAGE, KEY, origin=ORIGIN, state="s1", ig_id="1087", now=NOON)
    query = parse_qs(urlsplit(url).query)
    assert (url.split("?")[0], query["lang"]) == (PAGE.split("?", maxsplit=1)[0], ["en"])
    claims = jwt.decode(query["handover"][0], OctKey.import_key(KEY), algorithms=["HS256"]).claims
    assert claims == {
        "iss": ORIGIN, "aud": PAGE, "iat": int(NOON.timestamp()), "exp": int(NOON.timestamp()) + 600, "state": "s1",
        "ig_id": "1087", "return_to": f"{ORIGIN}/verify/return",
    }  # fmt: skip


def test_CS9_who_the_page_names_is_the_user() -> None:
    identity = come_back(said(email="Anna@Example.org"))
    assert (identity.way, identity.user_id, identity.email) == ("page", "user-7", "anna@example.org")


@pytest.mark.parametrize(
    "given",
    [
        said(key="x" * 40),
        said(alg="HS512"),
        said(aud="https://other.example.org"),
        said(aud=None),
        said(state="s2"),
        said(state=None),
        said(exp=None),
        said(exp=int(NOON.timestamp())),
        said(exp=int((NOON + timedelta(hours=1)).timestamp())),
        said(exp="soon"),
        said(sub=None),
        said(sub=""),
        said(sub="x" * 201),
        said(sub=7),
        "",
        "a.b.c",
        said() + "x",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLTcifQ.",
    ],
)
def test_CS9_everything_else_is_refused(given: str) -> None:
    with pytest.raises(SignInFailed):
        come_back(given)


def test_CS9_our_own_statement_is_no_answer() -> None:
    url = handover.leave(PAGE, KEY, origin=ORIGIN, state="s1", ig_id="1087", now=NOON)
    with pytest.raises(SignInFailed):
        come_back(parse_qs(urlsplit(url).query)["handover"][0])
