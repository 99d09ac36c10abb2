"""The numbers as a team sees them: how it answers, and what Instagram says. Rules NU1, NU2, NU5 of docs/spec/numbers.md,
IV3, IV8, IV12 of docs/spec/insights.md."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.axe import obstacles
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
    assert obstacles(page) == []
    for name, width in (("wide", 1440), ("middle", 1024), ("phone", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"insights-{name}.png")


def test_IV8_whoever_syncs_sees_how_far_it_is_then_the_numbers_and_what_came(shop: Shop, page: Page, tmp_path: Path) -> None:
    for account in shop.get("/accounts")["items"]:
        shop.sim("accounts", id=account["ig_id"], username=account["username"], followers=64)
    shop.sim("settings", insights={"kept_days": 10})
    shop.sign_in(page)
    page.goto(f"{shop.product.url}/insights")
    instagram = page.get_by_role("region", name="On Instagram")
    expect(instagram).to_contain_text("has not been asked for this account's numbers yet")
    instagram.get_by_role("button", name="Sync now").click()
    expect(instagram.get_by_role("progressbar", name="Reading")).to_be_visible()
    expect(instagram).to_contain_text("Fewer than 100 followers. Instagram gives", timeout=120_000)
    expect(instagram.get_by_role("button", name="New followers")).to_contain_text("–")
    expect(instagram.get_by_role("button", name="Views")).not_to_contain_text("–")
    with page.expect_download() as saved:
        page.get_by_role("button", name="PNG").click()
    saved.value.save_as(tmp_path / "seen.png")
    assert (tmp_path / "seen.png").read_bytes().startswith(b"\x89PNG")
    instagram.get_by_role("link", name="All readings").click()
    expect(page.get_by_role("heading", name="Readings of @")).to_be_visible()
    page.get_by_text("Details").first.click()
    expect(page.get_by_role("list", name="What did not come")).to_contain_text("Fewer than 100 followers")
    assert obstacles(page) == []
