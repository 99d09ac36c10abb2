"""The doctor in the browser: the first steps of a new installation, the page, and what is told when something breaks.

Rules DR2, DR4, DR19 of docs/spec/doctor.md.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import obstacles
from tests.e2e.conftest import MakeContext, Shop, opened
from tests.e2e.screen import row
from tests.product import IG_ID, installed

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One product; to begin with nobody has written to it."""
    with installed(tmp_path_factory.mktemp("doctor") / "var") as product, opened(product) as shop:
        yield shop


def steps(page: Page) -> Locator:
    return page.get_by_role("region", name="First steps")


def looked(page: Page) -> None:
    expect(page.get_by_role("button", name="Look again")).to_be_visible()


def test_DR4_the_first_steps_say_what_is_missing_and_turn_green_when_the_first_message_comes(
    shop: Shop, page: Page, contexts: MakeContext
) -> None:
    shop.sign_in(page)
    phone = contexts(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    shop.sign_in(phone)
    for one in (page, phone):
        looked(one)
        waiting = steps(one).get_by_role("listitem").filter(has_text="Send yourself a direct message")
        expect(waiting).to_contain_text("Waiting for the first message.")
        public = steps(one).get_by_role("listitem").filter(has_text="A public address that Meta reaches")
        expect(public).to_contain_text("CONFAB_PUBLIC_URL")
        assert one.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert obstacles(page) == []

    shop.writes("Is anybody there?", customer="55000000000001")
    expect(row(page, "Is anybody there?")).to_be_visible()
    expect(row(phone, "Is anybody there?")).to_be_visible()
    set_up = page.get_by_role("region", name="Your first message is here")
    expect(set_up.get_by_role("listitem").filter(has_text="Send yourself a direct message")).to_contain_text(
        "The first message is here."
    )
    expect(set_up.get_by_role("status", name="First steps")).to_contain_text("Open it on the left")


def test_DR2_the_page_shows_what_is_amiss_and_how_to_mend_it_and_looks_again(shop: Shop, page: Page) -> None:
    shop.sign_in(page)
    page.get_by_role("link", name="Doctor").click()
    expect(page.get_by_role("heading", name="Doctor", level=1)).to_be_visible()
    looked(page)
    here = page.get_by_role("region", name="This installation")
    expect(here.get_by_role("listitem").filter(has_text="CONFAB_SERVICE_TOKEN")).to_contain_text("docs/connect.md")
    bakery = page.get_by_role("region", name="@harbour.bakery")
    token = bakery.locator("[data-check=token]")
    expect(token).to_have_attribute("data-level", "green")
    assert obstacles(page) == []
    here.get_by_role("link", name="How, for Public address").click()
    section = page.get_by_role("heading", name="The public address", level=2)
    expect(section).to_be_focused()
    expect(section).to_be_in_viewport()
    assert obstacles(page) == []
    page.get_by_role("link", name="Back to the doctor").click()

    shop.sim("tokens", action="revoke", account=IG_ID, subcode=460)
    page.get_by_role("button", name="Look again").press("Enter")
    expect(token).to_have_attribute("data-level", "red")
    expect(token).to_contain_text("password")
    expect(token).to_contain_text("Where: App Dashboard")
    expect(page.get_by_role("button", name="Look again")).to_be_focused()
    expect(page.get_by_role("status", name="How it stands")).to_contain_text("broken")


def test_DR4_what_turned_red_is_told_in_the_inbox_and_marked_on_the_rail(shop: Shop, page: Page, contexts: MakeContext) -> None:
    shop.sim("tokens", action="issue", account=IG_ID, token="IGAA-another-token")
    account = ["--ig-id", IG_ID, "--username", "harbour.bakery", "--access-token", "IGAA-another-token"]
    shop.product.cli("account", "add", "--workspace", "Harbour Bakery", *account)  # the doctor comes by itself
    shop.sign_in(page)
    link = page.get_by_role("link", name="Doctor", exact=False)
    expect(link).to_have_accessible_name("Doctor")
    helper = contexts().new_page()
    shop.sign_in(helper, email=shop.hires("Ben"))
    shop.sim("tokens", action="revoke", token="IGAA-another-token", subcode=458)
    with ThreadPoolExecutor(1) as beside:  # it is told before the command has ended, and only for a moment
        added = beside.submit(shop.product.cli, "account", "add", "--workspace", "Harbour Bakery", *account)
        told = page.get_by_role("status", name="Notices")
        expect(told).to_contain_text("Access token, @harbour.bakery")
        told.get_by_role("button", name="See").click()
        added.result()
    expect(link).to_have_accessible_name("Doctor: one thing is broken")
    expect(page).to_have_url(f"{shop.product.url}/doctor")
    expect(helper.get_by_role("link", name="Doctor")).to_have_count(0)
    helper.goto(f"{shop.product.url}/doctor")
    expect(helper.get_by_role("main")).to_contain_text("Owners and admins")


def test_DR19_on_a_phone_the_doctor_is_in_the_menu_of_ones_name(shop: Shop, contexts: MakeContext) -> None:
    phone = contexts(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    shop.sign_in(phone)
    phone.get_by_role("button", name="You: Dana").click()
    phone.get_by_role("menuitem", name="Doctor").click()
    expect(phone.get_by_role("heading", name="Doctor", level=1)).to_be_in_viewport(ratio=1)
    expect(phone.get_by_role("region", name="This installation")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
