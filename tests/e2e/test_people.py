"""People of the team: the first one, how they come in and go out, and what they see of each other's work."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakeContext, Shop
from tests.e2e.screen import answer, bubble, open_thread, row, thread
from tests.product import PASSWORD, installed


def test_the_first_start_prints_a_link_that_makes_the_first_owner_once(tmp_path: Path, contexts: MakeContext) -> None:
    with installed(tmp_path / "var") as product:
        link = product.next_line().split()[-1]
        page = contexts().new_page()
        page.goto(link)
        expect(page.get_by_role("heading", name="Set up Confab")).to_be_visible()
        fill_setup(page)
        expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
        expect(page.get_by_role("heading", name="No Instagram account yet")).to_be_visible()
        expect(page.get_by_text("confab account add")).to_be_visible()
        steps = page.get_by_role("main").get_by_role("region", name="First steps")
        expect(steps).to_contain_text("No Instagram account is connected.")
        expect(page.get_by_role("button", name="You: Dana")).to_be_visible()

        second = contexts().new_page()
        second.goto(link)
        fill_setup(second)
        expect(second.get_by_role("alert")).to_contain_text("link")
        expect(second.get_by_role("heading", name="Inbox")).to_have_count(0)


def fill_setup(page: Page) -> None:
    page.get_by_label("Workspace").fill("Harbour Bakery")
    page.get_by_label("Your name").fill("Dana")
    page.get_by_label("Email").fill("dana@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the workspace").click()


def try_password(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_told_as_one_and_too_many_are_told_to_wait(shop: Shop, page: Page) -> None:
    page.goto(f"{shop.product.url}/")
    error = page.get_by_role("alert")
    for _ in range(10):
        with page.expect_response("**/api/v1/session"):
            try_password(page, "nobody@example.org", "wrong password")
        expect(page.get_by_role("button", name="Sign in")).to_be_enabled()
        expect(error).to_have_text("Email or password is wrong.")
    try_password(page, "nobody@example.org", "wrong password")
    expect(error).to_have_text(re.compile(r"^Too many attempts\. Try again in 1\d minutes\.$"))
    try_password(page, "dana@example.org", PASSWORD)
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def test_signing_out_ends_the_session_here_and_in_the_other_tab(shop: Shop, page: Page) -> None:
    shop.writes("before signing out", customer="21000000000001")
    shop.sign_in(page)
    other = page.context.new_page()
    other.goto(f"{shop.product.url}/")
    expect(row(other, "before signing out")).to_have_count(1)
    cookies = page.context.cookies()
    sign_out(page)
    for tab in (page, other):
        expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(tab.get_by_text("before signing out")).to_have_count(0)
    page.context.add_cookies(cookies)  # the server has forgotten it, too
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_out_asks_before_it_takes_drafts_and_unsent_answers_away(shop: Shop, page: Page) -> None:
    shop.writes("before I go", customer="21000000000004")
    shop.sign_in(page)
    open_thread(page, "before I go")
    page.route("**/messages", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    expect(answer(page, "on its way")).to_contain_text("Not sent yet.")
    page.get_by_role("textbox", name="Reply").fill("half a thought")
    sign_out(page)
    question = page.get_by_role("dialog", name="Sign out and lose what is not sent?")
    expect(question).to_contain_text("1 answer not sent yet and 1 draft")
    question.get_by_role("button", name="Stay").click()
    expect(page.get_by_role("textbox", name="Reply")).to_have_value("half a thought")
    sign_out(page)
    question.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="You: Dana").click()
    page.get_by_role("menuitem", name="Sign out").click()


def test_an_agent_cannot_see_deliveries_nor_change_an_account(shop: Shop, page: Page) -> None:
    shop.writes("for an agent", customer="21000000000002")
    shop.sign_in(page, email=shop.hires("Noor"))
    answer = page.request.get(f"{shop.product.url}/api/v1/deliveries")
    assert (answer.status, answer.json()["code"]) == (403, "forbidden")
    open_thread(page, "for an agent")
    expect(page.get_by_role("checkbox", name="Human Agent permission")).to_be_disabled()
    expect(page.get_by_role("navigation", name="Main").get_by_text("Deliveries")).to_have_count(0)


def test_what_one_agent_does_to_a_conversation_the_other_sees_at_once(shop: Shop, contexts: MakeContext) -> None:
    shop.writes("Who takes this one?", customer="21000000000003", username="tess.takes", name="Tess")
    shop.hires("Olu")
    dana, olu = contexts().new_page(), contexts().new_page()
    shop.sign_in(dana)
    shop.sign_in(olu, "/inbox?status=any", email="olu@example.org")
    open_thread(dana, "Who takes this one?")
    seen = row(olu, "Who takes this one?")
    expect(seen).not_to_have_accessible_name(re.compile("unread"))

    dana.get_by_role("button", name="Assigned to Nobody").click()
    dana.get_by_role("menuitemradio", name="Olu").click()
    expect(seen).to_have_accessible_name(re.compile("assigned to you"))

    dana.get_by_role("button", name="Label", exact=True).click()
    dana.get_by_role("textbox", name="Find or add a label").fill("wedding")
    dana.keyboard.press("Enter")
    dana.keyboard.press("Escape")
    expect(seen).to_have_accessible_name(re.compile("labels wedding"))

    open_thread(olu, "Who takes this one?")
    dana.get_by_role("button", name="Note", exact=True).click()
    dana.get_by_role("textbox", name="Note").fill("She is the florist's sister")
    dana.keyboard.press("Enter")
    note = thread(olu).get_by_role("article", name=re.compile("^Note by Dana"))
    expect(note).to_contain_text("She is the florist's sister")
    expect(bubble(dana, "She is the florist's sister")).to_have_count(1)

    dana.get_by_role("button", name="Snooze").click()
    dana.get_by_role("button", name=re.compile("^In 3 hours")).click()
    expect(seen).to_have_accessible_name(re.compile("snoozed"))
    expect(row(dana, "Who takes this one?")).to_have_count(0)

    dana.get_by_role("button", name="Reopen").click()
    expect(seen).not_to_have_accessible_name(re.compile("snoozed"))
    dana.get_by_role("button", name="Done").click()
    expect(seen).to_have_accessible_name(re.compile("done"))
    olu.get_by_role("button", name="Reopen").click()
    expect(row(dana, "Who takes this one?")).to_have_count(1)
