"""A stream that does not come, breaks or has forgotten: the inbox is right all the same. Rules F1-F8."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from confab.store import embedded
from confab.store.db import connect
from tests.e2e.conftest import MakeContext, Shop
from tests.e2e.screen import bubble, open_thread, row, thread
from tests.product import Product, eventually

STREAM = "**/api/v1/stream**"


@pytest.fixture
def page(page: Page) -> Page:
    """A page with a stream of its own, which a test can hold back."""
    page.add_init_script("delete window.SharedWorker")
    return page


def forget_changes(product: Product) -> None:
    """The feed keeps nothing of what happened until now."""

    async def delete(owner: str) -> None:
        conn = await connect(owner)
        await conn.execute("DELETE FROM changes")
        await conn.close()

    with embedded.running(product.folder) as doors, ThreadPoolExecutor(1) as thread_of_its_own:
        thread_of_its_own.submit(asyncio.run, delete(doors.owner)).result()


def test_while_the_stream_is_held_back_news_comes_every_minute(shop: Shop, page: Page) -> None:
    page.route(STREAM, lambda route: None)
    page.clock.install()
    shop.sign_in(page)
    shop.writes("before the first look", customer="27000000000001")
    shop.conversation("27000000000001")
    page.clock.run_for(11_000)
    expect(row(page, "before the first look")).to_have_count(1)
    expect(page.get_by_role("status", name="Connection")).to_contain_text("The live connection is interrupted.")
    shop.writes("a minute later", customer="27000000000002")
    shop.conversation("27000000000002")
    page.clock.run_for(61_000)
    expect(row(page, "a minute later")).to_have_count(1)
    page.unroute(STREAM)
    live = page.get_by_role("status", name="Live updates: Live")
    eventually(lambda: page.clock.run_for(1_000) or live.count())
    expect(page.get_by_role("status", name="Connection")).to_be_empty()


@pytest.mark.parametrize("look", [{}, {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}])
def test_that_the_connection_is_interrupted_moves_nothing_and_covers_nothing_to_press(
    shop: Shop, contexts: MakeContext, look: dict[str, Any]
) -> None:
    shop.writes("stays where it is", customer="27000000000006")
    page = contexts(**look).new_page()
    page.add_init_script("delete window.SharedWorker")
    shop.sign_in(page)
    expect(page.get_by_role("status", name="Live updates: Live")).to_be_attached()
    open_thread(page, "stays where it is")
    before = page.evaluate(PLACES)
    page.route(STREAM, lambda route: route.abort())
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    told = page.get_by_role("status", name="Connection").get_by_text("The live connection is interrupted.")
    expect(told).to_be_visible()
    assert page.evaluate(PLACES) == before
    box = told.bounding_box()
    assert box is not None
    assert [top + height for _, top, _, height in before if top + height > box["y"]] == []


PLACES = """() => [...document.querySelectorAll("main :is(button, a, textarea)")].map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect()
  return [x, y, width, height]
})"""


def test_what_the_feed_has_forgotten_is_fetched_anew_while_the_old_stays_on_the_screen(fresh_shop: Shop, page: Page) -> None:
    shop = fresh_shop
    shop.writes("known before", customer="27000000000003")
    shop.sign_in(page)
    open_thread(page, "known before")
    expect(page.get_by_role("status", name="Live updates: Live")).to_be_attached()
    page.evaluate("() => { window.__sameDocument = true }")
    page.route("**/api/v1/changes**", lambda route: route.abort())
    page.route(STREAM, lambda route: route.abort())
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.get_by_role("status", name="Live updates: Reconnecting")).to_be_attached()
    shop.writes("missed by the open thread", customer="27000000000003")
    shop.writes("missed by the list", customer="27000000000004")
    shop.conversation("27000000000004")
    forget_changes(shop.product)
    expect(bubble(page, "known before")).to_be_visible()
    page.unroute("**/api/v1/changes**")
    page.unroute(STREAM)
    expect(bubble(page, "missed by the open thread")).to_have_count(1, timeout=40_000)
    expect(row(page, "missed by the list")).to_have_count(1)
    shop.writes("and on it goes", customer="27000000000003")
    expect(bubble(page, "and on it goes")).to_have_count(1)
    assert page.evaluate("() => window.__sameDocument")


def test_a_browser_that_is_online_again_says_so(shop: Shop, contexts: MakeContext) -> None:
    page = contexts().new_page()
    shop.sign_in(page)
    expect(page.get_by_role("status", name="Live updates: Live")).to_be_attached()
    page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    expect(page.get_by_role("status", name="Live updates: Offline")).to_be_attached()
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.get_by_role("status", name="Live updates: Live")).to_be_attached()


def test_what_could_not_be_loaded_is_told_with_a_way_to_try_again(shop: Shop, page: Page) -> None:
    for nth in range(40):
        shop.writes(f"part {nth}.", customer="27000000000005")
    blocked = {
        "Notes and other events could not be loaded.": "**/notes",
        "Earlier messages could not be loaded.": "**/messages?*before=*",
    }
    for address in blocked.values():
        page.route(address, lambda route: route.abort())
    shop.sign_in(page)
    log = open_thread(page, "part 39.")
    log.evaluate("(log) => { log.scrollTop = 0 }")
    for text in blocked:
        expect(page.get_by_role("status").filter(has_text=text)).to_be_visible(timeout=30_000)
    for text, address in blocked.items():
        failure = page.get_by_role("status").filter(has_text=text)
        page.unroute(address)
        again = failure.get_by_role("button", name="Try again")

        def is_loaded(failure: Locator = failure, again: Locator = again) -> bool:
            again.evaluate_all("(buttons) => buttons.map((button) => button.click())")  # none, where scrolling has loaded it
            return failure.count() == 0

        eventually(is_loaded)
    expect(thread(page).get_by_role("article")).to_have_count(40)
