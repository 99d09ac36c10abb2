"""What failed or is in doubt: what, why, what to do, one by one and many at once. Rules O24, O25 of docs/spec/inbox.md."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import obstacles
from tests.e2e.conftest import MakeContext, Shop
from tests.e2e.screen import answer, api_calls, bubble, open_thread


def items(page: Page) -> Locator:
    return page.get_by_role("list", name="Failed and in doubt").get_by_role("article")


def refuse(shop: Shop, count: int) -> None:
    shop.sim("/fault", target="send", effect="error", code=100, subcode=2534014, count=count)


def test_O24_O25_what_failed_is_sent_again_changed_or_given_up_while_everybody_sees_it(
    shop: Shop, page: Page, contexts: MakeContext
) -> None:
    shop.writes("Do you deliver?", customer="42000000000001")
    shop.sign_in(page)
    open_thread(page, "Do you deliver?")
    other = contexts().new_page()
    shop.sign_in(other)
    other.get_by_role("link", name="Failed and in doubt").click()
    expect(other.get_by_role("heading", name="Everything went out")).to_be_visible()

    refuse(shop, 4)
    for text in ("Yes, by bike", "On Mondays", "And Tuesdays", "For free"):
        expect(answer(page, text).get_by_role("button", name="Retry")).to_be_visible()
    expect(items(other)).to_have_count(4)  # by the stream alone
    expect(other.get_by_role("link", name="Failed and in doubt: 4")).to_be_visible()
    expect(items(other).first).to_contain_text("Not sent.")
    expect(items(other).first).to_contain_text("Change what Instagram refuses and send it again, or discard it")
    assert obstacles(other) == []

    edited = items(other).filter(has_text="Yes, by bike")
    edited.get_by_role("button", name="Edit and send").click()
    edited.get_by_role("textbox", name="Text").fill("Yes, by cargo bike")
    edited.get_by_role("button", name="Send the new text").click()
    expect(items(other)).to_have_count(3)
    expect(bubble(page, "Yes, by cargo bike")).to_contain_text("Sent")

    calls = api_calls(other)
    other.get_by_role("checkbox", name="Select all").check()
    expect(other.get_by_role("status", name="Selected")).to_have_text("3 selected")
    items(other).filter(has_text="For free").get_by_role("checkbox").uncheck()
    other.get_by_role("button", name="Send again", exact=True).first.press("Enter")
    expect(items(other)).to_have_count(1)
    expect(other.get_by_role("status", name="Notices")).to_contain_text("2 messages sent again")
    assert [call for call in calls if "retry" in call] == ["POST /troubled/retry"]
    expect(bubble(page, "And Tuesdays")).to_contain_text("Sent")

    other.get_by_role("checkbox", name="Select all").check()
    other.get_by_role("button", name="Discard").first.click()
    other.get_by_role("dialog", name="Discard 1 message?").get_by_role("button", name="Discard").click()
    expect(other.get_by_role("heading", name="Everything went out")).to_be_visible()
    expect(bubble(page, "For free")).to_have_count(0)
    assert len([call for call in calls if call.startswith("GET /troubled")]) <= 2


def test_O24_what_is_in_doubt_says_that_nobody_knows_and_asks_before_it_goes_again(shop: Shop, page: Page) -> None:
    shop.writes("Hello again", customer="42000000000002")
    shop.sign_in(page)
    open_thread(page, "Hello again")
    shop.sim("/fault", target="send", effect="disconnect", when="before", count=1)
    expect(answer(page, "Good morning")).to_contain_text("Unknown, checking")
    page.get_by_role("link", name="Failed and in doubt: 1").click()
    expect(items(page)).to_contain_text("Nothing yet: we are looking whether it arrived.")
    expect(items(page).get_by_role("button")).to_have_count(0)
    page.get_by_role("checkbox", name="Select all").check()
    page.get_by_role("button", name="Send again").click()
    page.get_by_role("dialog", name="Send them again?").get_by_role("button", name="Cancel").click()
    expect(items(page)).to_have_count(1)
