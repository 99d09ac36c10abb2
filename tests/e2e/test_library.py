"""From a customer's first message to their library and out again: the customer's phone, and the team's inbox beside it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.axe import obstacles
from tests.e2e.conftest import MakeContext, Shop, opened
from tests.mail_server import Mailbox, mail_server
from tests.product import IG_ID, eventually, installed

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory, box: Mailbox) -> Iterator[Shop]:
    with connecting(tmp_path_factory.mktemp("bakery") / "var", box) as shop:
        yield shop


@contextmanager
def connecting(folder: Path, box: Mailbox) -> Iterator[Shop]:
    """A product that customers can connect to: it knows where it is reached, and how mail is sent."""
    with installed(folder) as product:
        product.stop()
        product.environment |= {
            "CONFAB_PUBLIC_URL": product.url, "CONFAB_SMTP_URL": box.url, "CONFAB_BRAND_NAME": "Harbour Bakery",
            "CONFAB_MAIL_FROM": "Harbour Bakery <post@bakery.example>",
        }  # fmt: skip
        product.start()
        with opened(product) as shop:
            product.cli("account", "connecting", "--workspace", "Harbour Bakery", "--ig-id", IG_ID, "--on")
            yield shop


def link_sent_to(shop: Shop, customer: str) -> str:
    """The link in the message that this customer got from us."""

    def found() -> str | None:
        sends = shop.product.sim.get("/sends").json()["items"]
        texts = [str(one) for one in sends if customer in str(one)]
        links = [match[0] for text in texts if (match := re.search(r"http://[^\s'\"]+/verify\?[^\s'\"]+", text))]
        return links[-1] if links else None

    return eventually(found)


def sign_in(page: Page, box: Mailbox, email: str) -> None:
    """Type the address, then the code that came there."""
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    page.get_by_label("Code").fill(box.code(email))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your library")).to_be_visible()


def items(page: Page) -> Any:
    return page.get_by_role("list", name="Items").get_by_role("listitem").filter(has=page.get_by_role("heading"))


def test_CS10_from_the_first_message_to_the_library_and_out_again(
    bakery: Shop, box: Mailbox, contexts: MakeContext, tmp_path: Path
) -> None:
    customer = "1087654321000001"
    bakery.writes("Do you know this one?", customer, attachments=["ig_reel"])
    link = link_sent_to(bakery, customer)
    token = parse_qs(urlsplit(link).query)["token"][0]
    phone = contexts(**PHONE).new_page()
    seen: list[str] = []
    phone.on("request", lambda request: seen.append(request.headers.get("referer", "")))
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Connect your Instagram")).to_be_visible()
    expect(phone.get_by_text("@harbour.bakery", exact=True)).to_be_visible()
    assert phone.url == f"{bakery.product.url}/verify"
    phone.get_by_role("button", name="Send me a code").click()  # the browser asks for the address first
    expect(phone.get_by_label("Your e-mail address")).to_be_focused()
    phone.get_by_label("This is my profile, and I agree.").check()
    sign_in(phone, box, "anna@example.org")
    expect(items(phone)).to_have_count(1)
    expect(items(phone).first).to_contain_text("Reel")

    mid = bakery.writes("and this: https://www.instagram.com/p/DQ1abcXYZ/?igsh=1", customer)
    expect(items(phone)).to_have_count(2)
    items(phone).filter(has_text="DQ1abcXYZ").get_by_text("Note, tags, remove").click()
    mine = items(phone).filter(has_text="DQ1abcXYZ")
    mine.get_by_label("Note").fill("for Sunday")
    mine.get_by_label("Tags, separated by commas").fill("bread, cake")
    mine.get_by_role("button", name="Save").click()
    expect(items(phone).filter(has_text="for Sunday").get_by_role("link", name="cake")).to_be_visible()
    phone.get_by_label("Search").fill("sunday")
    phone.get_by_role("button", name="Show").click()
    expect(items(phone)).to_have_count(1)
    phone.get_by_role("link", name="Show all").click()
    expect(items(phone)).to_have_count(2)
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Export").click()
    assert "for Sunday" in Path(download.value.path()).read_text()

    bakery.sim("unsend", mid=mid)
    expect(items(phone)).to_have_count(1)
    phone.get_by_role("button", name="Disconnect").click()
    expect(phone.get_by_role("status").last).to_contain_text("No Instagram profile is connected any more")
    expect(items(phone)).to_have_count(1)
    phone.get_by_label("Yes, delete all of it.").check()
    phone.get_by_role("button", name="Delete everything").click()
    expect(phone.get_by_role("heading", name="Everything is deleted")).to_be_visible()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="This link has been used")).to_be_visible()

    assert all(token not in one for one in seen)
    assert token not in (bakery.product.folder.parent / "var.log").read_text()


def test_LB7_the_team_sees_what_a_customer_shares_and_lets_them_go(
    bakery: Shop, box: Mailbox, contexts: MakeContext, page: Page
) -> None:
    customer = "1087654321000002"
    bakery.writes("Hello, it is me", customer)
    phone = contexts(**PHONE).new_page()
    phone.goto(link_sent_to(bakery, customer))
    phone.get_by_label("This is my profile, and I agree.").check()
    sign_in(phone, box, "bea@example.org")
    expect(phone.get_by_text("Nothing here yet")).to_be_visible()
    bakery.sign_in(page, f"/inbox/{bakery.conversation(customer)['id']}")
    library = page.get_by_role("region", name="Library")
    expect(library).to_contain_text("Nothing shared yet.")
    mid = bakery.writes("https://ex.io/rye-bread", customer)
    expect(library.get_by_role("link", name="ex.io/rye-bread")).to_be_visible()
    bakery.sim("unsend", mid=mid)
    expect(library).to_contain_text("Nothing shared yet.")
    mid = bakery.writes("this one", customer, attachments=["ig_post"])
    expect(library.get_by_role("listitem").locator("img")).not_to_have_js_property("naturalWidth", 0)
    bakery.sim("unsend", mid=mid)
    expect(library).to_contain_text("Nothing shared yet.")
    library.get_by_role("button", name="Disconnect customer").click()
    expect(library.get_by_role("button", name="Keep")).to_be_focused()
    library.get_by_role("button", name="Disconnect", exact=True).click()
    expect(library).to_be_hidden()
    phone.goto(f"{bakery.product.url}/library")
    expect(phone.get_by_role("button", name="Send me a code")).to_be_visible()


def test_LB10_an_open_library_becomes_current_and_leaves_what_is_being_written(
    bakery: Shop, box: Mailbox, contexts: MakeContext
) -> None:
    customer = "1087654321000004"
    bakery.writes("https://ex.io/first-loaf", customer)
    phone = contexts(**PHONE).new_page()
    phone.goto(link_sent_to(bakery, customer))
    phone.get_by_label("This is my profile, and I agree.").check()
    sign_in(phone, box, "cleo@example.org")
    expect(items(phone)).to_have_count(1)
    first = items(phone).filter(has_text="first-loaf")
    first.get_by_text("Note, tags, remove").click()
    first.get_by_label("Note").fill("half a thought")
    bakery.writes("and this", customer, attachments=["ig_post"])
    expect(items(phone)).to_have_count(2)
    expect(items(phone).first.locator("img")).not_to_have_js_property("naturalWidth", 0)
    expect(phone.get_by_role("status").filter(has_text="2 items")).to_be_visible()
    expect(first.get_by_label("Note")).to_have_value("half a thought")
    expect(first.get_by_label("Note")).to_be_focused()
    first.get_by_role("button", name="Save").click()
    expect(first).to_contain_text("half a thought")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_CS12_the_pages_are_for_everybody(bakery: Shop, box: Mailbox, contexts: MakeContext, scheme: str, width: int) -> None:
    customer = f"10876543220{width:05}"[:15] + ("1" if scheme == "dark" else "2")
    bakery.writes("https://ex.io/" + "long" * 40, customer)
    context: BrowserContext = contexts(viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=True)
    page = context.new_page()
    page.goto(link_sent_to(bakery, customer))
    usable(page)
    page.get_by_label("This is my profile, and I agree.").check()
    page.get_by_label("Your e-mail address").fill(f"{scheme}{width}@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This code does not work")
    usable(page)
    page.get_by_label("Code").fill(box.code(f"{scheme}{width}@example.org"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your library")).to_be_visible()
    expect(items(page)).to_have_count(1)
    page.get_by_text("Note, tags, remove").click()
    usable(page)


def usable(page: Page) -> None:
    """Nothing hangs over the edge, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert obstacles(page) == []
