"""Which way counts. Rule CS1."""

from typing import Any

import pytest

from confab.members import ways
from confab.settings import Settings

MAIL: dict[str, Any] = {"smtp_url": "smtp://mail.example.org", "mail_from": "a@b.example"}
OIDC: dict[str, Any] = {"oidc_issuer": "https://id.example.org", "oidc_client_id": "confab"}
PAGE: dict[str, Any] = {"member_page": "https://shop.example.org", "member_page_key": "k" * 32}


@pytest.mark.parametrize(
    ("given", "way"), [(MAIL, "mail"), ({**MAIL, **OIDC}, "oidc"), ({**MAIL, **OIDC, **PAGE}, "page"), (PAGE, "page")]
)
def test_CS1_the_companys_page_comes_before_a_provider_and_that_before_mail(given: dict[str, Any], way: str) -> None:
    settings = Settings(public_url="https://inbox.example.org", **given)
    assert ways.way(settings) == way
    assert ways.why_off(settings) is None
