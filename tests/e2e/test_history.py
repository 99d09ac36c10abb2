"""What was said before: loaded by a person, imported by the team; and webhooks that stay away. Rules HI1, HI4, HI7, GA3."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.axe import obstacles
from tests.e2e.conftest import MakeContext, Shop, made_contexts, opened
from tests.e2e.screen import TIME, bubble, live, open_thread, place, row, thread
from tests.e2e.test_accessibility import SIZES, signed_in
from tests.e2e.test_live import STAND_STILL
from tests.product import IG_ID, eventually, installed

HIDDEN = "Instagram shows only its newest 20 messages; earlier ones are in the Instagram app"
LOAD = "Load earlier from Instagram"


def past(shop: Shop, *, conversations: int = 1, messages: int) -> list[str]:
    """What was written before, of which no webhook told; the customers."""
    return shop.sim("/history", conversations=conversations, messages=messages, media=0, deliver="silent")["customers"]


def accounts(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Accounts")


def imported(page: Page, username: str = "harbour.bakery") -> Locator:
    return accounts(page).get_by_role("region", name=f"Import of @{username}")


def open_accounts(page: Page) -> Locator:
    page.get_by_role("link", name="Accounts", exact=True).click()
    expect(imported(page).get_by_role("button", name="Import conversations")).to_be_enabled()
    return accounts(page)


def test_HI7_earlier_messages_come_above_the_one_in_view_until_instagram_shows_no_more(shop: Shop, page: Page) -> None:
    (customer,) = past(shop, messages=18)
    for nth in range(12):
        shop.writes(f"line {nth}" + " of a long story" * 40, customer=customer)
    path = f"/conversations/{shop.conversation(customer)['id']}/messages"
    eventually(lambda: len(shop.get(path, limit=100)["items"]) == 12)
    shop.sign_in(page)
    log = open_thread(page, "line 11")
    expect(bubble(page, "line 11")).to_be_in_viewport()
    live(page)
    log.evaluate("(log) => { log.scrollTop = 0 }")
    button, heard = log.get_by_role("button", name=LOAD), page.get_by_role("status", name="Announcements")
    expect(button).to_be_in_viewport()
    log.evaluate(STAND_STILL)
    button.focus()
    page.keyboard.press("Enter")
    expect(heard).to_contain_text("8 earlier messages loaded")
    expect(log.get_by_role("article")).to_have_count(20)
    expect(page.locator(":focus")).to_have_text(HIDDEN)
    expect(button).to_have_count(0)
    moved = log.evaluate("(log) => log.__moved")
    assert max(moved) - min(moved) <= 1, moved
    expect(row(page, "line 11")).not_to_have_accessible_name(re.compile("unread"))
    told = [one["text"] for one in shop.get(path, limit=100)["items"]]
    assert log.get_by_role("article").locator("p.whitespace-pre-wrap").all_inner_texts() == told
    log.evaluate("(log) => { log.scrollTop = 0 }")
    expect(log.get_by_text(HIDDEN)).to_be_in_viewport()


def test_HI7_where_nothing_was_said_before_the_conversation_begins(shop: Shop, page: Page) -> None:
    shop.writes("my very first words", customer="29000000000001")
    shop.sign_in(page)
    log = open_thread(page, "my very first words")
    live(page)
    before = place(bubble(page, "my very first words"))
    log.get_by_role("button", name=LOAD).click()
    expect(log.get_by_text("The conversation begins here")).to_be_visible()
    expect(log.get_by_role("button", name=LOAD)).to_have_count(0)
    assert place(bubble(page, "my very first words")) == before


def test_HI7_a_refusal_says_why_and_can_be_tried_again(shop: Shop, page: Page) -> None:
    shop.writes("before the refusal", customer="29000000000002")
    shop.sign_in(page)
    log = open_thread(page, "before the refusal")
    fault = shop.sim("/fault", target="conversations", effect="error", code=100, message="Not this one.", account=IG_ID)
    log.get_by_role("button", name=LOAD).click()
    expect(log.get_by_text(re.compile("^Earlier messages could not be had: .*Not this one"))).to_be_visible()
    shop.product.sim.delete(f"/fault/{fault['id']}").raise_for_status()
    log.get_by_role("button", name="Try again").click()
    expect(log.get_by_text("The conversation begins here")).to_be_visible()


def test_HI1_an_import_shows_how_far_it_is_and_the_list_fills_without_a_reload(fresh_shop: Shop, contexts: MakeContext) -> None:
    shop = fresh_shop
    past(shop, conversations=60, messages=4)
    shop.hires("Ravi")
    dana, ravi = contexts().new_page(), contexts().new_page()
    shop.sign_in(dana)
    shop.sign_in(ravi, email="ravi@example.org")
    for page in (dana, ravi):
        page.evaluate("() => { window.__sameDocument = true }")
    expect(dana.get_by_role("heading", name="Waiting for the first message")).to_be_visible()
    shop.sim("/fault", target="conversations", effect="error", skip=3)  # it is counted and begun, and waits until that is mended
    open_accounts(dana)
    ravi.get_by_role("link", name="Accounts", exact=True).click()
    expect(imported(ravi)).to_contain_text("Owners and admins can import conversations.")
    expect(imported(ravi).get_by_role("button")).to_have_count(0)
    imported(dana).get_by_role("button", name="Import conversations").click()
    for page in (dana, ravi):
        bar = imported(page).get_by_role("progressbar", name="Import of @harbour.bakery")
        expect(bar).to_be_visible()
        expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^\d+ of 60 conversations, \d+ new messages$"))
        expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^\d+$"))
    expect(imported(ravi).get_by_role("button")).to_have_count(0)
    expect(imported(dana).get_by_role("button", name="Stop")).to_be_visible()
    shop.product.sim.delete("/fault").raise_for_status()
    for page in (dana, ravi):
        told = imported(page).get_by_role("status")
        expect(told).to_have_text(
            re.compile("^Imported 240 messages of 60 conversations, (just now|1 minute ago)$"), timeout=60_000
        )
        page.keyboard.press("Escape")
        expect(accounts(page)).to_have_count(0)
        expect(page.get_by_role("link", name="Accounts", exact=True)).to_be_focused()
        expect(page.get_by_role("option").first).to_have_attribute("aria-setsize", re.compile("^(50|60)$"))
        assert page.evaluate("() => window.__sameDocument")
        assert page.get_by_role("option").filter(has_text="unread").count() == 0
    assert all(one["unread_count"] == 0 for one in shop.get("/conversations", status="any", limit=100)["items"])


def test_HI4_an_import_is_stopped_and_begun_again_by_keyboard(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    past(shop, conversations=60, messages=2)
    shop.sign_in(page)
    shop.sim("/fault", target="conversations", effect="hang", seconds=3)
    page.get_by_role("link", name="Accounts", exact=True).focus()
    page.keyboard.press("Enter")
    expect(imported(page).get_by_role("button", name="Import conversations")).to_be_enabled()
    imported(page).get_by_role("button", name="Import conversations").focus()
    page.keyboard.press("Enter")
    stop = imported(page).get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    expect(imported(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(stop).to_be_focused()
    page.keyboard.press("Enter")
    expect(imported(page).get_by_role("status")).to_contain_text(
        re.compile(r"^Stopped after \d+.* conversations \(stopped by Dana\)")
    )
    expect(imported(page)).to_be_focused()
    imported(page).get_by_role("button", name="Import conversations").click()
    page.keyboard.press("Escape")
    expect(accounts(page)).to_have_count(0)
    shop.product.sim.delete("/fault").raise_for_status()
    notice = page.get_by_role("status", name="Notices")
    expect(notice).to_contain_text("@harbour.bakery: Imported", timeout=60_000)


@pytest.fixture
def unsubscribed(tmp_path: Path) -> Iterator[Shop]:
    """A product whose first account tells nothing of messages."""
    with installed(tmp_path / "var") as product:
        product.sim.post("/accounts", json={"id": IG_ID, "subscribed_fields": ["comments"]}).raise_for_status()
        with opened(product) as shop:
            yield shop


def test_GA3_a_calm_notice_says_that_instagram_is_asked_until_a_webhook_comes(unsubscribed: Shop, page: Page) -> None:
    shop = unsubscribed
    shop.sign_in(page)
    notice = page.get_by_role("status", name="Webhooks")
    every = rf"^No webhooks from Instagram for @harbour\.bakery since {TIME}: asking every minute\. See accounts$"
    expect(notice).to_have_text(re.compile(every))
    expect(page.get_by_role("link", name="Accounts: something needs attention")).to_be_visible()
    notice.get_by_role("link", name="See accounts").click()
    card = accounts(page).get_by_role("region", name="@harbour.bakery", exact=True)
    expect(card).to_contain_text(re.compile(rf"Asking Instagram every minute since {TIME}, because no webhooks come"))
    expect(card).to_contain_text("its webhook subscription is gone")
    expect(card).to_contain_text(re.compile(f"Complete up to {TIME}"))
    expect(accounts(page).get_by_role("region", name="@harbour.cafe", exact=True)).to_contain_text("Webhooks")
    page.keyboard.press("Escape")
    shop.sim("/accounts", id=IG_ID, subscribed_fields=["messages"])
    shop.writes("the first webhook", customer="29000000000003")
    expect(row(page, "the first webhook")).to_be_visible()
    expect(notice).to_be_empty()
    expect(page.get_by_role("link", name="Accounts", exact=True)).to_be_visible()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=list(SIZES))
def at(request: pytest.FixtureRequest, browser: Browser, scheme: str) -> Iterator[Page]:
    with made_contexts(browser) as make:
        options = {"viewport": SIZES[request.param], "color_scheme": scheme, "reduced_motion": "reduce"}
        yield make(**options, has_touch=request.param == "narrow").new_page()


def test_HI7_HI1_axe_finds_nothing_at_the_top_of_a_thread_and_in_the_accounts(shop: Shop, at: Page) -> None:
    (customer,) = past(shop, messages=25)
    shop.writes("look at the top", customer=customer)
    conversation = shop.conversation(customer)["id"]
    signed_in(shop, at, f"/inbox/{conversation}")
    expect(thread(at).get_by_role("button", name=LOAD)).to_be_visible()
    assert obstacles(at) == []
    thread(at).get_by_role("button", name=LOAD).click()
    expect(thread(at).get_by_role("article")).to_have_count(20)
    expect(thread(at).get_by_text(HIDDEN)).to_be_attached()
    thread(at).evaluate("(log) => { log.scrollTop = 0 }")
    assert obstacles(at) == []
    signed_in(shop, at, "/inbox#accounts")
    start = imported(at).get_by_role("button", name="Import conversations")
    expect(start).to_be_enabled()
    assert obstacles(at) == []
    fault = shop.sim("/fault", target="conversations", effect="hang", seconds=3)
    start.click()
    expect(imported(at).get_by_role("progressbar")).to_be_visible()
    assert obstacles(at) == []
    shop.product.sim.delete(f"/fault/{fault['id']}").raise_for_status()
    expect(imported(at).get_by_role("status")).to_contain_text(re.compile("^(Imported|Nothing new)"), timeout=60_000)
    assert obstacles(at) == []
