"""Whatever a stranger writes, is called or sends is inert text. Nothing runs, nothing is asked of anybody else. Law 5."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Shop
from tests.e2e.screen import bubble, open_thread, row, thread
from tests.product import IG_ID, eventually

POLICY = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; frame-ancestors 'none'"
TEXTS = {
    "script": "<script>alert(1)</script>",
    "image": '<img src=x onerror="alert(2)"><img src=https://evil.example/pixel.gif>',
    "svg": '<svg onload=alert(3)><a xlink:href="javascript:alert(4)">x</a></svg>',
    "links": "javascript:alert(5) data:text/html,<script>alert(6)</script> vbscript:x https://user:pass@evil.example/",
    "markup": '"><iframe src="https://evil.example"></iframe></textarea></style>{{7*7}}${alert(7)}',
    "overrides": "pay \u202eknab eht\u202c \u2066now\u2069 \u200f\u200e!",
    "zalgo": "z" + "\u0300\u0301\u0302\u0303\u0304" * 40 + "algo",
    "long": "abcdefghij" * 1000,
    "lines": "\n" * 300 + "the end",
}
WATCH = """
window.__violations = []
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  window.__violations.push(violatedDirective + " " + blockedURI))
"""


@pytest.fixture
def page(context: BrowserContext, shop: Shop) -> Iterator[Page]:
    """A page that may open no dialog, leave no origin and break no policy."""
    page = context.new_page()
    page.add_init_script(WATCH)
    events: list[str] = []
    page.on("dialog", lambda dialog: events.append(f"dialog {dialog.message}") or dialog.dismiss())
    page.on("console", lambda said: events.append(said.text) if "Content Security Policy" in said.text else None)
    context.on("request", lambda asked: None if asked.url.startswith(f"{shop.product.url}/") else events.append(asked.url))
    context.on("page", lambda opened: events.append(f"page {opened.url}"))
    yield page
    assert page.evaluate("() => window.__violations ?? []") == []
    assert events == []


def assert_inert(page: Page) -> None:
    """Links lead to the web alone, and tell it nothing; no picture comes from elsewhere; nothing is wider than the window."""
    links = page.locator("a[href]").evaluate_all("all => all.map((one) => [one.href, one.rel, one.target])")
    for href, rel, target in links:
        assert re.match(r"https?://", href), href
        assert "@" not in href.partition("://")[2].partition("/")[0], href
        is_ours = urlsplit(href).netloc == urlsplit(page.url).netloc
        assert is_ours or ("noopener" in rel and "noreferrer" in rel and target == "_blank")
    assert page.locator("iframe, object, embed, base, [role=log] script, [onerror], [onload]").count() == 0
    for source in page.locator("img, video, audio").evaluate_all("all => all.map((one) => one.src)"):
        assert source.startswith((page.url.partition("/inbox")[0], "data:")), source
    # A window that was just made narrower may not be laid out yet.
    page.wait_for_function("() => document.scrollingElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("kind", TEXTS)
def test_a_hostile_text_is_shown_as_text(shop: Shop, page: Page, kind: str) -> None:
    customer = f"2300000000{sorted(TEXTS).index(kind):04}"
    shop.writes(f"case {kind}: {TEXTS[kind]}", customer=customer)
    shop.sign_in(page)
    log = open_thread(page, f"case {kind}:")
    shown = log.get_by_role("article").locator("p").first
    assert shown.evaluate("one => one.textContent") == f"case {kind}: {TEXTS[kind]}"
    assert_inert(page)
    box = log.bounding_box()
    text = shown.bounding_box()
    assert box
    assert text
    assert text["x"] >= box["x"]
    assert text["x"] + text["width"] <= box["x"] + box["width"]
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.get_by_role("button", name="Back to the list")).to_be_visible()
    assert_inert(page)


def test_hostile_names_are_shown_as_names(shop: Shop, page: Page) -> None:
    names = ['<img src=x onerror="alert(1)">', "\u202ebob\u202c", "a" * 5_000]
    for nth, name in enumerate(names):
        shop.writes(f"my name is {nth}", customer=f"2300000001{nth:04}", name=name, username=f"<b>u{nth}</b>")
    shop.sign_in(page)
    for nth, name in enumerate(names):
        expect(row(page, f"my name is {nth}")).to_contain_text(name)
        open_thread(page, f"my name is {nth}")
        expect(page.get_by_role("main").get_by_role("heading", level=2)).to_have_text(name)
        assert_inert(page)
        assert page.get_by_role("button", name="Done").is_visible()


def test_hostile_cards_links_and_payloads_lead_nowhere(shop: Shop, page: Page) -> None:
    hostile = "<script>alert(1)</script>"
    links = [
        "javascript:alert(1)",
        "data:text/html,<script>alert(2)</script>",
        "https://a:b@evil.example/",
        "//evil.example",
    ]
    attachments = [
        {"type": "fallback", "payload": {"title": hostile, "url": link}} for link in links
    ] + [
        {"type": "ig_reel", "payload": {"title": hostile, "url": "javascript:alert(3)", "reel_video_id": "1"}},
        {"type": hostile, "payload": {"url": "javascript:alert(4)"}},
        {"type": "story_mention", "payload": {"url": "javascript:alert(5)"}},
    ]  # fmt: skip
    customer = "23000000020001"
    item = {"sender": {"id": customer}, "recipient": {"id": IG_ID}, "timestamp": 1793612345678}
    for nth, attachment in enumerate(attachments):
        shop.sim("/raw", item=item | {"message": {"mid": f"hostile{nth}", "attachments": [attachment]}}, channel="messaging")
    card = {"type": "template", "payload": {"generic": {"elements": [{"title": hostile, "default_action": {"url": links[0]}}]}}}
    shop.sim("/raw", item=item | {"message": {"mid": "hostile-card", "attachments": [card]}}, channel="messaging")
    referral = {"ref": hostile, "ad_id": "1", "ads_context_data": {"ad_title": hostile, "photo_url": "https://evil.example/"}}
    shop.sim(
        "/raw", item=item | {"message": {"mid": "hostile-ad", "text": "from an ad", "referral": referral}}, channel="messaging"
    )
    shop.sim(
        "/raw", item=item | {"postback": {"mid": "hostile-button", "title": hostile, "payload": hostile}}, channel="messaging"
    )
    conversation = shop.conversation(customer)
    eventually(lambda: len(shop.get(f"/conversations/{conversation['id']}/messages")["items"]) == len(attachments) + 3)
    shop.sign_in(page)
    page.goto(f"{shop.product.url}/inbox/{conversation['id']}")
    expect(thread(page).get_by_role("article")).to_have_count(len(attachments) + 3)
    assert thread(page).get_by_role("link").count() == 0
    assert_inert(page)


def test_a_text_with_a_nul_is_refused_and_its_neighbour_is_in(shop: Shop, page: Page) -> None:
    customer = "23000000030001"
    for nth, text in enumerate(["before\u0000after", "a neighbour of the NUL"]):
        item = {"sender": {"id": customer}, "recipient": {"id": IG_ID}, "timestamp": 1793612345678 + nth}
        shop.sim("/raw", item=item | {"message": {"mid": f"nul{nth}", "text": text}}, channel="messaging")
    conversation = shop.conversation(customer)
    shop.sign_in(page)
    page.goto(f"{shop.product.url}/inbox/{conversation['id']}")
    expect(bubble(page, "a neighbour of the NUL")).to_have_count(1)
    expect(thread(page).get_by_role("article")).to_have_count(1)
    eventually(lambda: any(one["error"] for one in shop.get("/deliveries", limit=20)["items"]))


def test_a_hostile_address_of_ours_shows_no_more_than_that_there_is_nothing(shop: Shop, page: Page) -> None:
    shop.sign_in(page)
    for path in (
        "/inbox/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/inbox?view=%3Cimg%20src=x%3E&account=%22%3E&label=%3Cb%3E",
    ):
        page.goto(f"{shop.product.url}{path}")
        expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
        assert_inert(page)


def test_every_page_carries_the_policy(shop: Shop, page: Page) -> None:
    for path in ("/", "/inbox", "/setup", "/no/such/page", "/api/v1/me"):
        answer = page.request.get(f"{shop.product.url}{path}")
        assert answer.headers["content-security-policy"] == POLICY, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
