"""The numbers as a team sees them: how it answers, and what Instagram says. Rules NU1, NU2, NU5 of docs/spec/numbers.md."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop
from tests.e2e.screen import answer, bubble, open_thread

PICTURES = os.environ.get("CONFAB_PICTURES")


def test_NU5_the_page_shows_todays_work_and_what_is_not_known_as_a_dash(shop: Shop, page: Page) -> None:
    shop.writes("Do you bake rye?", customer="42000000000001")
    shop.sign_in(page)
    open_thread(page, "Do you bake rye?")
    answer(page, "Every morning")
    expect(bubble(page, "Every morning")).to_contain_text("Sent")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Insights").click()
    expect(page.get_by_role("heading", name="Insights", level=1)).to_be_visible()
    team = page.get_by_role("region", name="Your team")
    expect(team.get_by_role("button", name="Messages received")).to_contain_text("–")  # until yesterday there was no account
    today = page.evaluate("new Date().toISOString().slice(0, 10)")
    page.goto(f"{page.url.split('?')[0]}?since={today}&until={today}")
    expect(team.get_by_role("button", name="Messages received")).to_contain_text("1")
    expect(team.get_by_role("table", name="By person").get_by_role("row", name="Dana")).to_contain_text("1")
    team.get_by_role("button", name="Time to respond (median)").press("Enter")
    expect(team.get_by_role("button", name="Time to respond (median)")).to_have_attribute("aria-pressed", "true")
    expect(team.get_by_role("figure", name="Time to respond (median)")).to_be_visible()
    expect(page.get_by_role("region", name="On Instagram").get_by_role("button", name="Sync now")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    for name, width in (("wide", 1440), ("middle", 1024), ("phone", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"insights-{name}.png")
