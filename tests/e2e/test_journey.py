"""One message from a customer to the screen and the answer back, whatever breaks in between. Laws 1, 2, 3, 6."""

import re
import signal

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop
from tests.product import IG_ID, RETRIES, eventually


def test_a_message_reaches_the_screen_and_the_answer_reaches_instagram(fresh_shop: Shop, page: Page) -> None:
    """Duplicates, a lost answer of Meta's, and a restart of every process in between."""
    shop = fresh_shop
    shop.sim("/settings", **RETRIES)
    shop.sign_in(page)
    shop.sim("/fault", target="webhook", effect="duplicate", times=3, count=1)
    shop.writes("Hi! Do you deliver to Leith on Sundays?")
    row = page.get_by_role("option").filter(has_text="Do you deliver to Leith")
    expect(row).to_have_count(1)
    expect(row).to_have_accessible_name(re.compile("unread"))
    row.click()
    thread = page.get_by_role("log")
    expect(thread.get_by_text("Do you deliver to Leith on Sundays?")).to_have_count(1)

    shop.sim("/fault", target="send", effect="disconnect", when="after", count=1)
    page.get_by_role("textbox", name="Reply").fill("Yes, above twenty pounds!")
    page.keyboard.press("Enter")
    bubble = thread.get_by_role("article").filter(has_text="Yes, above twenty pounds!")
    expect(bubble).to_have_count(1)
    expect(bubble).to_contain_text("Sent")

    shop.product.stop(signal.SIGKILL)
    shop.writes("And on Saturdays?")
    page.get_by_role("textbox", name="Reply").fill("Saturdays too")
    page.keyboard.press("Enter")
    expect(thread.get_by_text("Saturdays too")).to_have_count(1)
    shop.product.start()
    expect(thread.get_by_text("And on Saturdays?")).to_have_count(1, timeout=90_000)
    late = thread.get_by_role("article").filter(has_text="Saturdays too")
    expect(late).to_contain_text("Sent", timeout=90_000)
    expect(late).to_have_count(1)

    for victim in ("worker", "web", "postgres"):
        assert shop.product.kill(victim)
        shop.writes(f"after the {victim} died")
        expect(thread.get_by_text(f"after the {victim} died")).to_have_count(1, timeout=90_000)

    calls = shop.product.sim.get("/sends").json()["items"]
    assert [call["text"] for call in calls] == ["Yes, above twenty pounds!", "Saturdays too"]
    truth = shop.product.sim.get("/messages", params={"account": IG_ID}).json()["items"]
    eventually(lambda: thread.get_by_role("article").count() == len(truth))
    page.reload()
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(len(truth))
