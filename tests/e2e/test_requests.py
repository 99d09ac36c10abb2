"""What the browser asks the server for, and what it keeps. Law 1, rules F1-F4."""

import re
import zlib

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Shop
from tests.e2e.screen import answer, api_calls, bubble, kept, kept_kinds, open_thread, row, thread
from tests.product import eventually


def write_in(shop: Shop, word: str, *names: str) -> None:
    for nth, name in enumerate(names):
        shop.writes(
            f"{word} from {name}", customer=f"22{zlib.crc32(word.encode()) % 10**8:08}{nth:04}", username=f"{name}.{word}"
        )


def see_list(page: Page, tab: str) -> None:
    """Press a tab that was not pressed before, and wait for its list."""
    with page.expect_response(lambda answer: f"view={tab.lower()}" in answer.url):
        page.get_by_role("tab", name=tab).click()
    expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")


def open_with_details(page: Page, text: str) -> None:
    """Open a thread for the first time; what stands beside it is fetched later, and asks for itself."""
    with page.expect_response(lambda answer: answer.url.endswith("/comments")):
        open_thread(page, text)


def test_what_was_seen_before_is_never_asked_for_again(shop: Shop, page: Page) -> None:
    write_in(shop, "again", "ann", "ben")
    page.clock.install()
    shop.sign_in(page)
    for name in ("ann", "ben"):
        open_with_details(page, f"again from {name}")
        expect(row(page, f"again from {name}")).not_to_have_accessible_name(re.compile("unread"))
    for tab in ("Unread", "Mine"):
        see_list(page, tab)
    page.get_by_role("tab", name="All").click()
    expect(page.get_by_role("tab", name="All")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("status", name="Live updates: Live")).to_be_attached()
    page.clock.run_for(2_000)
    calls = api_calls(page)

    for name in ("ann", "ben", "ann"):
        open_thread(page, f"again from {name}")
        expect(bubble(page, f"again from {name}")).to_be_visible()
    for tab in ("Unread", "Mine", "All"):
        page.get_by_role("tab", name=tab).click()
    page.go_back()
    page.go_forward()
    page.evaluate("""() => {
        for (const name of ["blur", "focus", "online"]) window.dispatchEvent(new Event(name))
        document.dispatchEvent(new Event("visibilitychange"))
    }""")
    page.clock.run_for(20 * 60_000)
    shop.writes("a sign of life", customer="2200000000000001")
    expect(row(page, "a sign of life")).to_have_count(1)
    assert calls == []


def test_a_live_message_and_an_answer_cost_no_list_and_no_thread(shop: Shop, page: Page) -> None:
    write_in(shop, "live", "cas")
    shop.sign_in(page)
    open_with_details(page, "live from cas")
    expect(row(page, "live from cas")).not_to_have_accessible_name(re.compile("unread"))
    see_list(page, "Unread")
    page.get_by_role("tab", name="All").click()
    calls = api_calls(page)
    for text in ("one more", "and another"):
        shop.writes(text, customer=shop.customer_called("cas.live"))
        expect(bubble(page, text)).to_have_count(1)
    write_in(shop, "stranger", "dot")
    expect(row(page, "stranger from dot")).to_have_count(1)
    expect(answer(page, "noted")).to_contain_text("Sent")
    assert [call for call in calls if call.startswith("GET ")] == []
    assert {call.partition("/conversations/")[2].partition("/")[2] for call in calls} <= {"read", "messages"}


def test_a_reload_shows_the_kept_inbox_at_once_and_asks_only_for_what_changed(shop: Shop, page: Page) -> None:
    write_in(shop, "kept", "eve", "fay")
    shop.sign_in(page)
    open_thread(page, "kept from eve")
    eventually(lambda: "kept from fay" in (text := kept(page)) and "kept from eve" in text)
    kinds = {"me", "accounts", "agents", "doctor", "conversations", "messages", "notes", "activities"}
    eventually(lambda: kinds <= kept_kinds(page))
    address = page.url
    page.goto("about:blank")
    write_in(shop, "missed", "gus")
    shop.customer_called("gus.missed")

    page.route("**/api/v1/conversations**", lambda route: route.abort())
    calls = api_calls(page)
    page.goto(address)
    expect(row(page, "kept from fay")).to_have_count(1)
    expect(bubble(page, "kept from eve")).to_be_visible()
    expect(row(page, "missed from gus")).to_have_count(1)
    asked = {call.partition("?")[0] for call in calls if not call.endswith("/comments")}  # those of the person are not kept
    assert asked <= {"GET /me", "GET /changes", "GET /stream", "GET /outbox", "GET /comments/count"}, calls


def test_a_reload_shows_the_kept_inbox_while_the_server_gives_no_answer(shop: Shop, page: Page) -> None:
    write_in(shop, "silent", "hal")
    shop.sign_in(page)
    expect(row(page, "silent from hal")).to_have_count(1)
    eventually(lambda: "silent from hal" in kept(page))
    page.route("**/api/v1/**", lambda route: None)
    page.reload(wait_until="commit")
    expect(row(page, "silent from hal")).to_have_count(1)


def test_an_unsent_message_is_soon_gone_from_what_the_browser_keeps(shop: Shop, page: Page) -> None:
    mid = shop.writes("my card number is 4000", customer="2200000000000002")
    shop.sign_in(page)
    open_thread(page, "my card number is 4000")
    eventually(lambda: kept(page).count("my card number is 4000") >= 2)
    shop.sim("/unsend", mid=mid)
    expect(thread(page)).to_contain_text("Unsent by them")
    expect(page.get_by_text("my card number is 4000")).to_have_count(0)
    eventually(lambda: "my card number is 4000" not in kept(page))


def test_a_message_that_was_unsent_while_the_browser_was_closed_is_gone_at_the_next_visit(shop: Shop, page: Page) -> None:
    """Decision 8."""
    customer = "2200000000000003"
    mid = shop.writes("my card number is 5000", customer=customer)
    shop.sign_in(page)
    open_thread(page, "my card number is 5000")
    eventually(lambda: kept(page).count("my card number is 5000") >= 2)
    address = page.url
    page.goto("about:blank")
    shop.sim("/unsend", mid=mid)
    path = f"/conversations/{shop.conversation(customer)['id']}/messages"
    eventually(lambda: shop.get(path)["items"][0]["deleted_at"])
    page.goto(address)
    expect(thread(page)).to_contain_text("Unsent by them")
    expect(page.get_by_text("my card number is 5000")).to_have_count(0)
    eventually(lambda: "my card number is 5000" not in kept(page))


def test_signing_out_leaves_nothing_in_the_browser(shop: Shop, page: Page) -> None:
    write_in(shop, "secret", "ida")
    shop.sign_in(page)
    open_thread(page, "secret from ida")
    page.get_by_role("textbox", name="Reply").fill("a secret draft")
    eventually(lambda: "secret from ida" in kept(page))
    page.get_by_role("button", name="You: Dana").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("dialog", name="Sign out and lose").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    eventually(lambda: page.evaluate("async () => (await indexedDB.databases()).length") == 0)
    assert "secret" not in page.evaluate("() => JSON.stringify({ ...localStorage, ...sessionStorage })")
    assert page.evaluate("async () => (await caches.keys()).length") == 0
