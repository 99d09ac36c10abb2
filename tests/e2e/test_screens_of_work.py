"""Pictures of docs/screens, taken as those of test_screens: comments, rules, and search."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import MakeContext, Shop, made_contexts
from tests.e2e.pictures import NARROW, WIDE, looks, take
from tests.e2e.screen import open_thread
from tests.product import IG_ID, eventually

RYE = "Seeded rye, out of the oven at seven. We keep two loaves back for whoever oversleeps."
TABLE = "The long table is set again. Eight seats, soup, bread, and whoever you bring."


@pytest.fixture(scope="module")
def make(browser: Browser) -> Iterator[MakeContext]:
    with made_contexts(browser) as made:
        yield made


def tell(shop: Shop, method: str, path: str, body: dict[str, Any]) -> Any:
    """Do something as the owner."""
    headers = {"authorization": f"Bearer {shop.token}"}
    answer = shop.client.request(method, f"{shop.product.url}/api/v1{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def comment(shop: Shop, minutes_ago: int, customer: str, text: str, **more: Any) -> dict[str, Any]:
    """Somebody commented, and Meta tells it of then; our comment, once it is there."""
    said_at = int(time.time()) - 60 * minutes_ago
    made = shop.sim("/comment", account=IG_ID, customer=customer, text=text, at=said_at, deliver=False, **more)
    author = {"id": made["customer"], "username": made["username"]}
    value = {"id": made["id"], "text": text, "from": author, "media": {"id": made["media"], "media_product_type": "FEED"}}
    entry = {"id": IG_ID, "time": said_at, "changes": [{"field": "comments", "value": value}]}
    shop.posts(json.dumps({"object": "instagram", "entry": [entry]}).encode())
    return eventually(lambda: next((one for one in shop.get("/comments", limit=100)["items"] if one["text"] == text), None))


def talk(shop: Shop) -> None:
    """Two posts with comments in every state."""
    rye, table = (shop.sim("/posts", account=IG_ID, caption=caption)["id"] for caption in (RYE, TABLE))
    comment(shop, 300, "wool.ines", "Is there a seat for somebody who only came for the soup?", media=table)
    spam = comment(shop, 260, "cheap.followers", "Get 10k followers today, link in bio!!!", media=table)
    tell(shop, "POST", f"/comments/{spam['id']}/moderation", {"what": "hide"})
    late = comment(shop, 90, "marco.rossi", "Do you deliver to Leith?", media=rye)
    tell(shop, "PATCH", f"/comments/{late['id']}", {"assignee_id": shop.get("/me")["agent"]["id"], "labels": ["delivery"]})
    tell(shop, "POST", f"/comments/{late['id']}/notes", {"text": "The bike goes there on Fridays, from twenty pounds on."})
    first = comment(shop, 42, "bea.bikes", "Which flour is that? Mine never gets so dark.", media=rye)
    tell(shop, "POST", f"/comments/{first['id']}/reply", {"client_key": "a", "text": "Whole rye from Fife, and a night of rest."})
    comment(shop, 12, "ana.ruiz", "How much is a loaf? And do you keep one until five?", media=rye)
    comment(shop, 3, "edie.tidepools", "I can smell this through the screen 😍", media=rye)
    eventually(lambda: all(one["hidden"] for one in shop.get("/comments", limit=100)["items"] if one["id"] == spam["id"]))


def test_comments(fresh_shop: Shop, make: MakeContext) -> None:
    shop = fresh_shop
    talk(shop)
    for size, scheme, name in ((WIDE, "light", "comments-wide-light"), (NARROW, "dark", "comments-narrow-dark")):
        page = looks(make, size, scheme)
        shop.sign_in(page, "/comments?view=all", heading="Comments")
        feed = page.get_by_role("region", name="Comments")
        expect(feed.get_by_role("article").filter(has_text="How much is a loaf?")).to_be_visible()
        expect(feed.locator("header img").first).not_to_have_js_property("naturalWidth", 0)
        take(page, name)
        asked = feed.get_by_role("article").filter(has_text="How much is a loaf?")
        asked.get_by_role("button", name="Message privately").click()
        page.get_by_role("textbox", name="Private message").fill("4.20, and yes: we keep one for you until five.")
        take(page, name.replace("comments", "comments-private"))
    page = looks(make, WIDE, "light")
    comment(shop, 1, "1087654321098765", "And are the seeds roasted?")
    shop.writes("Good morning! Is there rye today?", name="Ines Duarte", username="ines.duarte")
    shop.sign_in(page)
    open_thread(page, "Good morning! Is there rye today?")
    expect(page.get_by_role("region", name="Comments")).to_contain_text("And are the seeds roasted?")
    take(page, "comments-of-a-person")


PRICES: dict[str, Any] = {
    "name": "Prices", "trigger": {"kind": "message"},
    "conditions": [{"type": "text", "match": "any", "values": ["price", "how much", "cost"]}],
    "actions": [
        {"type": "reply", "text": "Hi {first_name|there}! A loaf is 4.20. Shall we keep one for you?",
         "quick_replies": [{"title": "Yes, until five", "payload": "keep"}, {"title": "No, thanks", "payload": "no"}]},
        {"type": "label", "add": ["price"]},
    ],
}  # fmt: skip
AFTER_HOURS: dict[str, Any] = {
    "name": "While we sleep", "trigger": {"kind": "outside_hours"},
    "actions": [{"type": "reply", "text": "We bake from four and read from eight. You are the first we answer!"}],
}  # fmt: skip
FLOUR: dict[str, Any] = {
    "name": "Which flour", "trigger": {"kind": "comment"},
    "conditions": [{"type": "text", "match": "any", "values": ["flour"]}],
    "actions": [{"type": "private_reply", "text": "Whole rye from Fife. Shall we send you the recipe?"}],
}  # fmt: skip


def test_rules(fresh_shop: Shop, make: MakeContext) -> None:
    shop = fresh_shop
    account = next(one["id"] for one in shop.get("/accounts")["items"] if one["ig_id"] == IG_ID)
    shop.writes("What does a loaf cost?", customer="44000000000002", name="Marco Rossi", username="marco.rossi")
    shop.writes("Thank you, see you on Friday!", customer="44000000000003", name="Bea Abernathy", username="bea.bikes")
    eventually(lambda: len(shop.get("/conversations")["items"]) == 2)
    for mode, definition in (("on", PRICES), ("watch", FLOUR), ("off", AFTER_HOURS)):
        tell(shop, "POST", "/rules", {"account_id": account, "mode": mode, "definition": definition})
    shop.writes("How much is the rye?", customer="44000000000004", name="Ana Ruiz", username="ana.ruiz")
    shop.writes("Is there rye on Saturday?", customer="44000000000005", name="Edie Birdsall", username="edie.tidepools")
    shop.sim("/comment", account=IG_ID, customer="wool.ines", text="Which flour is that?")
    eventually(lambda: len(shop.get("/rule-runs", account=account)["items"]) == 3)
    for size, scheme, suffix in ((WIDE, "light", "wide-light"), (NARROW, "dark", "narrow-dark")):
        page = looks(make, size, scheme)
        shop.sign_in(page, f"/rules?account={account}", heading="Rules")
        rules = page.get_by_role("list", name="Rules").get_by_role("listitem")
        expect(rules).to_have_count(3)
        expect(rules.first).to_contain_text("in 7 days")
        take(page, f"rules-{suffix}")
        rules.first.get_by_role("button", name="Edit Prices").click()
        expect(page.get_by_label("Name", exact=True)).to_have_value("Prices")
        take(page, f"rule-editor-{suffix}")
        bench = page.get_by_role("region", name="Test bench")
        bench.get_by_role("button", name="Try it").click()
        expect(bench.get_by_role("status", name="Result")).to_contain_text("it would have fired for 2.")
        bench.evaluate("(one) => one.scrollIntoView({ block: 'end' })")
        take(page, f"rule-tried-{suffix}")
        page.get_by_role("link", name="Log").click()
        expect(page.get_by_role("list", name="Log").locator(":scope > li")).to_have_count(3)
        take(page, f"rule-log-{suffix}")


def searched(page: Page, text: str) -> None:
    """Type it into the search, and wait until something was found."""
    page.keyboard.press("/")
    page.get_by_role("combobox").fill(text)
    expect(page.get_by_role("listbox", name="What was found").get_by_role("option").nth(3)).to_be_visible()


def test_search(fresh_shop: Shop, make: MakeContext) -> None:
    shop = fresh_shop
    shop.writes("Do you have the rosé in a magnum?", customer="44000000000001", name="Ada Field", username="ada.field")
    shop.writes("And a rye for Sunday, please", customer="44000000000001")
    shop.writes("Is there rye on Saturday?", customer="44000000000002", name="Marco Rossi", username="marco.rossi")
    shop.writes("Hello!", customer="44000000000003", name="Ryeland Smith", username="ryeland")
    comment(shop, 60, "wool.ines", "Is the rye vegan?")
    eventually(lambda: _finds(shop, "rye", 4))
    for size, scheme, suffix in ((WIDE, "light", "wide-light"), (NARROW, "dark", "narrow-dark")):
        page = looks(make, size, scheme)
        shop.sign_in(page)
        expect(page.get_by_role("option").nth(2)).to_be_visible()
        searched(page, "rye")
        take(page, f"search-{suffix}")


def _finds(shop: Shop, text: str, count: int) -> bool:
    """No more often than an agent may search."""
    time.sleep(0.3)
    return len(shop.get("/search", q=text)["items"]) == count
