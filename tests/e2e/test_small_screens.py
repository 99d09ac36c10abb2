"""The newest screens on a phone, and by keyboard alone: all of it in reach, nothing over the edge, the focus never lost.

Rules O19, O24, SR1 of docs/spec/inbox.md.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import MakeContext, Shop
from tests.e2e.screen import answer, live, open_thread, thread
from tests.e2e.test_scheduled import schedule
from tests.e2e.test_search import is_indexed
from tests.e2e.test_troubled import items, refuse
from tests.product import IG_ID, eventually

PHONE = {"width": 390, "height": 700}


def test_O19_on_a_phone_scheduling_and_its_view_are_whole(shop: Shop, contexts: MakeContext) -> None:
    page = contexts(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    shop.writes("Is there a very long loaf? " * 8, customer="44000000000001")
    shop.sign_in(page)
    open_thread(page, "Is there a very long loaf?")
    for number in range(6):
        schedule(page, f"Later, number {number}")
        expect(page.get_by_role("textbox", name="Reply")).to_have_value("")
    page.get_by_role("textbox", name="Reply").fill("One more")
    page.get_by_role("region", name="Composer").get_by_role("button", name="Schedule").click()
    form = page.get_by_role("dialog", name="Schedule")
    form.evaluate("(one) => Promise.all(one.getAnimations().map((it) => it.finished))")
    at = form.bounding_box()
    assert at is not None
    assert at["x"] >= 0
    assert at["x"] + at["width"] <= PHONE["width"]
    page.keyboard.press("Escape")
    assert thread(page).evaluate("(one) => one.scrollWidth <= one.clientWidth")

    page.goto(f"{shop.product.url}/scheduled")
    heading = page.get_by_role("heading", name="Scheduled", level=1)
    expect(heading).to_be_in_viewport(ratio=1)
    last = page.get_by_role("main").get_by_role("article").last
    last.get_by_role("button", name="Delete").scroll_into_view_if_needed()
    expect(last.get_by_role("button", name="Delete")).to_be_in_viewport(ratio=1)
    expect(heading).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [320, 360, 390])
def test_on_the_smallest_phones_the_ways_and_the_tools_stand_in_one_line_each(
    shop: Shop, contexts: MakeContext, width: int
) -> None:
    page = contexts(viewport={"width": width, "height": 700}, has_touch=True, is_mobile=True).new_page()
    shop.sim("/comment", account=IG_ID, customer=f"44000000000{width}", text=f"Seen at {width}?")
    shop.writes(f"Written at {width}", customer=f"44000000000{width}")
    shop.sign_in(page, "/comments", heading="Comments")
    feed = page.get_by_role("region", name="Comments")
    one = feed.get_by_role("article").filter(has_text=f"Seen at {width}?")
    expect(one).to_be_visible()
    expect(feed.get_by_role("heading", name="Post without a caption")).to_have_count(0)
    live(page)
    in_one_line(page, one, "Reply publicly", "Message privately", "Done", "Label", "More for this comment")
    main = page.get_by_role("navigation", name="Main")
    expect(main.get_by_role("link", name="Inbox")).to_be_in_viewport(ratio=1)
    expect(main.get_by_role("button", name="You: Dana")).to_be_in_viewport(ratio=1)
    main.get_by_role("link", name="Inbox").click()
    open_thread(page, f"Written at {width}")
    in_one_line(page, page.get_by_role("region", name="Composer"), "Reply", "Note", "Attach files", "Schedule", "Send")


def in_one_line(page: Page, within: Locator, *names: str) -> None:
    """These buttons are whole on the screen, beside each other."""
    for name in names:
        expect(within.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
    buttons = within.get_by_role("button", name=re.compile(f"^({'|'.join(names)})$"))
    middles = buttons.evaluate_all("all => all.map(one => one.getBoundingClientRect()).map(({ y, height }) => y + height / 2)")
    assert len(middles) == len(names)
    assert max(middles) - min(middles) < 2


def test_the_field_of_the_search_stays_in_its_place_while_hits_come(shop: Shop, page: Page) -> None:
    shop.writes("Do you have panettone?", customer="44000000000031")
    eventually(lambda: is_indexed(shop, "panettone"))
    shop.sign_in(page)
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search people, conversations, comments and messages")
    dialog = page.get_by_role("dialog", name="Search")
    dialog.evaluate("(one) => Promise.all(one.getAnimations().map((it) => it.finished))")
    before = field.bounding_box()
    field.fill("panettone")
    expect(dialog.get_by_role("option").first).to_be_visible()
    assert field.bounding_box() == before


def test_O24_the_focus_goes_on_to_the_next_that_failed(shop: Shop, page: Page) -> None:
    shop.writes("Do you deliver?", customer="44000000000002")
    shop.sign_in(page)
    open_thread(page, "Do you deliver?")
    refuse(shop, 3)
    for text in ("One", "Two", "Three"):
        expect(answer(page, text).get_by_role("button", name="Retry")).to_be_visible()
    page.get_by_role("link", name="Failed and in doubt: 3").press("Enter")
    expect(items(page)).to_have_count(3)
    items(page).nth(1).get_by_role("button", name="Discard").press("Enter")
    expect(items(page)).to_have_count(2)
    expect(items(page).nth(1)).to_be_focused()
    for left in (1, 0):
        items(page).first.get_by_role("button", name="Discard").press("Enter")
        expect(items(page)).to_have_count(left)
    expect(page.get_by_role("heading", name="Failed and in doubt", level=1)).to_be_focused()


def test_SR1_deleting_a_saved_reply_asks_first_and_nothing_written_is_lost_by_letting_go_outside(shop: Shop, page: Page) -> None:
    body = {"scope": "workspace", "shortcut": "hours", "title": "Opening hours", "text": "From eight to six."}
    headers = {"authorization": f"Bearer {shop.token}"}
    shop.client.post(f"{shop.product.url}/api/v1/saved-replies", json=body, headers=headers).raise_for_status()
    shop.sign_in(page)
    page.goto(f"{shop.product.url}/inbox#saved-replies")
    dialog = page.get_by_role("dialog", name="Saved replies")
    dialog.get_by_role("button", name="Edit /hours").click()
    text = dialog.get_by_label("Text")
    at = text.bounding_box()
    assert at is not None
    page.mouse.move(at["x"] + 20, at["y"] + 15)
    page.mouse.down()
    page.mouse.move(5, at["y"] + 15)
    page.mouse.up()
    expect(text).to_be_visible()
    dialog.get_by_role("button", name="Cancel").press("Enter")
    add = dialog.get_by_role("button", name="New saved reply")
    expect(add).to_be_focused()
    dialog.get_by_role("button", name="Delete /hours").press("Enter")
    sure = dialog.get_by_role("group", name="Delete /hours?")
    expect(sure.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(add).to_be_focused()
    dialog.get_by_role("button", name="Delete /hours").press("Enter")
    sure.get_by_role("button", name="Delete").press("Enter")
    expect(dialog).to_contain_text("There is none yet.")
    expect(add).to_be_focused()
