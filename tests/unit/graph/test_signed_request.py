"""A signed request is believed only with one of the app's secrets. Rule T12."""

import pytest

from confab.graph.signature import user_of

SECRET = "0123456789abcdef0123456789abcdef"
GIVEN = (
    "kHyhkvLRhGC-46RnFcbRDMYFe1DPCKXRtOFNZruWU64."
    "eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTc5MzYxMjM0NSwidXNlcl9pZCI6IjI2NzE4ODQyMjEwOTk4ODc3In0"
)


def test_T12_AC14_the_vector_is_valid_with_whichever_secret_signed_it() -> None:
    assert user_of(GIVEN, [SECRET]) == "26718842210998877"
    assert user_of(GIVEN, ["another", SECRET]) == "26718842210998877"


@pytest.mark.parametrize("given", ["", ".", "x", GIVEN[:-1], GIVEN.replace("k", "l", 1), "é.é", f"{GIVEN}="])
def test_T12_anything_else_is_nobodys(given: str) -> None:
    assert user_of(given, [SECRET, ""]) is None


def test_T12_an_empty_secret_signs_nothing() -> None:
    assert user_of(GIVEN, [""]) is None
    assert user_of(GIVEN, []) is None
