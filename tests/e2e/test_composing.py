"""The box: what the clock allows, and what becomes of what was typed. Rules W1, W2."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop
from tests.e2e.screen import open_thread, thread
from tests.product import IG_ID
from tests.world import Customer, body


def wrote(shop: Shop, customer: str, text: str, ago: timedelta) -> str:
    """A customer wrote some time ago; the address of the conversation."""
    shop.posts(body(IG_ID, Customer(IG_ID, customer).writes(f"ago-{customer}", text, datetime.now(UTC) - ago)))
    return f"{shop.product.url}/inbox/{shop.conversation(customer)['id']}"


def test_W1_the_bar_and_the_box_follow_the_clock_without_a_reload(shop: Shop, page: Page) -> None:
    page.clock.install()
    shop.sign_in(page)
    page.goto(wrote(shop, "28000000000001", "Are you open?", timedelta(hours=20)))
    composer = page.get_by_role("region", name="Composer")
    send = composer.get_by_role("button", name="Send")
    state = page.get_by_role("status", name="Reply window")
    page.get_by_role("textbox", name="Reply").fill("We are")
    expect(composer).to_contain_text("Reply window: 3 h 5")
    expect(state).to_have_text("The reply window is open")
    expect(send).to_be_enabled()
    (before,) = re.findall(r"3 h 5\d m left", composer.inner_text())
    page.clock.run_for(121_000)
    expect(composer).not_to_contain_text(before)
    expect(composer).to_contain_text("Reply window: 3 h 5")
    page.clock.fast_forward("03:00:00")
    expect(state).to_have_text("The reply window closes within two hours")
    page.clock.fast_forward("01:00:00")
    expect(composer).to_contain_text(re.compile("Closed since .*no human-agent permission"))
    expect(state).to_have_text("The reply window is closed")
    expect(send).to_be_disabled()
    expect(page.get_by_role("textbox", name="Reply")).to_have_value("We are")


def test_W1_a_closed_window_takes_no_answer_and_still_takes_notes(shop: Shop, page: Page) -> None:
    shop.sign_in(page)
    page.goto(wrote(shop, "28000000000002", "Long ago", timedelta(days=3)))
    box = page.get_by_role("textbox", name="Reply")
    box.fill("Too late")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    expect(box).to_have_accessible_description(re.compile("24-hour window is closed"))
    page.keyboard.press("Enter")
    expect(box).to_have_value("Too late")
    expect(thread(page).get_by_role("article")).to_have_count(1)
    page.get_by_role("button", name="Note", exact=True).click()
    page.get_by_role("textbox", name="Note").fill("She will write again")
    page.keyboard.press("Enter")
    expect(thread(page).get_by_role("article", name="Note by Dana")).to_have_count(1)


def test_what_is_typed_while_a_note_is_being_kept_stays_and_what_was_kept_leaves_no_draft(shop: Shop, page: Page) -> None:
    shop.writes("note this", customer="28000000000003")
    shop.writes("and that", customer="28000000000004")
    held: list = []
    page.route("**/notes", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    shop.sign_in(page)
    open_thread(page, "note this")
    page.get_by_role("button", name="Note", exact=True).click()
    box = page.get_by_role("textbox", name="Note")
    box.fill("first note")
    page.keyboard.press("Enter")
    expect(box).to_have_value("")
    box.press_sequentially("second")
    while not held:
        page.wait_for_timeout(10)
    held.pop().continue_()
    expect(thread(page).get_by_role("article", name="Note by Dana")).to_contain_text("first note")
    expect(box).to_have_value("second")

    page.keyboard.press("Enter")
    open_thread(page, "and that")
    while not held:
        page.wait_for_timeout(10)
    held.pop().continue_()
    open_thread(page, "note this")
    expect(thread(page).get_by_role("article", name="Note by Dana")).to_have_count(2)
    page.get_by_role("button", name="Note", exact=True).click()
    expect(box).to_have_value("")
    box.fill("third")
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(10)
    held.pop().abort()
    expect(page.get_by_role("status", name="Notices")).to_contain_text("The note was not kept")
    expect(box).to_have_value("third")


def test_a_note_that_fails_because_the_session_is_over_leaves_no_trace_in_the_browser(shop: Shop, page: Page) -> None:
    shop.writes("what do we know", customer="28000000000006")
    shop.sign_in(page)
    open_thread(page, "what do we know")
    over = {"code": "unauthenticated", "title": "Sign in first", "status": 401}
    page.route(
        "**/notes", lambda route: route.fulfill(status=401, json=over) if route.request.method == "POST" else route.continue_()
    )
    page.get_by_role("button", name="Note", exact=True).click()
    page.get_by_role("textbox", name="Note").fill("a secret of hers")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "a secret of hers" not in page.evaluate("() => JSON.stringify({ ...localStorage })")
