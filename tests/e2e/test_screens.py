"""The pictures of docs/screens, taken anew with CONFAB_SCREENS=1: to be looked at by a person after a change of looks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e import replay
from tests.e2e.conftest import MakeContext, Shop, made_contexts
from tests.e2e.pictures import MIDDLE, NARROW, TALL, WIDE, looks, take
from tests.e2e.screen import answer, bubble, open_thread, row, thread
from tests.e2e.test_demo import demo
from tests.e2e.test_history import LOAD, imported, open_accounts, past
from tests.e2e.test_library import connecting, items, link_sent_to
from tests.e2e.test_library import sign_in as connect_by_mail
from tests.e2e.test_recordings import settle
from tests.mail_server import mail_server
from tests.product import eventually, installed

GROUPS = {
    "words": (
        "msg-text", "message-edit", "msg-text-unicode", "msg-echo-ours", "reaction-love", "seen", "msg-reply-to-message",
        "msg-text-link", "msg-echo-native", "msg-deleted-echo", "deleted-before-message",
    ),
    "media": (
        "msg-image-multiple", "msg-text-and-image", "msg-video", "msg-audio", "msg-file", "msg-sticker-transition",
        "msg-like-heart", "msg-ephemeral", "msg-echo-attachments",
    ),
    "shares": (
        "msg-ig-post", "msg-ig-reel-permalink", "msg-reel", "msg-share-permalink", "msg-fallback", "msg-story-mention",
        "msg-reply-to-story", "msg-ig-story", "msg-echo-story-mention", "msg-echo-template",
    ),
    "arrivals": (
        "msg-ad-referral", "msg-product-referral", "msg-quick-reply", "postback-referral", "referral-igme", "optin-notification",
        "msg-is-unsupported", "msg-unsupported-type", "msg-unknown-attachment-type", "msg-template-empty", "handover-pass",
        "standby-message", "standby-echo",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def make(browser: Browser) -> Iterator[MakeContext]:
    with made_contexts(browser) as made:
        yield made


def longest(page: Page) -> Locator:
    """The row, of those in view, whose conversation has most to show."""
    rows = page.get_by_role("option").all()[:9]

    def length(row: Locator) -> int:
        path = f"/api/v1/conversations/{row.get_attribute('data-conversation-id')}/messages"
        origin = page.url.partition("/inbox")[0]
        return len(page.request.get(f"{origin}{path}").json()["items"])

    return max(rows, key=length)


def test_a_lively_inbox(tmp_path: Path, make: MakeContext) -> None:
    with demo(tmp_path) as running:
        for size, width in ((WIDE, "wide"), (NARROW, "narrow")):
            for scheme in ("light", "dark"):
                page = looks(make, size, scheme)
                page.goto(running.url)
                page.get_by_label("Email").fill(running.email)
                page.get_by_label("Password").fill(running.password)
                page.get_by_role("button", name="Sign in").click()
                expect(page.get_by_role("option").nth(5)).to_be_visible()
                page.get_by_role("button", name="Filter and sort").click()
                page.get_by_role("menuitemradio", name="@harbour.bakery").click()
                expect(page.get_by_role("button", name="Remove the filter @harbour.bakery")).to_be_visible()
                expect(page.get_by_role("option").nth(5)).to_be_visible()
                if width == "narrow":
                    take(page, f"inbox-{width}-{scheme}-list")
                longest(page).click()
                expect(thread(page).get_by_role("article").nth(2)).to_be_visible()
                expect(page.get_by_role("status", name="Reply window")).to_be_visible()
                if width == "wide":
                    expect(page.get_by_role("complementary", name="Details").get_by_role("heading").first).to_be_visible()
                take(page, f"inbox-{width}-{scheme}{'-thread' if width == 'narrow' else ''}")


def test_signing_in_and_an_empty_inbox(tmp_path: Path, make: MakeContext) -> None:
    with installed(tmp_path / "var") as product:
        page = looks(make, WIDE, "light")
        page.goto(product.next_line().split()[-1])
        expect(page.get_by_role("heading", name="Set up Confab")).to_be_visible()
        take(page, "set-up")
        for label, text in (
            ("Workspace", "Harbour Bakery"),
            ("Your name", "Dana"),
            ("Email", "d@example.org"),
            ("Password", "0123456789"),
        ):
            page.get_by_label(label).fill(text)
        page.get_by_role("button", name="Create the workspace").click()
        expect(page.get_by_role("heading", name="No Instagram account yet")).to_be_visible()
        expect(page.get_by_role("button", name="Look again")).to_be_visible()
        take(page, "empty-no-account")
        page.goto(f"{product.url}/doctor")
        expect(page.get_by_role("region", name="This installation")).to_be_visible()
        take(page, "doctor")
        for scheme, size in (("light", WIDE), ("dark", NARROW)):
            page = looks(make, size, scheme)
            page.goto(product.url)
            page.get_by_label("Email").fill("dana@example.org")
            page.get_by_label("Password").fill("not this one")
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("alert")).to_be_visible()
            take(page, f"sign-in-{scheme}")


_LOADED = """() => [...document.images].every((one) => {
    const { top, bottom } = one.getBoundingClientRect()
    return one.complete || bottom < 0 || top > innerHeight
})"""


def _pending(shop: Shop, conversation: str) -> list[str]:
    messages = shop.get(f"/conversations/{conversation}/messages")["items"]
    return [one["kind"] for message in messages for one in message["attachments"] if one["state"] == "pending"]


@pytest.mark.parametrize("group", GROUPS)
def test_every_kind_of_message(shop: Shop, make: MakeContext, group: str) -> None:
    owner = {"words": "msg-text", "media": "msg-image", "shares": "msg-ig-post", "arrivals": "msg-ad-referral"}[group]
    files = shop.files()
    for nth, name in enumerate(GROUPS[group]):
        settle(shop, replay.with_files(replay.body(name, owner, 1200 - 100 * nth), files))
    conversation = shop.conversation(replay.person(owner))["id"]
    eventually(lambda: not _pending(shop, conversation))
    for scheme, size, called in (("light", TALL, "wide-light"), ("dark", TALL, "wide-dark"), ("light", NARROW, "narrow-light")):
        page = looks(make, size, scheme)
        shop.sign_in(page)
        page.locator(f"[data-conversation-id='{conversation}']").click()
        expect(thread(page).get_by_role("article").nth(5)).to_be_visible()
        page.wait_for_function(_LOADED)
        take(page, f"kinds-{group}-{called}")


def test_the_top_of_a_thread_and_the_accounts(fresh_shop: Shop, make: MakeContext) -> None:
    shop = fresh_shop
    customer = past(shop, messages=18)[0]
    for text in ("Good morning! Is the rye from Saturday's picture back?", "And do you keep two loaves until five?"):
        shop.writes(text, customer=customer)
    page = looks(make, WIDE, "light")
    shop.sign_in(page)
    open_thread(page, "And do you keep two loaves")
    load = thread(page).get_by_role("button", name=LOAD)
    expect(load).to_be_visible()
    picture = page.get_by_role("complementary", name="Details").locator('img[src^="/media/avatars/"]')
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    take(page, "thread-top")
    load.click()
    expect(thread(page).get_by_role("article")).to_have_count(20)
    past(shop, conversations=80, messages=4)
    open_accounts(page)
    shop.sim("/fault", target="conversations", effect="hang", seconds=1.5)
    imported(page).get_by_role("button", name="Import conversations").click()
    expect(imported(page).get_by_role("progressbar")).to_have_attribute("aria-valuetext", re.compile(r"^[1-9]\d* of 8\d"))
    take(page, "accounts")


def test_answers_that_did_not_arrive_and_a_window_that_is_closed(shop: Shop, make: MakeContext) -> None:
    shop.writes("Could you keep two rye loaves for me?", customer="26000000000001", name="Ines Duarte", username="ines.duarte")
    page = looks(make, WIDE, "light")
    shop.sign_in(page)
    expect(row(page, "Ines Duarte")).to_have_count(1)
    open_thread(page, "Could you keep two rye loaves")
    expect(answer(page, "Of course! When will you come by?")).to_contain_text("Sent")
    shop.sim("/fault", target="send", effect="error", code=100, subcode=2534014, count=1)
    expect(answer(page, "We close at six today.").get_by_role("button", name="Retry")).to_be_visible()
    shop.sim("/fault", target="send", effect="disconnect", when="before", count=1)
    expect(answer(page, "Or shall we deliver them?")).to_contain_text("Unknown, checking")
    take(page, "answers-failed-and-in-doubt")
    page.get_by_role("button", name="Why?").click()
    take(page, "window-why")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Snooze").click()
    take(page, "snooze")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keyboard").click()
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    take(page, "keyboard")
    page.keyboard.press("Escape")

    shop.posts(replay.body("msg-text-and-image", "msg-text-and-image", 9 * 86_400))
    who = replay.display_name(replay.person("msg-text-and-image"))
    page.goto(f"{shop.product.url}/inbox/{shop.conversation(replay.person('msg-text-and-image'))['id']}")
    expect(page.get_by_role("heading", name=who, level=2).first).to_be_visible()
    expect(bubble(page, "this one?")).to_be_visible()
    take(page, "window-closed")
    page.get_by_role("tab", name="Mine").click()
    expect(page.get_by_role("heading", name="Nothing is waiting for you")).to_be_visible()
    take(page, "empty-mine")


def test_customers(make: MakeContext, tmp_path: Path) -> None:
    """What customers see who connect: consent, and their library."""
    customer = "1087654321098765"
    with mail_server() as box, connecting(tmp_path / "var", box) as shop:
        shop.writes("Is this yours?", customer, attachments=["ig_reel"], username="ana.ruiz", name="Ana Ruiz")
        link = link_sent_to(shop, customer)
        shop.customer_called("ana.ruiz")
        page = make(viewport=NARROW, color_scheme="light").new_page()
        page.goto(link)
        take(page, "verify-narrow-light")
        page.emulate_media(color_scheme="dark")
        take(page, "verify-narrow-dark")
        page.get_by_label("This is my profile, and I agree.").check()
        connect_by_mail(page, box, "ana.ruiz@example.org")
        shop.writes("and these", customer, attachments=["ig_post"])
        shop.writes("and your story", customer, attachments=["story_mention"])
        shop.writes("https://www.instagram.com/p/DQ1abcXYZ/ https://bread.example/rye-with-seeds", customer)
        wide = make(viewport=WIDE, color_scheme="light", storage_state=page.context.storage_state()).new_page()
        wide.goto(f"{shop.product.url}/library")
        expect(items(wide)).to_have_count(5)
        wide.get_by_text("Note, tags, remove").first.click()
        wide.get_by_label("Note").first.fill("For Sunday, with the seeds")
        wide.get_by_label("Tags, separated by commas").first.fill("rye, to bake")
        wide.get_by_role("button", name="Save").first.click()
        expect(wide.get_by_role("link", name="to bake")).to_be_visible()
        wide.goto(f"{shop.product.url}/library")
        wide.evaluate("() => Promise.all([...document.images].map((one) => one.decode().catch(() => {})))")
        take(wide, "library-wide-light")
        wide.emulate_media(color_scheme="dark")
        take(wide, "library-wide-dark")
        page.goto(f"{shop.product.url}/library")
        page.emulate_media(color_scheme="light")
        take(page, "library-narrow-light")
        inbox = make(viewport=WIDE, color_scheme="light").new_page()
        shop.sign_in(inbox, f"/inbox/{shop.conversation(customer)['id']}")
        expect(inbox.get_by_role("region", name="Library").get_by_role("listitem")).to_have_count(5)
        inbox.get_by_role("region", name="Library").scroll_into_view_if_needed()
        take(inbox, "library-in-the-inbox")


def test_answers_for_later_what_failed_and_saved_replies(fresh_shop: Shop, make: MakeContext) -> None:
    shop = fresh_shop
    shop.writes("Will there be rye on Saturday?", customer="26000000000011", name="Ines Duarte", username="ines.duarte")
    shop.writes("Do you deliver to Leith?", customer="26000000000012", name="Marco Rossi", username="marco.rossi")
    for shortcut, title, text in (
        ("hours", "Opening hours", "Hi {first_name|there}! We are open from eight to six, on Sundays from nine."),
        ("home", "Delivery", "We deliver by bike, from twenty pounds on."),
    ):
        body = {"scope": "workspace", "shortcut": shortcut, "title": title, "text": text}
        headers = {"authorization": f"Bearer {shop.token}"}
        shop.client.post(f"{shop.product.url}/api/v1/saved-replies", json=body, headers=headers).raise_for_status()
    page = looks(make, WIDE, "light")
    shop.sign_in(page)
    expect(row(page, "Ines Duarte")).to_have_count(1)
    open_thread(page, "Do you deliver to Leith?")
    shop.sim("/fault", target="send", effect="error", code=100, subcode=2534014, count=2)
    for text in ("Yes, by bike.", "From twenty pounds on."):
        expect(answer(page, text).get_by_role("button", name="Retry")).to_be_visible()
    open_thread(page, "Will there be rye on Saturday?")
    box = page.get_by_role("textbox", name="Reply")
    for text, choice in (("Yes! Shall I keep one for you?", "In 1 hour"), ("See you on Saturday.", "Tomorrow morning")):
        box.fill(text)
        page.get_by_role("region", name="Composer").get_by_role("button", name="Schedule").click()
        page.get_by_role("dialog", name="Schedule").get_by_role("button", name=choice).click()
        expect(thread(page).get_by_text(text)).to_be_visible()
    box.fill("And bring a bag.")
    page.get_by_role("region", name="Composer").get_by_role("button", name="Schedule").click()
    take(page, "schedule")
    page.keyboard.press("Escape")
    box.fill("")
    box.press_sequentially("/ho")
    expect(page.get_by_role("option", name="/hours")).to_be_visible()
    take(page, "saved-replies")
    box.fill("")
    for name, heading in (("Scheduled: 2", "Scheduled"), ("Failed and in doubt: 2", "Failed and in doubt")):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        expect(page.get_by_role("main").get_by_role("article")).to_have_count(2)
        take(page, heading.split()[0].lower())


def test_accounts_the_doctor_and_its_guide(tmp_path: Path, make: MakeContext) -> None:
    with demo(tmp_path / "var") as begun:
        for size, scheme, name in (
            (MIDDLE, "light", "middle-light"),
            (WIDE, "dark", "wide-dark"),
            (NARROW, "dark", "narrow-dark"),
        ):
            page = looks(make, size, scheme)
            page.request.post(f"{begun.url}/api/v1/session", data={"email": begun.email, "password": begun.password})
            page.goto(f"{begun.url}/doctor")
            expect(page.get_by_role("region", name="This installation")).to_be_visible(timeout=60_000)
            take(page, f"doctor-{name}")
            page.goto(f"{begun.url}/doctor/guide")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            take(page, f"guide-{name}")
            page.goto(f"{begun.url}/insights/runs")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            take(page, f"insights-readings-{name}")
            page.goto(begun.url)
            open_accounts(page)
            expect(page.get_by_role("dialog", name="Accounts").get_by_role("heading", level=3).first).to_be_visible()
            take(page, f"accounts-{name}")


def test_insights(tmp_path: Path, make: MakeContext) -> None:
    with demo(tmp_path / "var") as begun:
        for size, scheme, name in ((WIDE, "dark", "wide-dark"), (WIDE, "light", "wide-light"), (NARROW, "light", "narrow-light")):
            page = looks(make, size, scheme)
            page.request.post(f"{begun.url}/api/v1/session", data={"email": begun.email, "password": begun.password})
            page.goto(f"{begun.url}/insights?days=7")
            expect(page.get_by_role("region", name="Top posts")).to_contain_text("reached", timeout=180_000)
            expect(page.get_by_role("region", name="Your team")).to_contain_text("Messages received")
            take(page, f"insights-{name}")
            page.get_by_role("region", name="On Instagram").evaluate("(one) => one.scrollIntoView()")
            take(page, f"insights-of-instagram-{name}")


def test_the_first_reading_of_insights(tmp_path: Path, make: MakeContext) -> None:
    with demo(tmp_path / "var") as begun:
        page = looks(make, WIDE, "light")
        page.request.post(f"{begun.url}/api/v1/session", data={"email": begun.email, "password": begun.password})
        page.goto(f"{begun.url}/insights/runs")
        expect(page.get_by_text("Done")).to_be_visible(timeout=240_000)
        page.get_by_text("Details").first.click()
        take(page, "insights-readings")
