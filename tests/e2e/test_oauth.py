"""An owner connects an account on the simulator's consent page, as at Instagram. Rules AC1-AC7 of docs/spec/accounts.md."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop, opened
from tests.product import IG_ID, OTHER_IG_ID, SECRET, installed

LOGIN = {
    "CONFAB_INSTAGRAM_APP_ID": "880214567890123", "CONFAB_INSTAGRAM_APP_SECRET": SECRET,
    "CONFAB_OAUTH_URL": "{sim}/www.instagram.com", "CONFAB_OAUTH_TOKEN_URL": "{sim}/api.instagram.com",
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with installed(tmp_path_factory.mktemp("shop") / "var", more=LOGIN) as product, opened(product) as shop:
        yield shop


def accounts(page: Page) -> None:
    page.get_by_role("link", name="Accounts").click()
    expect(page.get_by_role("dialog", name="Accounts")).to_be_visible()


def test_AC1_AC4_an_account_is_connected_on_instagrams_page_and_is_there_afterwards(shop: Shop, page: Page) -> None:
    shop.product.sim.post("/accounts", json={"id": "17841400000000077", "username": "harbour.books", "token": "IGAA-books"})
    shop.sign_in(page)
    accounts(page)
    page.get_by_role("link", name="Connect an account").click()
    page.locator("#person-17841400000000077").check()
    page.locator("#allow").click()
    expect(page.get_by_role("heading", name="@harbour.books is connected")).to_be_visible()
    expect(page.get_by_text("Not everything works")).to_have_count(0)
    page.get_by_role("link", name="Back to the inbox").click()
    accounts(page)
    expect(page.get_by_role("heading", name="@harbour.books")).to_be_visible()


def test_AC5_AC6_connecting_again_keeps_what_was_there_and_says_what_was_not_granted(shop: Shop, page: Page) -> None:
    shop.writes("from before", customer="28000000000001")
    shop.conversation("28000000000001")
    shop.sign_in(page, "/connect/instagram", heading=None)
    page.locator(f"#person-{IG_ID}").check()
    page.locator("#grant-instagram_business_manage_insights").uncheck()
    page.locator("#allow").click()
    expect(page.get_by_role("heading", name="@harbour.bakery is connected")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="numbers cannot be read")).to_be_visible()
    page.get_by_role("link", name="Back to the inbox").click()
    expect(page.get_by_role("option").filter(has_text="from before")).to_be_visible()


def test_AC2_who_says_no_is_told_so_and_may_begin_again(shop: Shop, page: Page) -> None:
    shop.sign_in(page, "/connect/instagram", heading=None)
    page.locator(f"#person-{OTHER_IG_ID}").check()
    page.locator("#deny").click()
    expect(page.get_by_role("heading", name="Not connected")).to_be_visible()
    expect(page.get_by_role("link", name="Try again")).to_be_visible()
