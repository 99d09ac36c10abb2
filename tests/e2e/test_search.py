"""Search on `/`, the archive, and exports, in a browser. Rules SE5, AR3, AR4, EX1."""

import io
import json
import time
import zipfile

from playwright.sync_api import Page, Route, expect

from tests.e2e.axe import obstacles
from tests.e2e.conftest import Shop
from tests.e2e.screen import bubble, open_thread, row, thread, wait_until
from tests.product import IG_ID, eventually

ADA, BEN, CAT = "44000000000001", "44000000000002", "44000000000005"


def is_indexed(shop: Shop, text: str) -> bool:
    """No more often than an agent may search."""
    time.sleep(0.3)
    return bool(shop.get("/search", q=text, archived=True)["items"])


def search(page: Page, text: str) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search people, conversations, comments and messages")).to_be_focused()
    page.keyboard.type(text)


def test_SE5_AR4_a_message_is_found_by_the_keyboard_and_opened_in_its_thread(shop: Shop, page: Page) -> None:
    shop.writes("Do you have the Rosé in a magnum?", customer=ADA, name="Ada Field", username="ada.field")
    for n in range(45):
        shop.writes(f"another line {n}", customer=ADA)
    shop.writes("I bake pretzels", customer=BEN, name="Ben Ode", username="ben.ode")
    eventually(lambda: is_indexed(shop, "pretzels") and is_indexed(shop, "rose magnum") and is_indexed(shop, "another line 44"))
    shop.sign_in(page)
    open_thread(page, "I bake pretzels")
    page.get_by_role("log").focus()
    search(page, "ro")
    found = page.get_by_role("listbox", name="What was found")
    hits = found.get_by_role("option")
    expect(hits).to_have_count(1)
    expect(hits.first.locator("mark")).to_have_text("Rosé")
    expect(found).to_have_attribute("aria-busy", "false")
    assert obstacles(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ada Field", level=2).first).to_be_visible()
    expect(bubble(page, "Do you have the Rosé")).to_be_in_viewport()
    assert "#" not in page.url

    page.get_by_role("log").focus()
    search(page, "another line")
    expect(found).to_have_attribute("aria-busy", "false")
    expect(hits.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_have_attribute("aria-selected", "true")
    second = hits.nth(1).inner_text()
    page.get_by_role("checkbox", name="Also in the archive").check()
    expect(found).to_have_attribute("aria-busy", "false")
    expect(hits.and_(page.locator('[aria-selected="true"]'))).to_have_text(second, use_inner_text=True)
    page.get_by_role("combobox").fill("ben o")
    expect(hits).to_have_count(1)
    expect(hits.first).to_contain_text("@ben.ode")
    page.get_by_role("combobox").fill("nowhere at all")
    expect(page.get_by_role("status").filter(has_text="Nothing was found.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_SE5_enter_opens_the_first_hit_also_before_it_has_come_unless_something_is_typed_since(shop: Shop, page: Page) -> None:
    shop.writes("Are there crumpets?", customer=CAT, name="Cat Moor", username="cat.moor")
    eventually(lambda: is_indexed(shop, "crumpets"))
    shop.sign_in(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/search?**", hold)
    found = page.get_by_role("listbox", name="What was found")

    search(page, "crumpets")
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    wait_until(page, lambda: any("crumpet&" in one.request.url for one in held))
    held[-1].continue_()
    expect(found.get_by_role("option")).to_have_count(1)
    expect(found).to_have_attribute("aria-busy", "false")

    page.keyboard.type("s")
    page.keyboard.press("Enter")
    wait_until(page, lambda: held[-1].request.url.count("crumpets&"))
    expect(found).to_have_attribute("aria-busy", "true")
    held[-1].continue_()
    expect(bubble(page, "Are there crumpets?")).to_be_visible()
    expect(found).to_have_count(0)


def test_SE13_a_comment_is_found_and_opened_with_what_stands_under_it(shop: Shop, page: Page) -> None:
    made = shop.sim("/comment", account=IG_ID, customer=ADA, text="Is the sourdough vegan?")
    shop.sim("/comment", account=IG_ID, customer=BEN, text="Good question", parent=made["id"], media=made["media"])
    shop.sim("/comment", account=IG_ID, customer=BEN, text="Lovely", media=made["media"])
    eventually(lambda: is_indexed(shop, "sourdough") and is_indexed(shop, "lovely"))
    shop.sign_in(page)
    search(page, "sourd")
    listed = page.get_by_role("listbox", name="What was found")
    hits = listed.get_by_role("option")
    expect(hits).to_have_count(1)
    expect(hits.first).to_contain_text("commented")
    expect(hits.first.locator("mark")).to_have_text("sourdough")
    expect(listed).to_have_attribute("aria-busy", "false")
    page.keyboard.press("Enter")
    found = page.get_by_role("region", name="Comments").get_by_role("article")
    expect(found.filter(has_text="Is the sourdough vegan?")).to_be_visible()
    expect(found.filter(has_text="Good question")).to_be_visible()
    expect(found).to_have_count(2)
    assert obstacles(page) == []
    page.get_by_role("button", name="All under this post").click()
    expect(found).to_have_count(3)


def test_AR3_AR4_it_goes_to_the_archive_and_a_hit_or_a_message_brings_it_back(shop: Shop, page: Page) -> None:
    customer = "44000000000003"
    shop.writes("where is my walnut loaf", customer=customer, name="Cleo Wynn", username="cleo.wynn")
    eventually(lambda: is_indexed(shop, "walnut"))
    path = f"/conversations/{shop.conversation(customer)['id']}"
    shop.sign_in(page)
    open_thread(page, "walnut loaf")
    page.get_by_role("log").focus()
    page.keyboard.press("y")
    expect(page.get_by_text("This conversation is in the archive.")).to_be_visible()
    expect(row(page, "walnut loaf")).to_have_count(0)
    expect(page.get_by_role("status", name="Notices")).to_contain_text("In the archive")
    assert obstacles(page) == []

    page.get_by_role("button", name="Status: Open").click()
    page.get_by_role("menuitemradio", name="Archive").or_(page.get_by_role("menuitem", name="Archive")).press("Enter")
    expect(row(page, "walnut loaf")).to_have_count(1)
    assert "archived=true" in page.url

    page.goto(f"{shop.product.url}/inbox")
    expect(page.get_by_role("button", name="Status: Open")).to_be_visible()
    search(page, "walnut")
    expect(page.get_by_text("Nothing was found.")).to_be_visible()
    page.get_by_role("checkbox", name="Also in the archive").check()
    hits = page.get_by_role("listbox", name="What was found").get_by_role("option")
    expect(hits).to_have_count(1)
    hits.first.click()
    expect(bubble(page, "walnut loaf")).to_be_visible()
    expect(row(page, "walnut loaf")).to_have_count(1)
    expect(page.get_by_text("This conversation is in the archive.")).to_have_count(0)
    eventually(lambda: shop.get(path)["archived_at"] is None)

    page.get_by_role("log").focus()
    page.keyboard.press("y")
    expect(row(page, "walnut loaf")).to_have_count(0)
    eventually(lambda: shop.get(path)["archived_at"])
    shop.writes("hello again", customer=customer)
    expect(row(page, "hello again")).to_have_count(1)
    expect(thread(page)).to_contain_text("walnut loaf")


def test_EX1_a_person_is_taken_out_and_downloaded(shop: Shop, page: Page) -> None:
    shop.writes("my address is Elm Street", customer="44000000000004", name="Dee Oak", username="dee.oak")
    shop.customer_called("dee.oak")
    shop.sign_in(page)
    open_thread(page, "Elm Street")
    page.get_by_role("button", name="All about this person").click()
    dialog = page.get_by_role("dialog", name="Exports")
    expect(dialog.get_by_role("listitem").first).to_contain_text("All about dee.oak")
    link = dialog.get_by_role("link", name="Download").first
    expect(link).to_be_visible(timeout=30_000)
    assert obstacles(page) == []
    with page.expect_download() as download:
        link.click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        told = json.loads(archive.read("data.json"))["conversations"]
        assert [message["text"] for message in told[0]["messages"]] == ["my address is Elm Street"]
        pages = [name for name in archive.namelist() if name.startswith("conversations/")]
        page.set_content(archive.read(pages[0]).decode())
    expect(page.get_by_role("heading", name="Dee Oak")).to_be_visible()
    expect(page.get_by_text("my address is Elm Street")).to_be_visible()
