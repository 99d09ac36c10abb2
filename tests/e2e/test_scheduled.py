"""Answers for later, and the way back from what was just sent. Rules O7, O13, O19-O24 of docs/spec/inbox.md."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import obstacles
from tests.e2e.conftest import Shop, opened
from tests.e2e.screen import answer, bubble, open_thread, row, thread
from tests.product import IG_ID, installed
from tests.world import Customer, body


def ghosts(page: Page) -> Locator:
    return thread(page).get_by_role("article").filter(has=page.get_by_role("button", name="Send now"))


def schedule(page: Page, text: str, choice: str = "Tomorrow morning") -> None:
    page.get_by_role("textbox", name="Reply").fill(text)
    page.get_by_role("region", name="Composer").get_by_role("button", name="Schedule").click()
    page.get_by_role("dialog", name="Schedule").get_by_role("button", name=choice).click()


def test_O19_O23_an_answer_is_put_off_changed_sent_and_deleted_in_the_thread_and_in_its_view(shop: Shop, page: Page) -> None:
    shop.writes("Will you bake tomorrow?", customer="41000000000001")
    shop.sign_in(page)
    open_thread(page, "Will you bake tomorrow?")
    schedule(page, "Yes, fresh from the oven")
    expect(page.get_by_role("textbox", name="Reply")).to_have_value("")
    ghost = ghosts(page).filter(has_text="Yes, fresh from the oven")
    expect(ghost).to_contain_text("Tomorrow 9:00")
    expect(row(page, "Will you bake tomorrow?")).to_have_count(1)  # it is no line in the list
    rail = page.get_by_role("navigation", name="Main")
    expect(rail.get_by_role("link", name="Scheduled: 1")).to_be_visible()

    shop.writes("One more thing", customer="41000000000001")
    expect(bubble(page, "One more thing")).to_be_visible()
    texts = thread(page).get_by_role("article").all_inner_texts()
    assert "Yes, fresh from the oven" in texts[-1]  # whatever comes in stands above it

    rail.get_by_role("link", name="Scheduled: 1").click()
    expect(page.get_by_role("heading", name="Scheduled", level=1)).to_be_visible()
    item = page.get_by_role("article").filter(has_text="Yes, fresh from the oven")
    expect(item).to_contain_text("If they write before: hold it for review")
    assert obstacles(page) == []
    item.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Change the scheduled answer")
    dialog.get_by_role("textbox", name="Text").fill("Yes, from eight on")
    dialog.get_by_label("If they write before").select_option("send")
    dialog.get_by_role("button", name="Save").click()
    item = page.get_by_role("article").filter(has_text="Yes, from eight on")
    expect(item).to_contain_text("send it all the same")
    item.get_by_role("link").click()
    expect(ghosts(page)).to_contain_text("Yes, from eight on")
    ghosts(page).get_by_role("button", name="Send now").click()
    expect(bubble(page, "Yes, from eight on")).to_contain_text("Sent")
    expect(ghosts(page)).to_have_count(0)

    schedule(page, "Never mind", "In 1 hour")
    ghosts(page).filter(has_text="Never mind").get_by_role("button", name="Delete").click()
    expect(ghosts(page)).to_have_count(0)
    expect(rail.get_by_role("link", name="Scheduled", exact=True)).to_be_visible()


@pytest.fixture
def timeless(tmp_path: Path) -> Iterator[Shop]:
    """A product whose clock is the simulator's."""
    with installed(tmp_path / "var", is_following=True) as product, opened(product) as shop:
        yield shop


def test_O20_O21_its_time_comes_while_somebody_looks_and_what_they_wrote_holds_the_other(timeless: Shop, page: Page) -> None:
    shop = timeless
    shop.writes("Is the rye sold out?", customer="41000000000002")
    conversation = shop.conversation("41000000000002")["id"]
    headers = {"authorization": f"Bearer {shop.token}"}

    def put_off(text: str) -> None:
        now = datetime.fromisoformat(shop.product.sim.get("/clock").json()["now"])
        at = (now + timedelta(hours=1)).isoformat()
        answered = shop.client.post(
            f"{shop.product.url}/api/v1/conversations/{conversation}/messages",
            json={"client_key": text, "text": text, "release_at": at}, headers=headers,
        )  # fmt: skip
        assert answered.status_code == 201, answered.text

    shop.sign_in(page)
    open_thread(page, "Is the rye sold out?")
    put_off("Some are left")
    expect(ghosts(page)).to_have_count(1)
    shop.sim("/clock", advance_s=3601)
    expect(bubble(page, "Some are left")).to_contain_text("Sent")
    expect(ghosts(page)).to_have_count(0)

    put_off("We keep one for you")
    expect(ghosts(page)).to_have_count(1)
    shop.writes("Forget it, thanks", customer="41000000000002")
    expect(bubble(page, "Forget it, thanks")).to_be_visible()
    shop.sim("/clock", advance_s=3601)
    held = thread(page).get_by_role("article").filter(has_text="Held for review")
    expect(held).to_contain_text("We keep one for you")
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile("1 held for review"))
    link.click()
    section = page.get_by_role("region", name="Held for review")
    expect(section).to_contain_text("They wrote after this was scheduled")
    section.get_by_role("button", name="Delete").click()
    expect(section).to_have_count(0)
    sent = shop.product.sim.get("/sends").json()
    assert "We keep one for you" not in str(sent)


def test_O22_the_form_says_so_when_the_window_will_be_closed_then(shop: Shop, page: Page) -> None:
    shop.posts(
        body(
            IG_ID,
            Customer(IG_ID, "41000000000003").writes("mid-41-3", "Hello?", datetime.now(UTC) - timedelta(hours=23, minutes=30)),
        )
    )
    shop.sign_in(page)
    page.goto(f"{shop.product.url}/inbox/{shop.conversation('41000000000003')['id']}")
    page.get_by_role("textbox", name="Reply").fill("Later")
    page.get_by_role("region", name="Composer").get_by_role("button", name="Schedule").click()
    form = page.get_by_role("dialog", name="Schedule")
    expect(form.get_by_role("button", name="In 1 hour")).to_contain_text("will be closed by then")
    expect(form).to_contain_text("Europe/London")
    expect(form.get_by_role("button", name="Schedule")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Reply")).to_have_value("Later")


def test_O7_O13_what_was_just_sent_can_be_taken_back_and_a_long_text_shows_its_parts(shop: Shop, page: Page) -> None:
    shop.writes("How do you make it?", customer="41000000000004")
    shop.sign_in(page)
    open_thread(page, "How do you make it?")
    page.get_by_role("button", name="You: Dana").click()
    page.get_by_role("menuitemradio", name="For 5 seconds").click()
    expect(page.get_by_role("menuitemradio", name="For 5 seconds")).to_be_checked()
    page.keyboard.press("Escape")
    page.evaluate("localStorage.setItem('confab.undo_s', '30')")  # longer than the menu has it, so that a slow test is in time
    said = answer(page, "With too much salt")
    expect(said).to_contain_text("Sending in")
    said.get_by_role("button", name="Undo").click()
    expect(said).to_have_count(0)
    box = page.get_by_role("textbox", name="Reply")
    expect(box).to_have_value("With too much salt")
    box.fill("With flour")
    page.keyboard.press("Enter")
    expect(bubble(page, "With flour")).to_contain_text("Sending in")
    box.press("Control+z")
    expect(box).to_have_value("With flour")
    page.get_by_role("button", name="You: Dana").click()
    page.get_by_role("menuitemradio", name="Off").click()
    page.keyboard.press("Escape")

    recipe = "\n\n".join(f"Step {n}. " + "knead and rest and " * 30 for n in range(1, 5))
    box.fill(recipe)
    expect(page.get_by_role("status", name="Length")).to_have_text(re.compile(r"Will be sent as \d messages"))
    page.keyboard.press("Enter")
    parts = thread(page).get_by_role("article").filter(has_text="knead and rest")
    expect(parts).to_have_count(4)
    expect(parts.last).to_contain_text("Sent")
    expect(parts).to_have_count(4)
    assert [f"Step {n}." in text for n, text in enumerate(parts.all_inner_texts(), 1)] == [True] * 4
    assert sum("Step " in str(one) for one in shop.product.sim.get("/sends").json()["items"]) == 4
    box.fill("word " * 4200)
    expect(page.get_by_role("status", name="Length")).to_contain_text("at most 20 go together")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()


def test_S13_S15_a_message_is_reacted_to_and_answered(shop: Shop, page: Page) -> None:
    shop.writes("Was it you who baked it?", customer="41000000000005")
    shop.sign_in(page)
    open_thread(page, "Was it you who baked it?")
    message = bubble(page, "Was it you who baked it?")
    message.hover()
    message.get_by_role("button", name="React or reply").click()
    page.get_by_role("menuitemradio", name="Heart").click()
    expect(message.get_by_role("img", name="This account reacted with ❤️")).to_be_visible()
    message.get_by_role("button", name="React or reply").focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Take back the reaction").press("Enter")
    expect(message.get_by_role("img")).to_have_count(0)

    message.get_by_role("button", name="React or reply").press("Enter")
    page.get_by_role("menuitem", name="Reply to this message").click()
    expect(page.get_by_role("status", name="Answering")).to_contain_text("Was it you who baked it?")
    page.get_by_role("textbox", name="Reply").press("Escape")
    expect(page.get_by_role("status", name="Answering")).to_have_count(0)
    message.get_by_role("button", name="React or reply").press("Enter")
    page.get_by_role("menuitem", name="Reply to this message").click()
    said = answer(page, "It was")
    expect(said.get_by_role("button", name=re.compile("Was it you who baked it?"))).to_be_visible()
    expect(said).to_contain_text("Sent")
