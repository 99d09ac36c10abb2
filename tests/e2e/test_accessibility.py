"""What axe finds: nothing, on any screen, wide and narrow, light and dark. WCAG 2.2 AA is the target."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import replay
from tests.e2e.axe import obstacles
from tests.e2e.conftest import Shop, made_contexts
from tests.e2e.screen import answer, open_thread, row, thread
from tests.product import installed

KINDS = (
    "msg-text", "message-edit", "msg-reply-to-message", "msg-image-multiple", "msg-audio", "msg-video", "msg-file",
    "msg-ig-reel-permalink",
    "msg-share-legacy", "msg-story-mention", "msg-ephemeral", "msg-template-empty", "msg-fallback", "msg-unknown-attachment-type",
    "msg-is-unsupported", "msg-like-heart", "msg-quick-reply", "msg-ad-referral", "msg-reply-to-story", "msg-echo-ours",
    "reaction-love",
    "seen", "msg-echo-template", "msg-echo-native", "msg-deleted-echo", "standby-message", "referral-igme", "handover-pass",
)  # fmt: skip
SIZES = {
    "wide": {"width": 1440, "height": 900},
    "narrow": {"width": 360, "height": 740},
}


@pytest.fixture(scope="module")
def lively(shop: Shop) -> str:
    """A conversation with a message of nearly every kind; its address."""
    for nth, name in enumerate(KINDS):
        shop.posts(replay.body(name, "msg-text", 60 - nth))
    shop.writes("Hello! A first message", customer="24000000000001", name="Ana Ruiz", username="ana.ruiz")
    return f"/inbox/{shop.conversation(replay.person('msg-text'))['id']}"


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", params=list(SIZES))
def at(request: pytest.FixtureRequest, browser: Browser, scheme: str) -> Iterator[Page]:
    with made_contexts(browser) as make:
        options = {"viewport": SIZES[request.param], "color_scheme": scheme, "reduced_motion": "reduce"}
        yield make(**options, has_touch=request.param == "narrow").new_page()


def signed_in(shop: Shop, page: Page, path: str = "/") -> None:
    page.goto(f"{shop.product.url}{path}")
    sign_in = page.get_by_role("heading", name="Sign in")
    expect(sign_in.or_(page.get_by_role("navigation", name="Main")).or_(page.get_by_role("log")).first).to_be_visible()
    if sign_in.is_visible():
        shop.sign_in(page, path)


def test_signing_in_and_setting_up(shop: Shop, at: Page) -> None:
    at.context.clear_cookies()
    at.goto(f"{shop.product.url}/")
    expect(at.get_by_role("heading", name="Sign in")).to_be_visible()
    assert obstacles(at) == []
    at.get_by_label("Email").fill("nobody@example.org")
    at.get_by_label("Password").fill("wrong")
    at.get_by_role("button", name="Sign in").click()
    expect(at.get_by_role("alert")).to_be_visible()
    assert obstacles(at) == []
    at.goto(f"{shop.product.url}/setup?token=used")
    expect(at.get_by_role("heading", name="Set up Confab")).to_be_visible()
    assert obstacles(at) == []


def test_the_list_its_menus_and_its_empty_views(shop: Shop, at: Page, lively: str) -> None:
    signed_in(shop, at)
    expect(row(at, "Hello! A first message")).to_be_visible()
    assert obstacles(at) == []
    is_wide = at.get_by_role("button", name="Theme").is_visible()  # a phone has both in other menus
    for name in ("Status: Open", "Filter and sort", *(("Account: all", "Theme") if is_wide else ()), "You: Dana"):
        at.get_by_role("button", name=name).click()
        expect(at.get_by_role("menu")).to_be_visible()
        assert obstacles(at) == []
        at.keyboard.press("Escape")
        expect(at.get_by_role("menu")).to_have_count(0)
    at.get_by_role("tab", name="Mine").click()
    expect(at.get_by_role("heading", name="Nothing is waiting for you")).to_be_visible()
    assert obstacles(at) == []
    at.keyboard.press("?")
    expect(at.get_by_role("dialog", name="Keyboard")).to_be_visible()
    assert obstacles(at) == []
    at.keyboard.press("Escape")


def test_a_thread_of_every_kind_and_what_opens_from_it(shop: Shop, at: Page, lively: str) -> None:
    signed_in(shop, at, lively)
    expect(thread(at).get_by_role("article").nth(15)).to_be_visible()
    assert obstacles(at) == []
    for name, role in (("Assigned to Nobody", "menu"), ("Snooze", "dialog"), ("Why?", "dialog")):
        at.get_by_role("button", name=name).click()
        expect(at.get_by_role(role).last).to_be_visible()  # pyright: ignore[reportArgumentType]: a role
        assert obstacles(at) == []
        at.keyboard.press("Escape")
    at.get_by_role("button", name="Note", exact=True).click()
    expect(at.get_by_role("textbox", name="Note")).to_be_focused()
    assert obstacles(at) == []
    thread(at).get_by_role("button", name="edited").first.click()
    expect(at.get_by_role("dialog", name="Earlier texts")).to_be_visible()
    assert obstacles(at) == []
    at.keyboard.press("Escape")
    details = at.get_by_role("button", name="Details", exact=True)
    if details.get_attribute("aria-pressed") == "false":
        details.click()
        expect(at.get_by_role("dialog", name="Details")).to_be_visible()
        assert obstacles(at) == []


def test_an_answer_that_failed(shop: Shop, at: Page, lively: str) -> None:
    signed_in(shop, at)
    shop.sim("/fault", target="send", effect="error", code=100, subcode=2534014, count=1)
    open_thread(at, "Hello! A first message" if row(at, "Hello! A first message").count() else "Ana Ruiz")
    failed = answer(at, "Will this go out?").last
    expect(failed.get_by_role("button", name="Retry")).to_be_visible()
    assert obstacles(at) == []
    failed.get_by_role("button", name="Discard").click()
    expect(failed.get_by_role("button", name="Retry")).to_have_count(0)


def test_an_inbox_without_an_account(tmp_path: Path, browser: Browser) -> None:
    with installed(tmp_path / "var") as product, made_contexts(browser) as make:
        page = make().new_page()
        page.goto(product.next_line().split()[-1])
        for label, text in (
            ("Workspace", "W"),
            ("Your name", "Dana"),
            ("Email", "d@example.org"),
            ("Password", "ten letters long"),
        ):
            page.get_by_label(label).fill(text)
        page.get_by_role("button", name="Create the workspace").click()
        expect(page.get_by_role("heading", name="No Instagram account yet")).to_be_visible()
        assert obstacles(page) == []
